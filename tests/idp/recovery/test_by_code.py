"""Recovery by SMS: a code to the confirmed phone ends the lock, in the browser that asked, and signs nobody in."""

import threading

import pytest

from idp.authentication import incident, risk
from idp.throttling import counters
from tests.browser import Browser
from tests.idp.recovery.locked_out import (
    DONE,
    LOCKED,
    NOBODY,
    PASSWORD,
    RECOVERY,
    VERA,
    ask,
    give,
    letters,
    lock,
    seen,
    tried,
    wrong,
)
from tests.idp.stand import CONTROL, CONTROL_TOKEN, ISSUER, Stand


def test_r099_the_page_is_reached_while_locked_and_from_the_sign_in_page(stand: Stand) -> None:
    sign_in = stand.browser().open(f"{ISSUER}/account")
    address = sign_in.url.removeprefix(ISSUER).rpartition("/")[0]
    assert f'href="/recovery?from={address.rpartition("/")[2]}"' in sign_in.answer.text
    sign_in.open(f"{RECOVERY}?from={address.rpartition('/')[2]}")
    assert f'href="{address}"' in sign_in.answer.text, "who remembers the password goes on where they came from"
    page = lock(stand)
    assert LOCKED in page.text and 'href="/recovery?from=' in page.answer.text
    page.open(RECOVERY)
    assert page.status == 200 and "Восстановление доступа" in page.title


def test_r100_a_locked_account_and_the_code_lead_back_in(stand: Stand) -> None:
    lock(stand)
    browser = give(ask(stand, "sms"), stand.last_code())
    assert browser.status == 200 and DONE in browser.text and "Войти можно сразу" in browser.text
    assert "idp_session" not in browser.session.cookies, "nobody is signed in by a code alone"
    assert tried(stand).url == f"{ISSUER}/account"
    assert {"recovery.asked", "code.sent", "code.checked", "account.unlocked", "recovery.ended"} <= set(stand.actions())
    assert "восстановлен кодом из SMS" in letters(stand)[-1].text


def test_r100_the_way_back_leads_to_the_sign_in_that_somebody_came_from(stand: Stand) -> None:
    browser = stand.browser().open(stand.authorize_url())
    attempt = browser.url
    for _ in range(5):
        browser.open(attempt)
        stand.sign_in(browser, password="a wrong one")
    assert LOCKED in browser.text
    browser.open(f"{RECOVERY}?from={attempt.split('/')[4]}").submit("recovery-form", "way-sms", login=VERA)
    give(browser, stand.last_code())
    assert f'href="/sign-in/{attempt.split("/")[4]}"' in browser.answer.text
    stand.sign_in(browser.open(attempt))
    assert "consent" in browser.forms()


@pytest.mark.parametrize("stand_settings", [{}, {"unlock_seconds": 600}], ids=["at once", "later"])
def test_r102_the_page_says_when_one_can_sign_in_and_then_one_can(stand: Stand, stand_settings: dict[str, object]) -> None:
    lock(stand)
    browser = give(ask(stand, "sms"), stand.last_code())
    seconds = int(str(stand_settings.get("unlock_seconds", 0)))
    assert ("Войти можно сразу" in browser.text) == (seconds == 0)
    assert ("в течение 10 минут: войти можно с " in browser.text) == (seconds > 0)
    if seconds:
        stand.clock.advance(seconds - 1)
        assert LOCKED in tried(stand).text
        stand.clock.advance(1)
    assert tried(stand).url == f"{ISSUER}/account"


@pytest.mark.parametrize("login", [NOBODY, "+79990000000", "000-000-099 00", "no login at all", "x" * 300])
def test_r100_a_login_that_nobody_has_is_answered_in_the_same_words(stand: Stand, login: str) -> None:
    known, unknown = ask(stand, "sms"), ask(stand, "sms", login)
    assert seen(known, VERA) == seen(unknown, login[:254])
    for _ in range(5):
        give(known, wrong(stand))
        give(unknown, wrong(stand))
        assert seen(known, VERA) == seen(unknown, login[:254])
    assert "Код больше не действует: пять неверных попыток" in unknown.text
    assert seen(known.submit("again-form", "again"), VERA) == seen(unknown.submit("again-form", "again"), login[:254])
    stand.clock.advance(30)
    assert seen(known.submit("again-form", "again"), VERA) == seen(unknown.submit("again-form", "again"), login[:254])
    assert len(stand.sms()) == 2, "nothing is sent to nobody"


