"""What an integrator sees: the first screen of `propusk why`, the page of the control plane, and JSON."""

import base64
import json
import time
from typing import Any

import pytest
from click.testing import CliRunner

from idp.cli import propusk
from idp.cli import why as face
from idp.settings import RequestJournal
from tests.idp.control.conftest import Control
from tests.idp.esia.signing import V2_WAYS
from tests.idp.esia.system import SIGNED, System, register_system
from tests.idp.requests.reading import ask
from tests.idp.stand import CALLBACK, CONTROL, CONTROL_TOKEN, Stand

LINES, COLUMNS = 24, 100
HEADER = "X-Propusk-Request"


@pytest.fixture
def stand_settings() -> dict[str, object]:
    return {"request_journal": RequestJournal()}


@pytest.fixture
def system(stand: Stand) -> System:
    return register_system(stand)


@pytest.fixture
def control(stand: Stand) -> Control:
    return Control(stand.control())


def refused_id(stand: Stand, address: str) -> str:
    answer = stand.http().get(address, allow_redirects=False)
    assert "error=" in answer.headers.get("Location", "") or answer.status_code == 400
    return answer.headers[HEADER]


def signed_by_v1(system: System) -> str:
    """An authorization request of v2 that signs the text of v1, the first mistake of whoever migrates."""
    right = system.authorization("v2")
    text = "".join(right[name] for name in SIGNED["v1"]).encode()
    return system.authorize_url("v2", **{**right, "client_secret": system.sign(text, "v2", signs="gost")})


