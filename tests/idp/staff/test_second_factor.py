"""Whoever works for the provider enters with two factors, always."""

import pytest

from idp.citizens.models import STAFF_ROLES
from tests.browser import Browser
from tests.idp.staff.work import PASSWORDS, STAFF, VERA, at_work
from tests.idp.stand import ISSUER, Stand, answer_of


def with_a_password(stand: Stand, path: str = "/account") -> Browser:
    return stand.sign_in(stand.browser().open(ISSUER + path))


@pytest.mark.parametrize("role", STAFF_ROLES)
def test_staff_is_asked_for_a_second_factor_everywhere(stand: Stand, role: str) -> None:
    login, password = PASSWORDS[role]
    for address in (STAFF, f"{ISSUER}/account", stand.authorize_url()):
        browser = stand.sign_in(stand.browser().open(address), login=login, password=password)
        assert "code-form" in browser.forms()
    assert "session.opened" not in stand.actions()


def test_session_of_one_factor_from_before_the_role_steps_up(stand: Stand) -> None:
    browser = with_a_password(stand)
    assert browser.url == f"{ISSUER}/account"
    stand.give_role(VERA, "operator")
    browser.open(f"{STAFF}/people")
    assert "code-form" in browser.forms() and "sign-in" not in browser.forms(), "the password is known already"
    browser.submit("code-form", "submit", code=stand.last_code())
    assert browser.url == f"{STAFF}/people" and "find" in browser.forms()


def test_session_of_one_factor_from_before_the_role_opens_no_client(stand: Stand) -> None:
    browser = with_a_password(stand)
    stand.give_role(VERA, "support")
    browser.open(stand.authorize_url())
    assert "code-form" in browser.forms()
    browser.submit("code-form", "submit", code=stand.last_code())
    browser.submit("consent", "allow")
    assert "code" in answer_of(browser)


def test_who_has_no_second_way_does_not_enter_and_is_told_how_to_get_one(stand: Stand) -> None:
    stand.execute("DELETE FROM devices")
    inside = with_a_password(stand)
    stand.execute("UPDATE citizens SET phone_verified_at = NULL, email_verified_at = NULL")
    stand.give_role(VERA, "administrator")
    page = with_a_password(stand, "/staff")
    assert page.status == 403 and "Войти не получится" in page.text
    assert "раздел «Безопасность»" in page.text and "попросите администратора" in page.text
    page = inside.open(f"{STAFF}/members")
    assert page.status == 403 and "/account/security" in page.answer.text
    assert "add-totp" in inside.open(f"{ISSUER}/account/security").answer.text, "the session from before the role leads out"
    assert inside.open(f"{ISSUER}/account/security/totp/add").status == 200


def test_session_of_the_staff_goes_on_reading_after_five_minutes(stand: Stand) -> None:
    browser = at_work(stand, "support", "/people")
    stand.clock.advance(600)
    assert "find" in browser.open(f"{STAFF}/people").forms()
