"""A forgotten password: the link of a letter, a second way, and a new password; once, and in the browser that asked."""

import threading

import pytest

from ground.couriers.letter import compose
from idp.authentication import incident
from tests.browser import Browser
from tests.idp.recovery.locked_out import LOCKED, NEW, NOBODY, PASSWORD, VERA, ask, give, letters, link, lock, seen, tried
from tests.idp.stand import ISSUER, SECRET, Stand


def at_second_way(stand: Stand) -> Browser:
    """Vera has followed her link, and is asked for the code of an SMS."""
    browser = ask(stand, "email").open(link(stand))
    return browser.submit("second-way", "submit")


def at_password(stand: Stand) -> Browser:
    browser = give(at_second_way(stand), stand.last_code())
    assert "password-form" in browser.forms(), browser.text
    return browser


def choose(browser: Browser, new: str = NEW, again: str | None = None) -> Browser:
    return browser.submit("password-form", "submit", **{"new-password": new, "new-password-again": again or new})


def test_a_forgotten_password_is_replaced_by_the_link_and_a_second_way(stand: Stand) -> None:
    browser = choose(at_password(stand))
    assert browser.status == 200 and "Пароль изменён" in browser.text and "Войти можно сразу" in browser.text
    assert "idp_session" not in browser.session.cookies, "nobody is signed in by it"
    assert tried(stand, NEW).url == f"{ISSUER}/account"
    assert tried(stand, PASSWORD).status == 400
    assert {"recovery.asked", "recovery.proved", "password.reset", "password.changed", "recovery.ended"} <= set(stand.actions())


def test_lm_09_the_link_is_of_the_issuer_whatever_host_was_asked(stand: Stand) -> None:
    browser = stand.browser()
    browser.session.headers["X-Forwarded-Host"] = "evil.test"
    browser.open(f"{ISSUER}/recovery")
    form = browser.forms()["recovery-form"]
    data = form.values | {"login": VERA, "way": "email"}
    cookies = "; ".join(f"{name}={value}" for name, value in browser.session.cookies.items())
    browser.session.post(form.action, data=data, headers={"Host": "evil.test", "Cookie": cookies})
    assert link(stand).startswith(f"{ISSUER}/recovery/link/") and "evil" not in letters(stand)[-1].text
    assert len(link(stand).rpartition("/")[2]) == 43, "256 bits"


def test_the_link_can_be_pressed_in_the_letter(stand: Stand) -> None:
    ask(stand, "email")
    letter = compose(letters(stand)[-1], sender="robot@example.test", sender_name="Пропуск").get_body(("html",))
    assert letter is not None and f'<a href="{link(stand)}"' in letter.get_content()


def test_lm_09_a_link_of_another_browser_is_not_there(stand: Stand) -> None:
    browser = ask(stand, "email")
    other = stand.browser().open(link(stand))
    assert other.status == 404 and "в том же браузере" in other.text
    assert "second-way" not in browser.open(browser.url).forms(), "and proves nothing to the first"
    assert "second-way" in browser.open(link(stand)).forms(), "and is not used up by it"


def test_lm_09_a_link_of_ten_minutes_is_over(stand: Stand) -> None:
    browser = ask(stand, "email")
    stand.clock.advance(600)
    assert browser.open(link(stand)).status == 404


def test_lm_09_a_link_is_used_once(stand: Stand) -> None:
    browser = at_password(stand)
    form, address = browser.forms()["password-form"], link(stand)
    choose(browser)
    assert browser.open(address).status == 404
    data = form.values | {"new-password": "another one altogether", "new-password-again": "another one altogether"}
    assert browser.session.post(form.action, data=data).status_code == 404
    assert tried(stand, NEW).url == f"{ISSUER}/account"


def test_lm_09_a_link_that_is_still_on_its_way_ends_with_the_new_password(stand: Stand) -> None:
    other = ask(stand, "email")
    address = link(stand)
    choose(at_password(stand))
    assert other.open(address).status == 404


