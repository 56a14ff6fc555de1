"""RG-19: whatever text comes from outside, the journal has one row of it, encoded and no longer than it should be."""

import json

import pytest
from sqlalchemy import select

from rp.database import JOURNAL
from tests.rp.conftest import Stand
from tests.rp.requests.desk import OLGA, desk_of

NASTY = {
    "newline": "first\r\n2026-11-22 sign_in patient:1 done",
    "ANSI codes": "\x1b[2J\x1b[31mred\x9b0m",
    "template": "{{7*7}} {% for x in y %} ${7*7} <script>alert(1)</script>",
    "quotes": '","outcome":"done","actor":"patient:1',
    "nothing and the end": "\x00\x7f\u202e\ufeff",
    "a megabyte": "я" * 500_000,
}


@pytest.fixture
def stand(both_stands: Stand) -> Stand:
    return both_stands


def rows(stand: Stand) -> list[dict[str, object]]:
    with stand.realm.database.read() as connection:
        assert stand.realm.journal.verify(connection) == []
        return [dict(row) for row in connection.execute(select(JOURNAL).order_by(JOURNAL.c.seq)).mappings()]


@pytest.mark.parametrize("name", NASTY)
def test_rg_19_error_of_a_callback_is_one_encoded_row(stand: Stand, name: str) -> None:
    browser = stand.browser()
    callback = stand.provider.approve(browser.leave_for(), code=None, error=NASTY[name])
    before = len(rows(stand))
    answer = browser.come_back(callback)
    assert answer.status_code in (303, 400, 414), answer.status_code
    added = rows(stand)[before:]
    assert len(added) == (1 if answer.status_code == 303 else 0)
    for row in added:
        check(str(row["detail"]))


@pytest.mark.parametrize("name", NASTY)
def test_rg_19_reason_of_staff_is_one_encoded_row(stand: Stand, name: str) -> None:
    vera, olga = desk_of(stand), desk_of(stand, OLGA)
    path = vera.file("certificate", about="vaccination")
    page = olga.open(f"/staff{path}").text
    before = len(rows(stand))
    answer = olga.press(page, "decision-form", "decision=refuse", answer=NASTY[name])
    assert answer.status_code in (303, 413, 422), answer.status_code
    added = [row for row in rows(stand)[before:] if row["action"] == "request_decided"]
    assert len(added) == (1 if answer.status_code == 303 else 0)
    for row in rows(stand)[before:]:
        check(str(row["detail"]))


def check(detail: str) -> None:
    """One line of JSON that no terminal obeys."""
    assert isinstance(json.loads(detail), dict)
    assert all(character.isprintable() for character in detail), detail
    assert len(detail) < 4_000