@pytest.fixture
def command(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The command line of this stand."""
    monkeypatch.setattr(face, "read_settings", lambda: stand.settings)
    monkeypatch.setattr(face, "open_realm", lambda _settings: stand.realm)
    monkeypatch.setattr(type(stand.realm.database), "close", lambda _database: None)
    yield lambda *words: CliRunner().invoke(propusk, ["why", *words], catch_exceptions=False)
    monkeypatch.undo()


def reversed_bytes(system: System) -> str:
    right = system.authorization("v2")
    text = "".join(right.get(name, "") for name in SIGNED["v2"]).encode()
    turned = base64.urlsafe_b64encode(V2_WAYS["gost"](system.identities, text)[::-1]).decode().rstrip("=")
    return system.authorize_url("v2", **{**right, "client_secret": turned})


BROKEN: dict[str, Any] = {
    "another order": signed_by_v1,
    "reversed bytes": reversed_bytes,
    "sha-1": lambda system: system.authorize_url("v2", tampered={"client_certificate_hash": "AB" * 20}),
    "skew": lambda system: system.authorize_url("v1", signs="rsa", timestamp="2026.11.22 12:33:20 +0000"),
    "scope": lambda system: system.authorize_url("v2", scope="openid full_name"),
}
WORDS = {
    "another order": ("text_of_v1", "Подписана строка v1, а нужна v2/v3"),
    "reversed bytes": ("bytes_reversed", "Байты подписи идут в обратном порядке"),
    "sha-1": ("hash_unknown", "Сертификата с таким хешем у системы нет"),
    "skew": ("time_zone_wrong", "Местное время с чужим смещением"),
    "scope": ("scope_typo", "Опечатка в scope"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_es_first_screen_has_cause_fix_received_and_expected(stand: Stand, system: System, command: Any, name: str) -> None:
    request_id = refused_id(stand, BROKEN[name](system))
    code, title = WORDS[name]
    told = json.loads(command(request_id, "--json").output)
    assert told["reasons"][0]["code"] == code
    lines = command(request_id, "--lang", "ru").output.splitlines()
    screen = "\n".join(lines[:LINES])
    assert title in screen
    assert max(map(len, lines)) <= COLUMNS
    for label in ("Причина", "Исправить", "Получено", "Ожидалось"):
        assert label in screen
    assert "Причина" not in command(request_id, "--lang", "en").output


def test_es_last_refused_request_of_a_system_and_the_list_of_all(stand: Stand, system: System, command: Any) -> None:
    refused_id(stand, BROKEN["scope"](system))
    last = refused_id(stand, signed_by_v1(system))
    assert last in command("--last", system.client_id).output
    listed = command("--lang", "en").output
    assert "A typo in the scope" in listed
    assert "The text of v1 is signed" in listed


def test_es_list_says_how_to_go_on_and_that_it_is_empty(stand: Stand, system: System, command: Any) -> None:
    assert command("--lang", "en").stderr == "Nothing was refused lately.\n"
    last = refused_id(stand, signed_by_v1(system))
    told = command("--lang", "ru")
    assert told.stderr.strip().endswith(f"propusk why {last}")
    assert "propusk why" not in told.stdout


def test_es_refused_request_is_told_of_without_notes(stand: Stand, system: System, command: Any) -> None:
    refused = refused_id(stand, signed_by_v1(system))
    assert "path of redirect_uri" not in command(refused, "--lang", "en").output
    taken = stand.http().get(system.authorize_url("v2", redirect_uri=f"{CALLBACK}/deeper"), allow_redirects=False)
    assert "path of redirect_uri" in command(taken.headers[HEADER], "--lang", "en").output


def test_es_page_of_a_refusal_names_the_command(stand: Stand, system: System) -> None:
    answer = stand.http().get(system.authorize_url("v2", redirect_uri="https://elsewhere.test/"), allow_redirects=False)
    assert f"propusk why {answer.headers[HEADER]}" in answer.text


def test_es_logout_that_stays_says_why(stand: Stand, system: System, command: Any) -> None:
    for client_id, code in ((system.client_id, "logout_redirect_not_registered"), ("NOBODY", "logout_client_unknown")):
        address = f"{stand.issuer}/idp/ext/Logout?client_id={client_id}&redirect_url=https%3A%2F%2Felsewhere.test%2F"
        told = json.loads(command(stand.http().get(address).headers[HEADER], "--json").output)
        assert [each["code"] for each in told["reasons"]] == ["all_well", code]


def test_why_of_a_standard_request_says_what_the_journal_knows(stand: Stand, command: Any) -> None:
    ask(stand, "authorization_code", code="x")
    stand.http().get(stand.authorize_url(redirect_uri="https://elsewhere.test/"), allow_redirects=False)
    told = command("--last", "client", "--json").output
    assert json.loads(told)["reasons"][0]["code"] == "redirect_uri_not_registered"


def test_es_good_request_is_said_to_be_good(stand: Stand, system: System, command: Any) -> None:
    answer = stand.http().get(system.authorize_url("v2"), allow_redirects=False)
    told = json.loads(command(answer.headers[HEADER], "--json").output)
    assert (told["outcome"], told["reasons"][0]["code"]) == ("accepted", "all_well")


def test_control_plane_says_why_in_both_languages(stand: Stand, system: System, control: Control) -> None:
    request_id = refused_id(stand, signed_by_v1(system))
    told = control.get(f"/requests/{request_id}/why")
    assert told["outcome"] == "refused"
    assert told["code"] == "ESIA-007053"
    text = told["reasons"][0]["text"]
    assert bytes.fromhex(text["expected_hex"]).decode() == text["expected"]
    assert text["first_difference"] == 0
    assert control.get(f"/requests/{request_id}/why", lang="en")["reasons"][0]["title"].startswith("The text of v1")
    assert control.refused("GET", "/requests/nothing/why") == (404, "no_request")


def test_page_lists_refused_requests_and_explains_one(stand: Stand, system: System) -> None:
    request_id = refused_id(stand, signed_by_v1(system))
    stand.http().get(system.authorize_url("v2"), allow_redirects=False)
    browser = stand.control()
    assert browser.open(f"{CONTROL}/why").status == 403
    browser.open(f"{CONTROL}/open?token={CONTROL_TOKEN}")
    for address in ("/why", f"/why?system={system.client_id}"):
        assert f"/why/{request_id}" in browser.open(CONTROL + address).answer.text
    assert request_id not in browser.open(f"{CONTROL}/why?system=client").answer.text
    page = browser.open(f"{CONTROL}/why/{request_id}").text
    for words in ("Подписана строка v1", "Нужно подписать", "Подписали вы", "Как исправить", CALLBACK):
        assert words in page
    assert "The text of v1 is signed" in browser.open(f"{CONTROL}/why/{request_id}?lang=en").text
    assert browser.open(f"{CONTROL}/why/nothing").status == 404


def test_es_call_of_an_address_that_esia_has_not_is_written_down_and_explained(
    stand: Stand, system: System, command: Any
) -> None:
    answer = stand.http().get(system.authorize_url("v2").replace("/v2/ac", "/v3/ac"), allow_redirects=False)
    assert answer.status_code == 404
    told = json.loads(command(answer.headers[HEADER], "--json").output)
    assert (told["system"], told["reasons"][0]["code"]) == (system.client_id, "path_unknown")


MOST_SECONDS = 20
"""Of the processor. Without a bound the texts of such a request would take many minutes."""


@pytest.mark.parametrize("scope", ["a " * 9_000, "openid " + "abc " * 1_500])
def test_es_request_of_a_stranger_that_is_made_to_be_long_is_judged_soon(
    stand: Stand, system: System, command: Any, scope: str
) -> None:
    secret = base64.urlsafe_b64encode(bytes(range(1, 65))).decode()
    call = system.token_request("code", tampered={"client_secret": secret, "scope": scope})
    request_id = system.post(call).headers[HEADER]
    begun = time.process_time()
    told = json.loads(command(request_id, "--json").output)
    assert time.process_time() - begun < MOST_SECONDS
    assert told["outcome"] == "unknown"
