"""The page of the journal: for security officers with a second factor, and every reading of it is an event."""

import html
import json
import re
from collections.abc import Mapping
from urllib.parse import urlencode

import pytest

from ground.clock import as_datetime
from idp.audit import Event, record
from idp.audit.heads import keeper_of, verified
from idp.staff import journal
from tests.browser import Browser
from tests.idp.stand import Stand

PAGE = "http://localhost:8400/staff/journal"
FILE = f"{PAGE}.json"


def entered(stand: Stand, role: str | None = "officer", address: str = PAGE) -> Browser:
    """Vera, with this role and two factors, where she wanted to go."""
    if role is not None:
        stand.give_role("vera@example.test", role)
    browser = stand.browser().open(address)
    stand.sign_in(browser)
    if "code-form" in browser.forms():
        browser.submit("code-form", "submit", code=stand.last_code())
    return browser


def follow(browser: Browser, link: str) -> Browser:
    found = re.search(rf'id="{link}" href="([^"]+)"', browser.answer.text)
    assert found is not None, link
    return browser.open("http://localhost:8400" + html.unescape(found[1]))


def readings(stand: Stand) -> list[Mapping[str, object]]:
    return [event for event in stand.events() if event["action"] == "journal.read"]


def asked_of(reading: Mapping[str, object]) -> object:
    return json.loads(str(reading["detail"]))["of"]


@pytest.mark.parametrize("address", [PAGE, FILE])
@pytest.mark.parametrize("role", [None, "operator", "support", "administrator"])
def test_r144_whoever_is_no_security_officer_is_refused_and_written_down(stand: Stand, role: str | None, address: str) -> None:
    browser = entered(stand, role, address)
    assert browser.status == 403
    assert "Недостаточно прав" in browser.answer.text
    assert readings(stand) == []
    (refused,) = [event for event in stand.events() if event["action"] == "access.refused"]
    assert (refused["actor"], refused["object"]) == (f"citizen:{stand.citizen('vera@example.test')}", "page:/staff/journal")


def test_r144_security_officer_reads_and_the_reading_is_the_newest_event(stand: Stand) -> None:
    browser = entered(stand)
    assert browser.status == 200
    (reading,) = readings(stand)
    assert reading == stand.events()[-1]
    assert (reading["actor"], reading["object"]) == (f"citizen:{stand.citizen('vera@example.test')}", "journal")
    assert asked_of(reading) == {"as": "page"}
    assert f"№ {reading['seq']}, done" in browser.answer.text, "the reading stands on the page that it was written before"
    assert "password.checked" in browser.answer.text and "127.0.0.1" in browser.answer.text


def test_r144_one_factor_is_not_enough_for_the_journal(stand: Stand) -> None:
    stand.give_role("vera@example.test", "officer")
    browser = stand.browser().open(PAGE)
    stand.sign_in(browser)
    assert "code-form" in browser.forms()
    assert readings(stand) == []


@pytest.mark.parametrize("stand", ["sqlite"], indirect=True)
def test_r144_reading_cannot_be_had_without_its_row(stand: Stand) -> None:
    """A journal that cannot be written is not shown."""
    browser = entered(stand)
    stand.execute(
        "CREATE TRIGGER full_disk BEFORE INSERT ON journal WHEN new.action = 'journal.read' BEGIN SELECT RAISE(ABORT, 'no'); END"
    )
    browser.open(PAGE)
    assert browser.status == 500
    assert "password.checked" not in browser.answer.text


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"action": "citizen.created"}, {"citizen.created"}),
        ({"object": "clock"}, {"clock.moved"}),
        ({"actor": "operator:night"}, {"clock.moved"}),
        ({"actor": "operator:night", "action": "key.made"}, set()),
        ({"day": "2026-11-30"}, {"realm.reset"}),
        ({"day": "2026-11-28"}, set()),
    ],
)
def test_r144_events_are_found_by_actor_object_action_and_day(stand: Stand, filters: dict[str, str], found: set[str]) -> None:
    browser = entered(stand)
    with stand.realm.database.write() as connection:
        record(stand.realm, connection, Event.CLOCK_MOVED, actor="operator:night", object="clock")
    stand.clock.advance(8 * 24 * 3_600)
    assert f"{as_datetime(stand.clock.now()):%Y-%m-%d}" == "2026-11-30"
    with stand.realm.database.write() as connection:
        record(stand.realm, connection, Event.REALM_RESET, actor="operator:test", object="realm")
    stand.clock.advance(-8 * 24 * 3_600)
    browser.open(f"{FILE}?{urlencode(filters)}")
    events = browser.answer.json()["events"]
    assert {event["action"] for event in events} == found
    assert asked_of(readings(stand)[-1]) == {"as": "file", **filters}
    page = browser.open(f"{PAGE}?{urlencode(filters)}")
    assert page.status == 200
    assert ("Таких событий нет" in page.answer.text) == (not found)


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("actor", "Вера Ромашкина", "Нужен идентификатор"),
        ("actor", "+7 000 000-00-17", "Нужен идентификатор"),
        ("object", "vera@example.test", "Нужен идентификатор"),
        ("action", "password.guessed", "Такого события нет."),
        ("day", "14.02.1984", "Неверный формат даты. Нужно так: 1984-02-14."),
        ("day", "9999-12-31", "Неверный формат даты. Нужно так: 1984-02-14."),
    ],
)
@pytest.mark.parametrize("address", [PAGE, FILE])
def test_r144_what_cannot_be_looked_for_is_said_and_not_written_down(
    stand: Stand, address: str, name: str, value: str, sentence: str
) -> None:
    """A person's name or number does not get into the journal by somebody looking for it."""
    browser = entered(stand)
    browser.open(f"{address}?{urlencode({name: value})}")
    assert browser.status == 400
    assert sentence in browser.answer.text
    assert len(readings(stand)) == 1
    assert not any(value in str(event["detail"]) for event in stand.events())


def test_r144_journal_is_downloaded_whole(stand: Stand) -> None:
    browser = entered(stand).open(FILE)
    assert browser.answer.headers["Content-Disposition"] == 'attachment; filename="journal.json"'
    document = browser.answer.json()
    assert document["before"] is None
    written = stand.events()
    assert [event["seq"] for event in document["events"]] == [event["seq"] for event in reversed(written)]
    assert set(document["events"][0]) == {"seq", "at", "actor", "action", "object", "outcome", "detail"}


def test_r144_older_events_are_on_other_pages(stand: Stand) -> None:
    with stand.realm.database.write() as connection:
        for _ in range(2 * journal.ON_A_PAGE):
            record(stand.realm, connection, Event.CLOCK_MOVED, actor="operator:night", object="clock")
    browser = entered(stand, address=PAGE)
    browser.open(f"{PAGE}?actor=operator:night")
    first = browser.answer.text
    assert first.count("<code>clock.moved</code>") == journal.ON_A_PAGE
    follow(browser, "older")
    assert browser.answer.text.count("<code>clock.moved</code>") == journal.ON_A_PAGE
    assert 'id="older"' not in browser.answer.text
    assert "before" in str(asked_of(readings(stand)[-1]))
    assert follow(browser, "newest").url.endswith("?actor=operator%3Anight")


def test_r144_chain_is_whole_after_all_this(stand: Stand) -> None:
    entered(stand).open(FILE)
    keeper_of(stand.realm).write()
    assert verified(stand.realm).is_whole
