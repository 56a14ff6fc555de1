"""R145 and R146 as an officer does them: an account in danger is shut at once, everywhere, and only an officer opens it."""

import pytest

from idp.app import run_due_jobs
from idp.authentication import lockout
from idp.citizens import locks
from tests.browser import Browser
from tests.idp.logout.clients import Receiver, add_party, read, sign_in_at
from tests.idp.staff.work import STAFF, VERA, actor, at_work, found, written
from tests.idp.stand import ISSUER, SECRET, Stand

NINA = "nina@example.test"
LOCKED = "Блокировка аккаунта"
REASON = "украден телефон, звонила дочь"
MEDICAL = ("вакцин", "привив", "анализ", "диагноз", "запис", "регистр")
"""What would say why the person comes here at all."""


def open_incident(stand: Stand, login: str = VERA, *, reason: str = REASON) -> Browser:
    """The officer, before the incident that was opened."""
    return found(stand, "officer", "/incidents", login).submit("incident-form", "submit", reason=reason)


def close(officer: Browser) -> Browser:
    return officer.open(officer.url.removesuffix("/close") + "/close").submit("close-form", "submit")


def enter(stand: Stand) -> Browser:
    """Vera, who types her password."""
    return stand.sign_in(stand.browser().open(f"{ISSUER}/account"))


@pytest.fixture
def receiver(stand: Stand) -> Receiver:
    return add_party(stand, "party", 7001, grant_types=("authorization_code", "refresh_token"))


def test_r145_owner_is_told_by_one_sms_and_one_letter_without_medical_data(stand: Stand) -> None:
    before = len(stand.sms())
    page = open_incident(stand)
    assert page.status == 200 and page.url.startswith(f"{STAFF}/incidents/")
    with stand.realm.database.read() as connection:
        messages = list(stand.realm.outbox.messages(connection))[before:]
    to_vera = [message for message in messages if message.address in (VERA, "+70000000017")]
    assert [(message.channel, message.address) for message in to_vera] == [("sms", "+70000000017"), ("email", VERA)]
    number = page.url.rpartition("/")[2][:8].upper()
    for message in to_vera:
        assert "остановлен службой безопасности" in message.text and number in message.text
        told = f"{message.subject or ''} {message.text}".lower().replace("учётную запись", "")
        assert not [word for word in MEDICAL if word in told]
        assert REASON not in message.text


def test_r146_sessions_and_tokens_die_and_the_client_is_told(stand: Stand, receiver: Receiver) -> None:
    browser = stand.browser()
    tokens = sign_in_at(stand, browser, "party", scope="openid profile offline_access", prompt="consent").body
    open_incident(stand)
    assert "/sign-in/" in browser.open(f"{ISSUER}/account").url
    assert stand.userinfo(str(tokens["access_token"])).status_code == 401
    asked = {"grant_type": "refresh_token", "refresh_token": str(tokens["refresh_token"])}
    refreshed = stand.http().post(f"{ISSUER}/oauth2/token", data=asked, auth=("party", SECRET))
    assert refreshed.json()["error"] == "invalid_grant"
    run_due_jobs(stand.realm)
    (told,) = receiver.tokens
    assert read(stand, told)[1]["sid"] == read(stand, str(tokens["id_token"]))[1]["sid"]


def test_r146_recovery_by_sms_does_not_lift_it_and_the_officer_does(stand: Stand) -> None:
    officer = open_incident(stand)
    page = enter(stand)
    assert page.status == 403 and LOCKED in page.text and "службой безопасности" in page.text
    with stand.realm.database.write() as connection:
        lockout.recover(stand.realm, connection, stand.citizen(VERA), by="sms", actor=actor(stand, VERA))
    assert LOCKED in enter(stand).text
    stand.clock.advance(30 * 24 * 3600)
    assert LOCKED in enter(stand).text, "it does not lapse"
    officer = at_work(stand, "officer", officer.url.removeprefix(STAFF))
    page = close(officer)
    assert page.status == 200 and "закрыт" in page.text
    assert enter(stand).url == f"{ISSUER}/account"


def test_what_an_officer_does_is_in_the_journal_and_the_reason_is_not(stand: Stand) -> None:
    officer = open_incident(stand)
    number = officer.url.rpartition("/")[2]
    close(officer)
    nina, vera = actor(stand, NINA), actor(stand, VERA)
    assert written(stand, "incident.opened") == [(nina, vera, "done", {"incident": number, "rule": "officer"})]
    assert written(stand, "incident.closed") == [(nina, vera, "done", {"incident": number})]
    assert {row[:3] for row in written(stand, "person.viewed")} == {(nina, vera, "done")}
    assert not any(REASON in str(event) for event in stand.events())


def test_incident_is_listed_without_a_name_and_shown_with_who_and_why(stand: Stand) -> None:
    officer = open_incident(stand)
    for words in ("Ромашкина Вера Тимофеевна", REASON, "Нина Ш.", "открыт"):
        assert words in officer.text
    assert "000-000-017" not in officer.text and "+70000000017" not in officer.text
    number = officer.url.rpartition("/")[2][:8].upper()
    officer.open(f"{STAFF}/incidents")
    assert number in officer.text and "открыт" in officer.text
    assert "Ромашкина" not in officer.text and VERA not in officer.text


def test_incident_that_a_rule_opened_is_closed_in_the_same_way(stand: Stand) -> None:
    with stand.realm.database.write() as connection:
        rule, vera = "code_replay", stand.citizen(VERA)
        number = locks.open_incident(stand.realm, connection, vera, rule=rule, reason=rule, actor=f"rule:{rule}")
    officer = at_work(stand, "officer", f"/incidents/{number}")
    assert "Код авторизации предъявлен второй раз" in officer.text
    close(officer)
    assert enter(stand).url == f"{ISSUER}/account"


def test_second_incident_of_a_person_is_opened_knowingly_and_both_must_be_closed(stand: Stand) -> None:
    first = open_incident(stand).url
    officer = found(stand, "officer", "/incidents", VERA)
    assert "Инцидент уже открыт" in officer.text
    officer.submit("incident-form", "submit", reason="another danger")
    close(officer)
    assert LOCKED in enter(stand).text
    close(officer.open(first))
    assert enter(stand).url == f"{ISSUER}/account"


def test_closed_incident_is_closed_once(stand: Stand) -> None:
    officer = open_incident(stand)
    number = officer.url.rpartition("/")[2]
    officer.open(f"{STAFF}/incidents/{number}/close")
    form = officer.forms()["close-form"]
    for _ in range(2):
        assert officer.session.post(form.action, data=form.values).status_code == 200
    assert len(written(stand, "incident.closed")) == 1
    assert "close-form" not in officer.open(f"{STAFF}/incidents/{number}/close").forms()


@pytest.mark.parametrize("reason", ["", "  ", "\0", "x" * 401])
def test_incident_needs_a_reason(stand: Stand, reason: str) -> None:
    page = open_incident(stand, reason=reason)
    assert page.status == 400 and "Напишите причину" in page.text
    assert written(stand, "incident.opened") == []


def test_opening_and_closing_take_proofs_of_the_last_five_minutes(stand: Stand) -> None:
    officer = found(stand, "officer", "/incidents", VERA)
    stand.clock.advance(301)
    assert "sign-in" in officer.submit("incident-form", "submit", reason=REASON).forms()
    assert written(stand, "incident.opened") == []
    officer = open_incident(stand)
    stand.clock.advance(301)
    assert officer.open(officer.url).status == 200, "reading goes on"
    assert "sign-in" in officer.open(f"{officer.url}/close").forms()
