"""The PyPI client esia-connector 0.16, unmodified but for its base URL: it signs in, fetches, and refuses wrong tokens (C02)."""

import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.clients.esia_stand import CALLBACK, LUKA, Files, arrive, control, meddler, register
from tests.clients.talking import Talking, talking
from tests.house import parameters_of
from tests.python_packages import python_with_packages
from tests.started import Started

FOLDER = Path(__file__).parent / "esia_connector"
SCOPE = "openid fullname birthdate gender snils inn contacts addresses id_doc"
SCHEMA = "https://esia.gosuslugi.ru/rs/model/prn/Person-1"
HALF_AN_HOUR = 1800
SLOW_STAND = {"PROPUSK_ESIA_ID_TOKEN_SECONDS": "60", "PROPUSK_ESIA_SKEW_SECONDS": "3600"}
"""Its identity tokens are short-lived and it forgives clocks, so that one that is behind gives out what is over already."""


@pytest.fixture(scope="module")
def stand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Started]:
    """A provider of the client's own: what is done to its clock and keys would disturb others."""
    with Started(tmp_path_factory.mktemp("esia") / "home", variables=SLOW_STAND) as started:
        yield started


@pytest.fixture(scope="module")
def system(stand: Started, tmp_path_factory: pytest.TempPathFactory) -> Files:
    return register(stand, tmp_path_factory.mktemp("system"), "PHARMACY")


class Connector:
    """The library in its own process, set up as its documentation says, for a provider at an address."""

    def __init__(self, process: Talking) -> None:
        self._process = process

    def authorization(self) -> str:
        """The address that it sends a person to."""
        return str(self._process.say({"call": "get_auth_url", "state": str(uuid.uuid4())})["url"])

    def complete(self, callback: str, *, state: str = "") -> dict[str, Any]:
        """What it makes of the address that the person came back with. It is usually given the state of the first call again."""
        came = parameters_of(callback)
        said = {"call": "complete_authorization", "code": came["code"], "state": state or came["state"], "schema": SCHEMA}
        return self._process.say(said)


@contextmanager
def connector(address: str, files: Files, **changed: str) -> Iterator[Connector]:
    """The library for a provider at an address; settings of its own documentation may be changed."""
    settings = {
        "esia_client_id": files.client_id,
        "redirect_uri": CALLBACK,
        "certificate_file": str(files.certificate),
        "private_key_file": str(files.key),
        "esia_token_check_key": str(files.token_check_key),
        "esia_service_url": address,
        "esia_scope": SCOPE,
    } | changed
    with talking([python_with_packages(FOLDER), FOLDER / "drive.py", json.dumps(settings)]) as process:
        yield Connector(process)


def signed_in(address: str, files: Files, *, token_address: str | None = None, state: str = "") -> dict[str, Any]:
    """What the library gives when a person has signed in. Its token call may go to another address."""
    with connector(address, files) as library:
        callback = arrive(library.authorization())
        if token_address is None:
            return library.complete(callback, state=state)
    with connector(token_address, files) as library:
        return library.complete(callback, state=state)


def test_c02_esia_connector_signs_in_and_fetches_the_person(stand: Started, system: Files) -> None:
    fetched = signed_in(stand.announced["issuer"], system)
    assert "error" not in fetched, fetched
    assert isinstance(fetched["oid"], int)
    person = fetched["person"]
    assert (person["firstName"], person["lastName"], person["snils"]) == ("Лука", "Подорожников", LUKA.snils)
    assert fetched["person_by_schema"] == person
    contacts = {each["type"]: each["value"] for each in fetched["contacts"]["elements"]}
    assert contacts["EML"] == LUKA.email
    assert contacts["MBT"] == "+7(000)0000021"
    assert {each["type"] for each in fetched["addresses"]["elements"]} >= {"PRG"}
    passport = next(each for each in fetched["documents"]["elements"] if each["type"] == "RF_PASSPORT")
    assert (passport["series"], passport["number"]) == ("0000", "000021")


def test_c02_esia_connector_refuses_a_signature_that_is_wrong(stand: Started, system: Files) -> None:
    def forge(content: bytes) -> bytes:
        """Another signature behind the same words."""
        answer = json.loads(content)
        head, body, signature = answer["id_token"].split(".")
        turned = "A" if signature[20] != "A" else "B"
        return json.dumps(answer | {"id_token": f"{head}.{body}.{signature[:20]}{turned}{signature[21:]}"}).encode()

    with meddler(stand, forge) as address:
        fetched = signed_in(stand.announced["issuer"], system, token_address=address)
    assert (fetched["error"], fetched["cause"]) == ("IncorrectMarkerError", "InvalidSignatureError")


def test_c02_esia_connector_refuses_the_token_of_another_system(stand: Started, system: Files, tmp_path: Path) -> None:
    other = register(stand, tmp_path, "BAKERY")
    answers: list[bytes] = []

    def keep(content: bytes) -> bytes:
        answers.append(content)
        return content

    with meddler(stand, keep) as address:
        signed_in(stand.announced["issuer"], other, token_address=address)
    with meddler(stand, lambda _content: answers[0]) as address:
        fetched = signed_in(stand.announced["issuer"], system, token_address=address)
    assert (fetched["error"], fetched["cause"]) == ("IncorrectMarkerError", "InvalidAudienceError")


def test_c02_esia_connector_refuses_a_token_that_is_over(stand: Started, system: Files) -> None:
    clock = control(stand)
    clock.post("/clock/advance", {"seconds": -HALF_AN_HOUR})
    try:
        fetched = signed_in(stand.announced["issuer"], system, state=str(uuid.uuid4()))
    finally:
        clock.post("/clock/advance", {"seconds": HALF_AN_HOUR})
    assert (fetched["error"], fetched["cause"]) == ("IncorrectMarkerError", "ExpiredSignatureError")


def test_c02_esia_connector_refuses_another_issuer(tmp_path: Path) -> None:
    variables = {"PROPUSK_ESIA_ISSUER": "http://esia-portal1.test.gosuslugi.ru/"}
    with Started(tmp_path / "home", variables=variables) as stand:
        fetched = signed_in(stand.announced["issuer"], register(stand, tmp_path, "PHARMACY"))
    assert (fetched["error"], fetched["cause"]) == ("IncorrectMarkerError", "InvalidIssuerError")


def test_c02_esia_connector_refuses_tokens_when_the_keys_were_rotated(stand: Started, system: Files, tmp_path: Path) -> None:
    control(stand).post("/keys/rotate", {"algorithms": ["RS256"]})
    fetched = signed_in(stand.announced["issuer"], system)
    assert (fetched["error"], fetched["cause"]) == ("IncorrectMarkerError", "InvalidSignatureError")
    renewed = register(stand, tmp_path, "PHARMACY2")
    assert "error" not in signed_in(stand.announced["issuer"], renewed)
