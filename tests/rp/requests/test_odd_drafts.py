"""Drafts and decisions as somebody sends them who does not use our pages."""

import re

import pytest
from werkzeug.test import TestResponse

from rp.access.events import Event
from rp.patients.directory import find_by_snils
from rp.records.store import records_of
from tests.rp.conftest import Stand
from tests.rp.fake_provider import VERA
from tests.rp.pages import rows_of
from tests.rp.relations.test_family import act, trust
from tests.rp.requests.desk import ANTON, CLINIC, OLGA, Desk, ask_for_vaccination, desk_of, place_of

MARK = "a-mark-of-a-form-that-comes-twice"


@pytest.fixture
def stand(both_stands: Stand) -> Stand:
    return both_stands


def post(desk: Desk, path: str, **values: str) -> TestResponse:
    """Send whatever one likes, with the token that every form has."""
    token = re.search(r'name="csrf_token" value="([^"]+)"', desk.open("/").text)
    assert token is not None
    return desk.browser.client.post(path, data={"csrf_token": token[1], **values})


def record_ids(stand: Stand) -> list[str]:
    with stand.realm.database.read() as connection:
        vera = find_by_snils(connection, stand.realm, VERA["snils"])
        assert vera is not None
        return [record.id for record in records_of(connection, stand.realm, vera.id)]


def test_rg_23_a_version_that_no_database_can_hold_is_a_version_that_is_not_there(stand: Stand) -> None:
    path = ask_for_vaccination(stand, desk_of(stand))
    for version in ("9" * 19, "9" * 40, "-1", "0", "nonsense"):
        answer = post(desk_of(stand, OLGA), f"/staff{path}", decision="refuse", answer="Нет", version=version)
        assert answer.status_code in (400, 409), version


@pytest.mark.parametrize("field", ["", "nonsense", "owner_id"])
def test_r137_a_draft_about_a_field_that_is_none_is_shown_as_it_was_typed(stand: Stand, field: str) -> None:
    vera, record_id = desk_of(stand), record_ids(stand)[0]
    kept = post(vera, f"/requests/new/correction?record={record_id}", once=MARK, action="draft", field=field, value="x", why="y")
    assert kept.status_code == 303
    assert vera.open(kept.headers["Location"]).status_code == 200
    assert vera.open(f"{kept.headers['Location']}/edit?judged=1").status_code == 200
    assert post(vera, f"{kept.headers['Location']}/send").status_code == 303
    assert vera.open("/requests").status_code == 200


def test_a_mark_of_another_form_is_no_mark(stand: Stand) -> None:
    vera, place = desk_of(stand), place_of(stand, CLINIC)
    visit = {"dose": "1", "place": place, "day": "2026-12-05"}
    assert post(vera, "/requests/new/full_deletion", once=MARK, action="draft").status_code == 303
    assert post(vera, "/requests/new/vaccination", once=MARK, action="send", **visit).status_code == 409
    assert post(vera, "/requests/new/certificate", once=MARK + "-", action="draft").status_code == 303
    assert post(vera, "/requests/new/vaccination", once=MARK + "-", action="send", **visit).status_code == 409
    assert rows_of(stand, Event.REQUEST_SENT) == []


def test_nobody_sends_for_another_what_nobody_asks_for_another(stand: Stand) -> None:
    vera = desk_of(stand)
    draft = vera.file("full_deletion", "action=draft", sure="1")
    assert trust(vera.browser, label="Сосед Антон", snils="000-000-020 00").status_code == 303
    anton = desk_of(stand, ANTON)
    assert act(anton.browser).status_code == 303
    assert post(anton, f"{draft}/send").status_code == 403
    assert post(anton, f"{draft}/edit", action="send", sure="1").status_code == 403
    assert rows_of(stand, Event.REQUEST_SENT) == []


def test_whoever_sends_anothers_draft_has_filed_it_and_does_not_decide_it(stand: Stand) -> None:
    vera = desk_of(stand)
    draft = ask_for_vaccination(stand, vera, "action=draft")
    assert trust(vera.browser, label="Сосед Антон", snils="000-000-020 00").status_code == 303
    anton = desk_of(stand, ANTON)
    assert act(anton.browser).status_code == 303
    assert post(anton, f"{draft}/send").status_code == 303
    (sent,) = rows_of(stand, Event.REQUEST_SENT)
    with stand.realm.database.read() as connection:
        known = find_by_snils(connection, stand.realm, ANTON["snils"])
        assert known is not None
    assert sent.actor == f"patient:{known.id}"
    assert anton.open(f"/staff{draft}").status_code == 404
    assert "от имени этого человека" in vera.open(draft).text