def test_an_account_without_a_confirmed_phone_is_answered_like_one_that_there_is_not(stand: Stand) -> None:
    stand.execute("UPDATE citizens SET phone_verified_at = NULL")
    assert seen(ask(stand, "sms"), VERA) == seen(ask(stand, "sms", NOBODY), NOBODY)
    stand.execute("UPDATE citizens SET disabled_at = 1, phone_verified_at = 1")
    assert seen(ask(stand, "sms"), VERA) == seen(ask(stand, "sms", NOBODY), NOBODY)
    assert stand.sms() == []
    outcomes = [event["outcome"] for event in stand.events() if event["action"] == "recovery.asked"]
    assert outcomes == ["no_phone", "unknown", "no_phone", "unknown"]


def test_r100_five_wrong_codes_burn_it_and_the_right_one_is_refused_then(stand: Stand) -> None:
    lock(stand)
    browser = ask(stand, "sms")
    for _ in range(5):
        give(browser, wrong(stand))
    assert browser.status == 400 and "пять неверных попыток" in browser.text
    assert "Этот код уже не действует" in give(browser, stand.last_code()).text
    assert LOCKED in tried(stand).text


def test_half_a_minute_between_two_codes_and_the_new_one_kills_the_old(stand: Stand) -> None:
    lock(stand)
    browser = ask(stand, "sms")
    old = stand.last_code()
    too_soon = browser.submit("again-form", "again")
    assert too_soon.status == 429 and "через 30 секунд" in too_soon.text
    stand.clock.advance(30)
    browser.submit("again-form", "again")
    if old != stand.last_code():
        assert give(browser, old).status == 400
    assert DONE in give(browser, stand.last_code()).text


def test_a_code_lives_five_minutes_and_a_recovery_fifteen(stand: Stand) -> None:
    browser = ask(stand, "sms")
    stand.clock.advance(301)
    assert "Код устарел" in give(browser, stand.last_code()).text
    stand.clock.advance(600)
    assert browser.open(browser.url.removesuffix("/code")).status == 404


def test_a_recovery_belongs_to_the_browser_that_began_it(stand: Stand) -> None:
    lock(stand)
    browser = ask(stand, "sms")
    other = stand.browser().open(RECOVERY)
    assert other.open(browser.url).status == 404
    form = other.open(RECOVERY).forms()["recovery-form"].values
    answer = other.session.post(f"{browser.url}/code", data={"csrf_token": form["csrf_token"], "code": stand.last_code()})
    assert answer.status_code == 404
    assert LOCKED in tried(stand).text


def test_a_code_of_a_recovery_is_used_once(stand: Stand) -> None:
    lock(stand)
    browser = ask(stand, "sms")
    form, code = browser.forms()["code-form"], stand.last_code()
    give(browser, code)
    lock(stand)
    answer = browser.session.post(form.action, data=form.values | {"code": code})
    assert answer.status_code == 404
    assert LOCKED in tried(stand).text


def test_the_code_of_a_sign_in_is_none_of_a_recovery(stand: Stand) -> None:
    stand.execute("UPDATE citizens SET second_factor_required = true")
    tried(stand)
    of_sign_in = stand.last_code()
    browser = ask(stand, "sms")
    if of_sign_in != stand.last_code():
        assert give(browser, of_sign_in).status == 400


def test_i14_an_incident_is_not_lifted_and_said_only_to_whoever_has_the_phone(stand: Stand) -> None:
    with stand.realm.database.write() as connection:
        vera = stand.citizen(VERA)
        incident.open_incident(stand.realm, connection, vera, rule="officer", reason="test", actor="citizen:officer")
    browser = ask(stand, "sms")
    assert seen(browser, VERA) == seen(ask(stand, "sms", NOBODY), NOBODY)
    page = give(browser, stand.last_code())
    assert "Здесь доступ не восстановить" in page.text and "поддержк" in page.text and DONE not in page.text
    assert LOCKED in tried(stand).text
    assert "recovery.ended shut" in stand.actions() and "account.unlocked" not in stand.actions()


@pytest.mark.parametrize("stand_settings", [{"codes_per_hour": 3}])
def test_a_login_is_named_so_often_an_hour_whoever_has_it(stand: Stand) -> None:
    for login in (VERA, NOBODY):
        pages = [ask(stand, "sms", login) for _ in range(4)]
        assert [page.status for page in pages] == [200, 200, 200, 429]
        assert "Слишком часто" in pages[-1].text
    assert len(stand.sms()) == 3
    again = ask(stand, "sms", "+70000000017")
    assert again.status == 200 and len(stand.sms()) == 3, "another spelling is asked, and the phone rings no more"
    stand.clock.advance(3600)
    assert ask(stand, "sms").status == 200 and len(stand.sms()) == 4


