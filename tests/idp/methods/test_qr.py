"""A QR code on the first page: it says who it is that reads it, once, in two minutes, and a password may follow."""

import re

import pytest

from tests.browser import Browser
from tests.idp.application import Application
from tests.idp.control.conftest import Control
from tests.idp.stand import Stand
from tests.suites.sign_in_methods.driver import attempt_of
from tests.suites.sign_in_methods.qr import address_on, go_on, id_on, page

VERA, MAYA = "vera@example.test", "maya@example.test"


@pytest.fixture
def control(stand: Stand) -> Control:
    return Control(stand.control())


@pytest.fixture
def application(stand: Stand) -> Application:
    return Application.of_seed(stand)


def is_in(browser: Browser) -> bool:
    return "consent" in browser.forms()


def test_telephone_is_shown_who_asks_and_lets_its_owner_in(stand: Stand, application: Application) -> None:
    browser = page(stand)
    assert address_on(browser).startswith(f"{stand.issuer}/qr/")
    assert 'src="data:image/svg+xml;base64,' in browser.answer.text
    asked = application.read_code(address_on(browser)).json()
    assert (asked["purpose"], asked["client"], asked["host"]) == ("qr", "Учебная поликлиника", "localhost:9999")
    assert asked["place"].endswith("127.0.0.1")
    assert asked["numbers"] == []
    assert "Код ещё никто не прочитал." in go_on(browser).text
    assert application.answer(asked["id"]).status_code == 200
    assert is_in(go_on(browser))
    assert browser.open(stand.authorize_url(prompt="none"))
    assert stand.rows("SELECT citizen_id FROM sessions") == [(stand.citizen(VERA),)]


def test_password_follows_where_one_proof_is_not_enough(stand: Stand, application: Application) -> None:
    browser = stand.browser().open(stand.authorize_url(acr_values="substantial"))
    browser.open(f"{attempt_of(browser)}/qr")
    application.answer(id_on(browser))
    go_on(browser)
    browser.open(f"{attempt_of(browser)}/password")
    browser.submit("sign-in", "submit", password="romashka-17")
    assert is_in(browser)
    browser.submit("consent", "allow")
    claims = stand.verified(str(stand.redeem(stand.code_from(browser)).body["id_token"])).claims
    assert (claims["acr"], claims["amr"]) == ("substantial", ["swk", "user", "pwd", "mfa"])


def test_lm_28_answer_to_the_code_of_one_page_is_worth_nothing_at_another(stand: Stand, application: Application) -> None:
    first, second = page(stand), page(stand)
    application.answer(id_on(first))
    assert "Код ещё никто не прочитал." in go_on(second).text
    assert is_in(go_on(first))


@pytest.mark.parametrize(("first", "second"), [("approve", "approve"), ("approve", "deny"), ("deny", "approve")])
def test_lm_28_first_answer_is_final(stand: Stand, application: Application, first: str, second: str) -> None:
    browser = page(stand)
    request_id = id_on(browser)
    assert application.answer(request_id, decision=first).status_code == 200
    assert application.answer(request_id, decision=second).status_code == 409
    assert is_in(go_on(browser)) == (first == "approve")


def test_code_is_shown_anew_when_it_is_too_old_or_was_refused(stand: Stand, application: Application) -> None:
    browser = page(stand)
    old = address_on(browser)
    assert address_on(browser.open(browser.url)) == old, "looking again changes nothing"
    stand.clock.advance(120)
    assert application.answer(old.rpartition("/")[2]).status_code == 409
    new = address_on(go_on(browser))
    assert new != old
    application.answer(id_on(browser), decision="deny")
    go_on(browser).submit("again-form", "again")
    assert address_on(browser) != new
    application.answer(id_on(browser))
    assert is_in(go_on(browser))


def test_second_step_is_not_taken_by_somebody_else(stand: Stand, application: Application) -> None:
    stranger = Application.enrolled(stand, MAYA)
    browser = stand.browser().open(stand.authorize_url(acr_values="substantial"))
    attempt = attempt_of(browser)
    stand.sign_in(browser)
    browser.open(f"{attempt}/qr")
    stranger.answer(id_on(browser))
    assert "Код прочитал телефон другого человека." in go_on(browser).text
    browser.submit("again-form", "again")
    application.answer(id_on(browser))
    assert is_in(go_on(browser))


def test_disabled_person_is_not_let_in(stand: Stand, application: Application) -> None:
    browser = page(stand)
    stand.execute("UPDATE citizens SET disabled_at = 1")
    application.answer(id_on(browser))
    assert "Этой записью сейчас нельзя войти." in go_on(browser).text


def test_telephone_reads_no_code_of_an_account_as_a_sign_in(stand: Stand, application: Application) -> None:
    browser = stand.browser().open(f"{stand.issuer}/account/security/push/add")
    stand.sign_in(browser)
    browser.submit("code-form", "submit", code=stand.last_code())
    found = re.search(r'id="link">([^<]+)</p>', browser.answer.text)
    assert found
    assert application.read_code(found[1]).status_code == 404
    assert application.answer(found[1].rpartition("/")[2]).status_code == 404


def test_test_api_signs_in_with_it(stand: Stand, control: Control) -> None:
    told = control.post("/login", person=VERA, methods=[{"name": "qr"}])
    assert (told["outcome"], told["acr"], told["amr"]) == ("done", "low", ["swk", "user"])
    told = control.post("/login", person=VERA, methods=[{"name": "qr", "script": "wrong_then_right"}])
    assert told["outcome"] == "done"
    for script, reason in (("wrong", "denied"), ("time_out", "expired")):
        told = control.post("/login", person=VERA, methods=[{"name": "qr", "script": script}])
        assert (told["outcome"], told["reason"]) == ("refused", reason)
    assert control.refused("POST", "/login", {"person": MAYA, "methods": [{"name": "qr"}]}) == (400, "method_not_offered")
