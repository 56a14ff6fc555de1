"""The code of an application: accepted in its window, once, after few guesses, and only if it is one."""

import base64
import re
import threading
from urllib.parse import parse_qs, urlsplit

import pyotp
import pytest

from idp.authentication import attempt as attempts
from idp.authentication.attempt import Purpose
from idp.authentication.method import Refusal
from idp.authentication.methods import METHODS
from idp.authentication.methods.totp.method import TotpMethod
from idp.citizens import directory
from idp.citizens.models import Person
from tests.browser import Browser
from tests.idp.control.conftest import Control
from tests.idp.stand import Stand
from tests.suites.sign_in_methods.driver import attempt_of, to_page
from tests.suites.sign_in_methods.totp import code_at, give

ANTON, MAYA = "anton@example.test", "maya@example.test"
METHOD = next(method for method in METHODS if isinstance(method, TotpMethod))
NOT_CODES = (
    '["123456"]', "123456.0", "١٢٣٤٥٦", "１２３４５６", "12 3456", "      ", "", "null", "12345", "1234567", "-12345", "1e5000",
)  # fmt: skip


@pytest.fixture
def control(stand: Stand) -> Control:
    return Control(stand.control())


def page(stand: Stand) -> Browser:
    """Anton, who has an application from the seed, after his password."""
    browser = stand.browser().open(stand.authorize_url(acr_values="substantial"))
    attempt = attempt_of(browser)
    stand.sign_in(browser, login=ANTON, password="vasilek-20")
    return browser.open(f"{attempt}/totp")


def code(stand: Stand, steps: int = 0) -> str:
    return code_at(stand, steps=steps, login=ANTON)


def proofs(stand: Stand) -> list[str]:
    return [action for action in stand.actions() if action.startswith("proof.checked")]