@pytest.mark.parametrize("stand_settings", [{"codes_per_hour": 3}])
def test_who_knows_a_login_only_does_not_use_up_the_codes_of_its_owners_sign_in(stand: Stand) -> None:
    stand.execute("UPDATE citizens SET second_factor_required = true")
    for _ in range(3):
        ask(stand, "sms")
    browser = tried(stand)
    assert give(browser, stand.last_code()).url == f"{ISSUER}/account"


@pytest.mark.parametrize("stand_settings", [{"failures_per_address": 5}])
def test_an_address_that_names_many_logins_is_stopped(stand: Stand) -> None:
    assert [ask(stand, "sms", f"nobody-{number}@example.test").status for number in range(6)] == [200] * 5 + [429]


def test_that_nothing_arrives_is_said_to_a_browser_that_the_account_knows_and_to_no_other(stand: Stand) -> None:
    known = tried(stand)
    with stand.realm.database.write() as connection:
        stand.realm.outbox.let_fail(connection, channel="sms", address="+70000000017", fails=True)
    assert "SMS не дошло" in ask(stand, "sms", browser=known).text
    assert "SMS не дошло" not in ask(stand, "sms").text


def test_lm_10_a_second_step_is_still_asked_for_after_a_recovery(stand: Stand) -> None:
    stand.execute("UPDATE citizens SET risk_is_judged = true")
    lock(stand)
    give(ask(stand, "sms"), stand.last_code())
    page = tried(stand)
    assert page.url != f"{ISSUER}/account" and "sign-in" in page.url


def test_lm_10_what_unlocked_the_account_is_not_its_second_step_where_there_is_another(stand: Stand) -> None:
    """Whoever took over the number must not unlock the door with it and walk in by it."""
    stand.execute("UPDATE citizens SET second_factor_required = true")
    assert tried(stand).url.endswith("/code"), "until then the SMS is the first that is offered"
    lock(stand)
    give(ask(stand, "sms"), stand.last_code())
    page = tried(stand)
    assert not page.url.endswith("/code")
    assert not page.open(f"{page.url.rpartition('/')[0]}/code").url.endswith("/code"), "nor is it there for who asks"
    stand.execute("DELETE FROM devices")
    stand.execute("UPDATE citizens SET email_verified_at = NULL")
    page = tried(stand)
    assert page.url.endswith("/code"), "who has nothing else is let in by it"
    assert give(page, stand.last_code()).url == f"{ISSUER}/account"
    assert tried(stand).url.endswith("/code")


def test_a_code_that_is_raced_recovers_once(stand: Stand) -> None:
    lock(stand)
    browser = ask(stand, "sms")
    form, code = browser.forms()["code-form"], stand.last_code()
    begin, statuses = threading.Barrier(8), []

    def answer(own: Browser) -> None:
        own.session.cookies.update(browser.session.cookies)
        begin.wait()
        statuses.append(own.session.post(form.action, data=form.values | {"code": code}, allow_redirects=False).status_code)
        stand.realm.database.release()

    threads = [threading.Thread(target=answer, args=(stand.browser(),)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses.count(303) == 1, statuses
    assert stand.actions().count("account.unlocked") == 1 and stand.actions().count("recovery.ended") == 1


def test_the_test_api_locks_and_recovers_a_person(stand: Stand) -> None:
    control = stand.control().session
    control.headers["Authorization"] = f"Bearer {CONTROL_TOKEN}"
    person = f"{CONTROL}/people/{stand.citizen(VERA)}"
    assert control.get(person).json()["locked"] is False
    assert control.patch(person, json={"locked": True}).json()["locked"] is True
    assert LOCKED in tried(stand, PASSWORD).text
    assert control.patch(person, json={"locked": False}).json()["locked"] is False
    assert tried(stand).url == f"{ISSUER}/account"


def test_wrong_codes_of_a_recovery_count_among_the_failures_of_the_account(stand: Stand) -> None:
    """Whoever guesses at the code of a recovery makes the next sign-in suspicious, like whoever guesses at a sign-in."""
    browser = ask(stand, "sms")
    for _ in range(risk.SUSPICIOUS_FAILURES):
        give(browser, wrong(stand))
    with stand.realm.database.read() as connection:
        count = counters.count_of(stand.realm, connection, risk.FAILURES, stand.citizen(VERA))
    assert count == risk.SUSPICIOUS_FAILURES
