"""Five wrong passwords in a row lock an account, wherever they are typed; an incident shuts it, whatever is typed."""

import threading
from contextlib import nullcontext
from unittest import mock

import pytest

from idp.authentication import incident, lockout
from idp.authentication.methods.password.hashing import PasswordChecker
from idp.citizens import directory
from tests.browser import Browser
from tests.idp.bank import PASSWORDS, open_beside
from tests.idp.stand import BANK, CONTROL, CONTROL_TOKEN, ISSUER, Stand
from tests.suites.sign_in_methods.driver import attempt_of

VERA, PASSWORD = "vera@example.test", "romashka-17"
LOCKED, WRONG = "Блокировка аккаунта", "Неверный логин или пароль"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def stand(request: pytest.FixtureRequest, stand_settings: dict[str, object]) -> Stand:
    """Asks for the settings so that a test may give its own."""
    stand: Stand = request.getfixturevalue(f"{request.param}_stand")
    return stand


def tried(stand: Stand, password: str, *, login: str = VERA, browser: Browser | None = None) -> Browser:
    """The page after one try, from the account's own door."""
    browser = (browser or stand.browser()).open(f"{ISSUER}/account")
    return stand.sign_in(browser, login=login, password=password)


def lock(stand: Stand, login: str = VERA) -> Browser:
    for _ in range(4):
        tried(stand, "a wrong one", login=login)
    return tried(stand, "a wrong one", login=login)


def recover(stand: Stand, login: str = VERA) -> int | None:
    """The owner recovers the account by whatever means."""
    with stand.realm.database.write() as connection:
        return lockout.recover(stand.realm, connection, stand.citizen(login), by="sms", actor="operator:test")


def test_r098_r089_five_wrong_passwords_lock_the_account_and_the_right_one_is_refused_then(stand: Stand) -> None:
    for _ in range(4):
        page = tried(stand, "a wrong one")
        assert page.status == 400 and WRONG in page.text and LOCKED not in page.text
    page = tried(stand, "a wrong one")
    assert page.status == 403 and LOCKED in page.text
    page = tried(stand, PASSWORD)
    assert page.status == 403 and LOCKED in page.text
    assert stand.actions().count("account.locked") == 1


def test_r140_four_wrong_ones_and_the_right_one_let_in_and_the_row_begins_anew(stand: Stand) -> None:
    for _ in range(2):
        for _ in range(4):
            tried(stand, "a wrong one")
        assert tried(stand, PASSWORD).url == f"{ISSUER}/account"


def test_r140_the_count_is_of_the_account_and_neither_of_browser_nor_of_login(stand: Stand) -> None:
    for login in (VERA, "+70000000017", "000-000-017 00", "8 0000000017"):
        assert WRONG in tried(stand, "a wrong one", login=login).text
    assert LOCKED in tried(stand, "a wrong one", login="80000000017").text


def test_lm_06_another_x_forwarded_for_at_each_try_changes_nothing(stand: Stand) -> None:
    for number in range(5):
        browser = stand.browser()
        browser.session.headers["X-Forwarded-For"] = f"203.0.113.{number}"
        page = tried(stand, "a wrong one", browser=browser)
    assert LOCKED in page.text


def test_a_login_that_nobody_has_is_locked_in_the_same_words(stand: Stand) -> None:
    pages = [tried(stand, "a wrong one", login="nobody@example.test") for _ in range(6)]
    assert [page.status for page in pages] == [400, 400, 400, 400, 403, 403]
    assert LOCKED in pages[-1].text and LOCKED in pages[-2].text


def test_r140_the_control_plane_tries_at_the_same_count(stand: Stand) -> None:
    control = stand.control().session

    def login(password: str) -> str:
        body = {"person": VERA, "password": password}
        answer = control.post(f"{CONTROL}/login", json=body, headers={"Authorization": f"Bearer {CONTROL_TOKEN}"})
        return str(answer.json()["reason"])

    assert [login("a wrong one") for _ in range(4)] == ["wrong_pair"] * 4
    assert LOCKED in tried(stand, "a wrong one").text
    assert login(PASSWORD) == "locked"