@pytest.mark.parametrize(("steps", "is_good"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_clock_may_be_off_by_one_step_to_either_side(stand: Stand, steps: int, is_good: bool) -> None:
    assert ("consent" in give(page(stand), code(stand, steps)).forms()) == is_good


def test_code_is_what_any_application_counts(stand: Stand, control: Control) -> None:
    """C10: the secret and the address of the QR code are those that authenticator applications read."""
    told = control.post(f"/people/{stand.citizen(ANTON)}/totp")
    totp = pyotp.parse_uri(told["address"])
    assert isinstance(totp, pyotp.TOTP)
    assert parse_qs(urlsplit(told["address"]).query)["secret"] == [told["secret"]]
    assert totp.name == ANTON
    assert "consent" in give(page(stand), totp.at(stand.clock.now())).forms()


def test_lm_16_code_is_accepted_once_and_none_before_it_is(stand: Stand) -> None:
    first, second = page(stand), page(stand)
    used, older = code(stand), code(stand, -1)
    assert "consent" in give(first, used).forms()
    assert "С этим кодом уже входили" in give(second, used).text
    assert "С этим кодом уже входили" in give(second, older).text
    stand.clock.advance(30)
    assert "consent" in give(second, code(stand)).forms()


def test_lm_16_of_two_at_once_with_one_code_one_is_let_in(stand: Stand) -> None:
    """As two processes would: each with an attempt, and a transaction, of its own."""
    person, given = person_of(stand), {"code": code(stand)}
    ids = [begun(stand, person) for _ in range(4)]
    outcomes: list[str] = []
    start = threading.Barrier(len(ids))

    def answer(attempt_id: str) -> None:
        with stand.realm.database.read() as connection:
            attempt = attempts.find(stand.realm, connection, attempt_id, browser="browser")
        start.wait(20)
        try:
            METHOD.finish(stand.realm, attempt, person, given)
            outcomes.append("done")
        except Refusal as refusal:
            outcomes.append(refusal.reason)

    threads = [threading.Thread(target=answer, args=(attempt_id,)) for attempt_id in ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(outcomes) == ["done", "used", "used", "used"]


@pytest.mark.parametrize("given", NOT_CODES)
@pytest.mark.parametrize("method", ["totp", "code"])
def test_lm_17_what_is_no_code_is_refused_without_a_comparison(stand: Stand, method: str, given: str) -> None:
    browser = page(stand) if method == "totp" else code_page(stand)
    form = "totp-form" if method == "totp" else "code-form"
    written = len(stand.actions())
    browser.submit(form, "submit", code=given)
    assert browser.status == 400
    assert "Код состоит из шести цифр." in browser.text
    assert stand.actions()[written:] == []


@pytest.mark.parametrize("method", ["totp", "code"])
def test_lm_17_of_a_thousand_codes_at_once_none_is_compared(stand: Stand, method: str) -> None:
    browser = page(stand) if method == "totp" else code_page(stand)
    right = code(stand) if method == "totp" else stand.last_code()
    form = browser.forms()["totp-form" if method == "totp" else "code-form"]
    codes = [right, *(f"{number:06d}" for number in range(999))]
    written = len(stand.actions())
    for name, value in (("code", codes), ("code[]", codes)):
        answer = browser.session.post(form.action, data={**form.values, "code": "", name: value})
        assert answer.status_code == 400
    answer = browser.session.post(form.action, json={"code": codes})
    assert answer.status_code in (400, 403)
    assert stand.actions()[written:] == []


def test_five_wrong_codes_in_a_row_cost_five_minutes_and_the_page_says_so(stand: Stand) -> None:
    browser = page(stand)
    said = [give(browser, code(stand, steps=7)).text for _ in range(5)]
    for text, left in zip(
        said, ("Осталось 4 попытки", "Осталось 3 попытки", "Осталось 2 попытки", "Осталась 1 попытка"), strict=False
    ):
        assert left in text
    assert "через пять минут" in said[4]
    other = page(stand)
    assert "через пять минут" in other.text, "another browser waits too"
    assert give(other, code(stand)).status == 429, "not even a right one"
    stand.clock.advance(299)
    assert give(page(stand), code(stand)).status == 429
    stand.clock.advance(1)
    assert "consent" in give(page(stand), code(stand)).forms()
    assert proofs(stand) == ["proof.checked wrong"] * 4 + ["proof.checked too_many"] * 3 + ["proof.checked"]


def test_right_code_ends_the_row_of_wrong_ones(stand: Stand) -> None:
    for _ in range(2):
        browser = page(stand)
        for _ in range(4):
            give(browser, code(stand, steps=7))
        assert "consent" in give(browser, code(stand)).forms()
        stand.clock.advance(60)


def test_secret_stands_nowhere_in_the_open(stand: Stand, control: Control) -> None:
    secret = control.post(f"/people/{stand.citizen(ANTON)}/totp")["secret"]
    sealed = stand.rows("SELECT sealed FROM totp_secrets")[0][0]
    assert isinstance(sealed, bytes)
    assert secret.encode() not in sealed
    assert base64.b32decode(secret) not in sealed
    assert secret not in str(stand.events())


def adding(stand: Stand) -> Browser:
    """Maya where she connects an application, after both of her factors."""
    browser = stand.browser().open(f"{stand.issuer}/account/security/totp/add")
    stand.sign_in(browser, login=MAYA, password="oduvanchik-19")
    return browser.submit("code-form", "submit", code=stand.last_code())


def secret_on(browser: Browser) -> str:
    found = re.search(r'id="secret">(.*?)</p>', browser.answer.text, re.DOTALL)
    assert found, browser.answer.text
    return re.sub(r"<[^>]+>", "", found[1])


def test_c10_secret_is_connected_at_the_account_by_a_qr_code_and_a_right_code_of_it(stand: Stand) -> None:
    browser = adding(stand)
    totp = pyotp.TOTP(secret_on(browser))
    assert browser.answer.text.count('src="data:image/svg+xml;base64,') == 1
    give_at_account(browser, totp.at(stand.clock.now() + 300))
    assert browser.status == 400
    assert "Код не подошёл. Проверьте, что на телефоне верное время" in browser.text
    assert secret_on(browser) == totp.secret, "it is in the application already"
    give_at_account(browser, totp.at(stand.clock.now()))
    assert browser.url == f"{stand.issuer}/account/security"
    assert stand.actions()[-1] == "method.enrolled"
    other = stand.browser().open(stand.authorize_url(acr_values="substantial"))
    to_page(stand, other, "totp", is_first=False, login=MAYA)
    assert "С этим кодом уже входили" in give(other, totp.at(stand.clock.now())).text
    stand.clock.advance(30)
    assert "consent" in give(other, totp.at(stand.clock.now())).forms()


def test_secret_is_replaced_by_another_and_removed(stand: Stand) -> None:
    browser = adding(stand)
    old = pyotp.TOTP(secret_on(browser))
    give_at_account(browser, old.at(stand.clock.now()))
    browser.open(f"{stand.issuer}/account/security/totp/add")
    new = pyotp.TOTP(secret_on(browser))
    assert new.secret != old.secret
    give_at_account(browser, new.at(stand.clock.now()))
    stand.clock.advance(30)
    other = stand.browser().open(stand.authorize_url(acr_values="substantial"))
    to_page(stand, other, "totp", is_first=False, login=MAYA)
    assert give(other, old.at(stand.clock.now())).status == 400
    browser.open(f"{stand.issuer}/account/security")
    remove = next(form for form in browser.forms().values() if form.action.endswith(f"/totp/{stand.citizen(MAYA)}/remove"))
    foreign = remove.action.replace(stand.citizen(MAYA), stand.citizen(ANTON))
    assert browser.session.post(foreign, data=remove.values).status_code == 404
    browser.session.post(remove.action, data=remove.values)
    assert stand.actions()[-1] == "method.removed"
    assert give(other, new.at(stand.clock.now())).url.endswith("/code"), "the way is gone"
    assert stand.rows("SELECT count(*) FROM totp_secrets") == [(1,)], "Anton's"


def test_secret_that_was_not_confirmed_in_time_is_drawn_anew(stand: Stand) -> None:
    browser = adding(stand)
    old = secret_on(browser)
    stand.clock.advance(299)
    browser.open(f"{stand.issuer}/account/security/totp/add")
    assert secret_on(browser) == old
    stand.execute("UPDATE challenges SET expires_at = ?", stand.clock.now())
    give_at_account(browser, pyotp.TOTP(old).at(stand.clock.now()))
    assert "Код на экране сменился" in browser.text
    assert secret_on(browser) != old


def give_at_account(browser: Browser, code: str) -> Browser:
    return browser.submit("add-form", "submit", code=code)


def test_test_api_signs_in_with_it_as_often_as_it_likes(stand: Stand, control: Control) -> None:
    for _ in range(5):
        told = control.post("/login", person=ANTON, methods=[{"name": "password"}, {"name": "totp"}])
        assert (told["outcome"], told["acr"], told["amr"]) == ("done", "substantial", ["pwd", "otp", "mfa"])
    for script, reason in (("wrong", "wrong"), ("time_out", "attempt_gone")):
        told = control.post("/login", person=ANTON, methods=[{"name": "password"}, {"name": "totp", "script": script}])
        assert (told["outcome"], told["reason"]) == ("refused", reason)


def test_test_api_tells_the_code_of_this_moment(stand: Stand, control: Control) -> None:
    anton = stand.citizen(ANTON)
    told = control.get(f"/people/{anton}/totp")
    assert told == {"code": code(stand), "seconds_left": 30 - stand.clock.now() % 30}
    assert control.refused("GET", f"/people/{stand.citizen('maya@example.test')}/totp") == (404, "totp_unknown")
    assert control.refused("POST", "/people/nobody/totp") == (404, "person_unknown")


def person_of(stand: Stand, login: str = ANTON) -> Person:
    with stand.realm.database.read() as connection:
        person = directory.find_by_login(stand.realm, connection, login)
    assert person is not None
    return person


def begun(stand: Stand, person: Person) -> str:
    nobody = Purpose(client_name="", client_host="", destination="")
    with stand.realm.database.write() as connection:
        return attempts.begin(
            stand.realm, connection, browser="browser", asked_level=None, purpose=nobody, return_path="/", citizen_id=person.id
        )


def code_page(stand: Stand) -> Browser:
    browser = stand.browser().open(stand.authorize_url(acr_values="substantial"))
    return to_page(stand, browser, "code", is_first=False)
