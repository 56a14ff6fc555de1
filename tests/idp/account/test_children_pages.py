"""Children in the profile: entered by whoever may, each mistake beside its field, and taken off again."""

import re

import pytest

from tests.browser import Browser
from tests.idp.account.test_contacts import ACCOUNT, arrive
from tests.idp.stand import Stand

ASYA = {
    "family_name": "Ромашкина", "given_name": "Ася", "middle_name": "", "birthdate": "2017-04-01", "series": "ii-аб",
    "number": "000077", "snils": "",
}  # fmt: skip


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def stand(request: pytest.FixtureRequest, stand_settings: dict[str, object]) -> Stand:
    """Asks for the settings so that a test may give its own."""
    stand: Stand = request.getfixturevalue(f"{request.param}_stand")
    return stand


def fill(stand: Stand, **changed: str) -> Browser:
    return arrive(stand, "/children/add").submit("child", "submit", **(ASYA | changed))


def test_child_that_a_parent_enters_stands_in_the_profile_and_is_taken_off(stand: Stand) -> None:
    browser = fill(stand)
    assert browser.url.startswith(ACCOUNT) and "Ромашкина Ася" in browser.text and "запись детская" in browser.text
    assert "II-АБ •••077" in browser.text and "000077" not in browser.text
    form, button = next((name, each.buttons) for name, each in browser.forms().items() if each.action.endswith("/remove"))
    browser.submit(form, next(iter(button)))
    assert "Ромашкина Ася" not in browser.text
    assert [action for action in stand.actions() if action.startswith("child.")] == ["child.added", "child.removed"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("given_name", "<b>"), ("birthdate", "2012-01-01"), ("birthdate", "2027-01-01"), ("birthdate", "вчера"),
        ("birthdate", "0001-01-01"), ("series", "2-АБ"), ("number", "77"), ("snils", "112-233-445 96"), ("family_name", ""),
    ],
)  # fmt: skip
def test_r017_what_is_wrong_of_a_child_is_said_beside_its_field(stand: Stand, field: str, value: str) -> None:
    before = stand.rows("SELECT count(*) FROM children")
    browser = fill(stand, **{field: value})
    assert browser.status == 400 and browser.answer.text.count('aria-invalid="true"') == 1
    assert re.search(rf'<input[^>]* id="{field}"[^>]* aria-invalid="true"', browser.answer.text)
    assert stand.rows("SELECT count(*) FROM children") == before


def test_whoever_is_not_confirmed_is_told_that_they_cannot(stand: Stand) -> None:
    stand.execute("UPDATE citizens SET passport_checked_at = NULL")
    browser = fill(stand)
    assert browser.status == 400 and "тот, чья запись подтверждена" in browser.text
    added = [action for action in stand.actions() if action.startswith("child.added")]
    assert added == ["child.added not_confirmed"], "who tries numbers is written down"
    assert "add-child" not in browser.open(ACCOUNT).answer.text


def test_child_of_somebody_else_is_not_taken_off(stand: Stand) -> None:
    fill(stand)
    parent = f"parent_id = '{stand.citizen('vera@example.test')}'"
    child = stand.rows(f"SELECT child_id FROM children WHERE {parent}")[0][0]  # noqa: S608 - an id
    stand.clock.advance(60)
    maya = arrive(stand, "/children/add", "maya@example.test", "oduvanchik-19")
    token = {"csrf_token": maya.forms()["child"].values["csrf_token"]}
    assert maya.session.post(f"{ACCOUNT}/children/{child}/remove", data=token).status_code == 404
    assert stand.rows(f"SELECT removed_at FROM children WHERE {parent}") == [(None,)]  # noqa: S608 - an id
