"""«Настройки»: the role that everybody with a confirmed account takes and gives up by themselves."""

import pytest

from idp.citizens.models import MEDICAL_SERVICE
from tests.browser import Browser
from tests.idp.stand import ISSUER, Stand

SETTINGS = f"{ISSUER}/account/settings"
VERA = "vera@example.test"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def stand(request: pytest.FixtureRequest) -> Stand:
    stand: Stand = request.getfixturevalue(f"{request.param}_stand")
    return stand


def entered(stand: Stand) -> Browser:
    """Vera at her settings."""
    browser = stand.browser().open(SETTINGS)
    stand.sign_in(browser)
    assert browser.url == SETTINGS
    return browser


def roles_of(stand: Stand) -> list[tuple[object, ...]]:
    rows = stand.rows("SELECT citizen_id, role, given_by FROM citizen_roles")
    return [row[1:] for row in rows if row[0] == stand.citizen(VERA)]


def test_r094_role_is_given_up_and_taken_again_by_its_owner(stand: Stand) -> None:
    browser = entered(stand)
    assert "Гражданин - медицинский сервис" in browser.text
    browser.submit("medical-service-remove", "remove-role")
    assert (browser.url, roles_of(stand)) == (SETTINGS, [])
    browser.submit("medical-service-add", "add-role")
    assert "code-form" in browser.forms(), "who came with a password only proves more before the account opens more"
    browser.submit("code-form", "submit", code=stand.last_code())
    assert browser.url == SETTINGS
    browser.submit("medical-service-add", "add-role")
    assert roles_of(stand) == [(MEDICAL_SERVICE, f"citizen:{stand.citizen(VERA)}")]
    assert [event for event in stand.actions() if event.startswith("role.")][-2:] == ["role.taken", "role.given"]


def test_se_05_taken_or_given_up_role_gives_the_session_a_new_cookie(stand: Stand) -> None:
    browser = entered(stand)
    old = browser.session.cookies["idp_session"]
    browser.submit("medical-service-remove", "remove-role")
    assert browser.session.cookies["idp_session"] != old
    thief = stand.browser()
    thief.session.cookies.set("idp_session", old, domain="localhost.local", path="/")
    assert "sign-in" in thief.open(SETTINGS).forms()


def test_r094_old_session_gives_the_role_up_at_once_and_takes_it_with_new_proofs_only(stand: Stand) -> None:
    browser = entered(stand)
    stand.clock.advance(301)
    browser.submit("medical-service-remove", "remove-role")
    assert roles_of(stand) == []
    browser.submit("medical-service-add", "add-role")
    assert "sign-in" in browser.forms()
    assert roles_of(stand) == []


def test_i26_unconfirmed_account_is_offered_no_role_and_gets_none(stand: Stand) -> None:
    browser = stand.browser().open(f"{ISSUER}/account/security/password/add")
    stand.sign_in(browser)
    browser.submit("code-form", "submit", code=stand.last_code())
    browser.open(SETTINGS).submit("medical-service-remove", "remove-role")
    form = browser.forms()["medical-service-add"]
    stand.execute("UPDATE citizens SET passport_checked_at = NULL")
    browser.open(SETTINGS)
    assert "medical-service-add" not in browser.forms()
    assert "Сначала подтвердите учётную запись" in browser.text and "Документы" in browser.text
    browser.answer = browser.session.post(form.action, data=form.values)
    assert (browser.status, roles_of(stand)) == (403, [])
    assert "Недостаточно прав" in browser.text


def test_i26_no_role_of_the_staff_can_be_taken_here(stand: Stand) -> None:
    browser = entered(stand)
    form = browser.forms()["medical-service-remove"]
    before = roles_of(stand)
    for role in ("administrator", "officer"):
        browser.session.post(f"{SETTINGS}/{role}/add", data=form.values)
        browser.session.post(f"{SETTINGS}/medical-service/add", data=form.values | {"role": role})
    assert roles_of(stand) == before