def test_a_recovery_survives_a_restart(stand: Stand) -> None:
    browser = ask(stand, "email").open(link(stand))
    again = Stand(stand.settings.home, stand.clock, database_url=stand.settings.database_url)
    try:
        browser.session.mount("http://", again.transport)
        second = browser.submit("second-way", "submit")
        browser = give(second, again.last_code())
        assert "Пароль изменён" in choose(browser).text
        assert browser.open(browser.url).status == 200
        assert tried(again, NEW).url == f"{ISSUER}/account"
    finally:
        again.close()


def test_lm_09_the_page_is_told_to_nobody_and_the_token_is_stored_as_a_hash(
    stand: Stand, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    browser = ask(stand, "email")
    token = link(stand).rpartition("/")[2]
    stand.browser().open(link(stand))
    browser.open(link(stand))
    assert token not in browser.url and token not in browser.answer.text
    assert browser.answer.headers["Referrer-Policy"] == "no-referrer" and browser.answer.headers["Cache-Control"] == "no-store"
    assert token not in caplog.text
    assert all(token.encode() not in bytes(str(row), "utf-8") for row in stand.rows("SELECT * FROM recoveries"))
    assert token not in str(stand.events())


def test_no_new_password_without_the_letter(stand: Stand) -> None:
    """CVE-2026-18963: the last step alone must not do."""
    browser = ask(stand, "email")
    csrf = browser.open(f"{ISSUER}/recovery").forms()["recovery-form"].values["csrf_token"]
    recovery = stand.rows("SELECT id FROM recoveries")[0][0]
    data = {"csrf_token": csrf, "new-password": NEW, "new-password-again": NEW}
    assert browser.session.post(f"{ISSUER}/recovery/{recovery}/password", data=data).status_code == 404
    assert browser.session.post(f"{ISSUER}/recovery/{recovery}/second-way", data=data).status_code == 404
    by_sms = ask(stand, "sms", browser=browser).url
    assert browser.session.post(f"{by_sms}/password", data=data).status_code == 404
    assert tried(stand, PASSWORD).url == f"{ISSUER}/account"


def test_lm_10_no_new_password_with_the_letter_alone_where_there_is_another_way(stand: Stand) -> None:
    browser = ask(stand, "email").open(link(stand))
    assert "password-form" not in browser.forms() and "second-way" in browser.forms()
    csrf = browser.forms()["second-way"].values["csrf_token"]
    data = {"csrf_token": csrf, "new-password": NEW, "new-password-again": NEW}
    assert browser.session.post(f"{browser.url}/password", data=data).status_code == 404
    second = browser.submit("second-way", "submit")
    assert second.url.endswith("/code")
    assert not second.open(second.url.removesuffix("code") + "email").url.endswith("/email"), "the mailbox once more is no other"
    assert not second.open(second.url.rpartition("/")[0] + "/password").url.endswith("/password")


def test_lm_10_the_second_way_of_a_recovery_opens_no_session(stand: Stand) -> None:
    browser = at_second_way(stand)
    attempt = browser.url.rpartition("/")[0]
    give(browser, stand.last_code())
    assert "/recovery/" in browser.open(attempt).url
    assert "idp_session" not in browser.session.cookies
    assert "session.opened" not in stand.actions()


def test_who_has_nothing_but_the_mailbox_sets_a_password_by_it(stand: Stand) -> None:
    stand.execute("DELETE FROM devices")
    stand.execute("UPDATE citizens SET phone_verified_at = NULL")
    browser = ask(stand, "email").open(link(stand))
    assert "Пароль изменён" in choose(browser).text
    assert tried(stand, NEW).url == f"{ISSUER}/account"


def test_a_lock_after_wrong_passwords_ends_with_the_new_password(stand: Stand) -> None:
    lock(stand)
    choose(at_password(stand))
    assert tried(stand, NEW).url == f"{ISSUER}/account"


def test_i14_an_incident_is_not_ended_by_a_new_password(stand: Stand) -> None:
    browser = at_password(stand)
    with stand.realm.database.write() as connection:
        vera = stand.citizen(VERA)
        incident.open_incident(stand.realm, connection, vera, rule="officer", reason="test", actor="citizen:officer")
    page = choose(browser)
    assert "Пароль изменён" not in page.text
    assert LOCKED in tried(stand, PASSWORD).text
    assert "password.reset" not in stand.actions()


def test_every_session_and_every_token_ends_with_the_new_password(stand: Stand) -> None:
    stand.add_client("patient", grant_types=("authorization_code", "refresh_token"))
    inside = tried(stand)
    code = stand.obtain_code(client_id="patient", scope="openid profile offline_access", prompt="consent")
    tokens = stand.redeem(code, auth=("patient", SECRET)).body
    choose(at_password(stand))
    assert "/sign-in/" in inside.open(f"{ISSUER}/account").url
    assert stand.userinfo(str(tokens["access_token"])).status_code == 401
    refreshed = stand.http().post(
        f"{ISSUER}/oauth2/token",
        data={"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]},
        auth=("patient", SECRET),
    )
    assert refreshed.json()["error"] == "invalid_grant"


def test_who_is_between_two_steps_with_the_old_password_begins_anew(stand: Stand) -> None:
    stand.execute("UPDATE citizens SET second_factor_required = true")
    half_way = tried(stand)
    choose(at_password(stand))
    half_way.submit("code-form", "submit", code="000000")
    assert "code-form" not in half_way.forms(), "there is no second step to what is worth nothing"
    assert "session.opened" not in stand.actions()


def test_the_owner_is_told_by_sms_and_by_mail(stand: Stand) -> None:
    choose(at_password(stand))
    assert "пароль вашей записи сменили" in stand.sms()[-1] and "пароль вашей записи сменили" in letters(stand)[-1].text


@pytest.mark.parametrize(
    ("new", "again", "said"),
    [("short", None, "короткий"), ("12345678", None, "слишком известен"), (NEW, "otherwise, otherwise", "не совпадают")],
)
def test_the_rules_of_passwords_hold(stand: Stand, new: str, again: str | None, said: str) -> None:
    browser = at_password(stand)
    assert said in choose(browser, new, again).text and browser.status == 400
    assert "Пароль изменён" in choose(browser).text, "what was refused used nothing up"


def test_r103_the_fields_are_made_for_a_password_manager(stand: Stand) -> None:
    page = at_password(stand).answer.text
    assert page.count('autocomplete="new-password"') == 2
    assert "onpaste" not in page and "<script" not in page


def test_lm_01_a_login_that_nobody_has_is_answered_in_the_same_words(stand: Stand) -> None:
    assert seen(ask(stand, "email"), VERA) == seen(ask(stand, "email", NOBODY), NOBODY)
    stand.execute("UPDATE citizens SET email_verified_at = NULL")
    assert seen(ask(stand, "email"), VERA) == seen(ask(stand, "email", NOBODY), NOBODY)
    assert len(letters(stand)) == 1 and letters(stand, NOBODY) == []


def test_a_link_that_is_raced_sets_one_password(stand: Stand) -> None:
    browser = at_password(stand)
    form = browser.forms()["password-form"]
    begin, statuses = threading.Barrier(6), []

    def answer(own: Browser, number: int) -> None:
        own.session.cookies.update(browser.session.cookies)
        wanted = f"ромашка номер {number} и ещё одна"
        data = form.values | {"new-password": wanted, "new-password-again": wanted}
        begin.wait()
        statuses.append((own.session.post(form.action, data=data, allow_redirects=False).status_code, wanted))
        stand.realm.database.release()

    threads = [threading.Thread(target=answer, args=(stand.browser(), number)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    won = [wanted for status, wanted in statuses if status == 303]
    assert len(won) == 1, statuses
    assert stand.actions().count("password.reset") == 1
    assert tried(stand, won[0]).url == f"{ISSUER}/account"


def test_tk_18_who_was_disabled_meanwhile_sets_no_password(stand: Stand) -> None:
    """Disabled between the letter and the new password: nothing of the account changes any more."""
    browser = at_password(stand)
    stand.execute("UPDATE citizens SET disabled_at = 1")
    assert choose(browser).status == 404
    assert "password.reset" not in stand.actions()