def test_r140_parallel_tries_are_not_compared_more_than_five_times(stand: Stand) -> None:
    compared: list[str] = []

    def compare(_checker: PasswordChecker, _stored: str | None, password: str) -> bool:
        compared.append(password)
        return False

    browsers = [stand.browser().open(f"{ISSUER}/account") for _ in range(12)]
    begin = threading.Barrier(len(browsers))

    def attempt(browser: Browser) -> None:
        begin.wait()
        stand.sign_in(browser, password="a wrong one")
        stand.realm.database.release()

    with mock.patch.object(PasswordChecker, "is_right", compare):
        threads = [threading.Thread(target=attempt, args=(browser,)) for browser in browsers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(compared) == 5
    assert LOCKED in tried(stand, PASSWORD).text


def test_a_locked_account_is_locked_for_every_way_in(stand: Stand) -> None:
    """Whoever proved the first step before the lock gets no session for the second after it."""
    stand.execute("UPDATE citizens SET second_factor_required = true")
    half_way = tried(stand, PASSWORD)
    assert "code-form" in half_way.forms()
    lock(stand)
    page = half_way.submit("code-form", "submit", code=stand.last_code())
    assert page.status == 403 and LOCKED in page.text
    assert "session.opened" not in stand.actions()


def test_who_is_signed_in_stays_so_when_somebody_else_locks_the_account(stand: Stand) -> None:
    inside = tried(stand, PASSWORD)
    lock(stand)
    assert inside.open(f"{ISSUER}/account").url == f"{ISSUER}/account"


def test_the_old_password_at_the_account_is_tried_at_the_same_count(stand: Stand) -> None:
    """Another path to the same comparison (CVE-2026-9798)."""
    stand.execute("DELETE FROM devices")
    stand.execute("UPDATE citizens SET phone_verified_at = NULL, email_verified_at = NULL")
    browser = tried(stand, PASSWORD).open(f"{ISSUER}/account/security/password/add")
    wanted = "another-password-98"
    for _ in range(4):
        browser.submit(
            "add-form", "submit", **{"old-password": "a wrong one", "new-password": wanted, "new-password-again": wanted}
        )
    page = browser.submit(
        "add-form", "submit", **{"old-password": "a wrong one", "new-password": wanted, "new-password-again": wanted}
    )
    assert page.status == 403 and LOCKED in page.text


@pytest.mark.parametrize("stand_settings", [{"unlock_seconds": 600}])
def test_r102_the_lock_ends_when_the_settings_say_after_recovery_and_not_by_itself(stand: Stand) -> None:
    lock(stand)
    stand.clock.advance(86_400)
    assert LOCKED in tried(stand, PASSWORD).text
    unlocks_at = recover(stand)
    assert unlocks_at == stand.clock.now() + 600
    stand.clock.advance(599)
    assert LOCKED in tried(stand, PASSWORD).text
    stand.clock.advance(1)
    assert tried(stand, PASSWORD).url == f"{ISSUER}/account"


@pytest.mark.parametrize("stand_settings", [{"unlock_seconds": 600}])
def test_r102_recovering_once_more_keeps_the_time_of_the_first(stand: Stand) -> None:
    lock(stand)
    unlocks_at = recover(stand)
    stand.clock.advance(400)
    assert recover(stand) == unlocks_at
    stand.clock.advance(200)
    assert tried(stand, PASSWORD).url == f"{ISSUER}/account"


def test_tries_whose_worker_died_lock_the_account_in_the_end(stand: Stand) -> None:
    """Ten were begun and none was judged: what nobody can try any more is locked, so that its owner can recover it."""
    with stand.realm.database.read() as connection:
        vera = directory.find_by_login(stand.realm, connection, VERA)
    for number in range(11):
        with nullcontext() if number < 5 else pytest.raises(lockout.AccountLocked):
            lockout.admit(stand.realm, vera, VERA)
    assert stand.actions().count("account.locked") == 1
    recover(stand)
    assert tried(stand, PASSWORD).url == f"{ISSUER}/account"


@pytest.mark.parametrize("stand_settings", [{"failures_per_address": 60}])
def test_lm_05_one_password_on_everybody_is_stopped_by_address_and_locks_nobody(stand: Stand) -> None:
    statuses = [tried(stand, "Qwerty-2026", login=f"somebody-{number}@example.test").status for number in range(62)]
    assert statuses[:60] == [400] * 60 and statuses[60:] == [429] * 2
    assert tried(stand, PASSWORD).status == 429
    stand.clock.advance(3600)
    assert tried(stand, PASSWORD).url == f"{ISSUER}/account"


def test_r146_an_incident_ends_everything_and_only_an_officer_ends_it(stand: Stand) -> None:
    inside = tried(stand, PASSWORD)
    tokens = stand.tokens(scope="openid profile offline_access")
    vera = stand.citizen(VERA)
    with stand.realm.database.write() as connection:
        number = incident.open_incident(
            stand.realm, connection, vera, rule="officer", reason="a stolen telephone", actor="citizen:officer"
        )
    assert number is not None
    assert "/sign-in/" in inside.open(f"{ISSUER}/account").url
    assert stand.userinfo(tokens["access_token"]).status_code == 401
    page = tried(stand, PASSWORD)
    assert page.status == 403 and LOCKED in page.text and "службой безопасности" in page.text
    assert WRONG in tried(stand, "a wrong one").text, "whoever does not know the password learns nothing of it"
    recover(stand)
    assert LOCKED in tried(stand, PASSWORD).text, "what lifts the other lock does not lift this"
    with stand.realm.database.write() as connection:
        assert incident.close_incident(stand.realm, connection, number, actor="citizen:officer")
        assert not incident.close_incident(stand.realm, connection, number, actor="citizen:officer")
    assert tried(stand, PASSWORD).url == f"{ISSUER}/account"
    assert "/sign-in/" in inside.open(f"{ISSUER}/account").url, "what was ended stays so"


def test_r145_the_owner_is_told_of_an_incident_by_sms_and_by_mail(stand: Stand) -> None:
    with stand.realm.database.write() as connection:
        incident.open_incident(
            stand.realm, connection, stand.citizen(VERA), rule="officer", reason="test", actor="citizen:officer"
        )
    with stand.realm.database.read() as connection:
        messages = stand.realm.outbox.messages(connection)
    assert [(message.channel, message.address) for message in messages] == [("sms", "+70000000017"), ("email", VERA)]
    assert all("остановлен службой безопасности" in message.text for message in messages)


@pytest.mark.parametrize("stand_settings", [{"incident_rules": ("code_replay",)}])
def test_a_replayed_code_is_an_incident_where_the_settings_say_so(stand: Stand) -> None:
    code = stand.obtain_code()
    assert stand.redeem(code).status == 200
    assert stand.redeem(code).status == 400
    assert LOCKED in tried(stand, PASSWORD).text
    assert stand.actions().count("incident.opened") == 1


def test_r140_a_bank_locks_by_the_same_rule_and_its_counter_opens_again(stand: Stand) -> None:
    bank = open_beside(stand)

    def at_the_bank(typed: str) -> Browser:
        browser = stand.browser().open(stand.authorize_url())
        browser.open(f"{attempt_of(browser)}/bank").submit("bank-form", "submit")
        return browser.submit("sign-in", "submit", login=VERA, password=typed)

    for _ in range(5):
        page = at_the_bank("a wrong one")
    assert page.status == 403 and LOCKED in page.text and "в отделении банка" in page.text
    assert page.url.startswith(BANK) and "/recovery" not in page.answer.text
    assert LOCKED in at_the_bank(PASSWORDS["vera"]).text
    with bank.realm.database.write() as connection:
        lockout.recover(bank.realm, connection, bank.citizen(VERA), by="operator", actor="operator:counter")
    assert LOCKED not in at_the_bank(PASSWORDS["vera"]).text
