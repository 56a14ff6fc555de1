"""Requests of the dialect stand in the request journal, under their system, and a page that refuses one names it."""

from typing import Any
from urllib.parse import urlencode

import pytest

from idp.requests import journal, recorder
from idp.requests.journal import Recorded
from idp.settings import RequestJournal
from tests.idp.esia.system import AUTHORIZATION, MNEMONIC, TOKEN, System, register_system
from tests.idp.stand import ISSUER, Stand

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture
def stand_settings() -> dict[str, object]:
    return {"request_journal": RequestJournal(enabled=True)}


@pytest.fixture
def system(stand: Stand) -> System:
    return register_system(stand)


def recorded(stand: Stand) -> list[Recorded]:
    recorder.settle(stand.realm)
    with stand.realm.database.read() as connection:
        return journal.everything(stand.realm, connection)


def test_page_that_refuses_a_request_names_it(stand: Stand, system: System) -> None:
    browser = system.new_browser().open(system.authorize_url(signs="rsa", client_id="NOBODY"))
    request_id = browser.answer.headers["X-Propusk-Request"]
    assert request_id in browser.text
    assert [each.exchange.id for each in recorded(stand)] == [request_id]


def test_answer_that_goes_back_says_what_esia_says_and_its_request_is_kept_whole(stand: Stand, system: System) -> None:
    address = system.authorize_url(signs="rsa", tampered={"state": "swapped"})
    answer = system.http.get(address, allow_redirects=False)
    assert answer.status_code == 302
    assert "ESIA-007053%3A+OAuthErrorEnum.clientSecretWrong" in answer.headers["Location"]
    [kept] = recorded(stand)
    assert kept.exchange.id == answer.headers["X-Propusk-Request"]
    assert kept.exchange.query == address.partition("?")[2]
    assert kept.system == MNEMONIC


@pytest.mark.parametrize("path", [*AUTHORIZATION.values(), *TOKEN.values(), "/idp/ext/Logout", "/public/esia.zip", "/rs/prns/1"])
def test_every_address_of_the_dialect_is_recorded(stand: Stand, path: str) -> None:
    stand.http().get(ISSUER + path)
    assert [each.exchange.path for each in recorded(stand)] == [path]


@pytest.mark.parametrize(
    "sent",
    [
        {"params": {"client_id": MNEMONIC}},
        {"data": {"client_id": MNEMONIC}},
        {"params": {"client_id": MNEMONIC}, "data": {"x": "1"}},
        {"params": {"client_id": MNEMONIC}, "json": {"x": "1"}},
        {"params": [("client_id", MNEMONIC), ("client_id", MNEMONIC)]},
        {"data": [("client_id", MNEMONIC), ("state", "a"), ("state", "b")]},
        {"params": {"client_id": MNEMONIC}, "data": {"client_id": MNEMONIC}},
        {"data": f"client_id={MNEMONIC}&state=%ff", "headers": FORM},
    ],
)
@pytest.mark.parametrize("path", [AUTHORIZATION["v2"], TOKEN["v2"]])
def test_system_is_found_wherever_it_names_itself(stand: Stand, system: System, path: str, sent: dict[str, Any]) -> None:
    system.http.post(ISSUER + path, **sent)
    assert [each.system for each in recorded(stand)] == [MNEMONIC]


def test_system_is_known_by_its_code_and_by_its_token(stand: Stand, system: System) -> None:
    entered = system.sign_in()
    code = system.obtain_code(entered.browser)
    before = len(recorded(stand))
    system.http.post(ISSUER + TOKEN["v2"], data=urlencode({"code": code}), headers=FORM)
    entered.rest()
    assert [each.system for each in recorded(stand)[before:]] == [MNEMONIC, MNEMONIC]
