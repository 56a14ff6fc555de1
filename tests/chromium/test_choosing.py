"""The dialog of ways in a real browser: opened and closed with the keyboard alone, with and without scripts."""

import pytest
from playwright.sync_api import Browser

from tests.chromium.visit import Visit
from tests.house import PEOPLE
from tests.running_stand import RunningStand

LUKA = PEOPLE["luka"]


@pytest.mark.parametrize("has_scripts", [True, False], ids=["scripts", "no scripts"])
def test_r064_dialog_opens_by_keyboard_closes_by_escape_and_leads_to_another_way(
    running_stand: RunningStand, chromium: Browser, visits: list[Visit], has_scripts: bool
) -> None:
    visit = Visit(chromium, running_stand.at, java_script_enabled=has_scripts)
    visits.append(visit)
    page = visit.page
    phone = running_stand.phone  # what is sent from now on
    visit.open(f"{running_stand.at.registry}/")
    visit.give_password(LUKA)
    assert page.is_hidden("#other-ways")
    page.focus("#choose")
    page.keyboard.press("Enter")
    page.wait_for_selector("#other-ways", state="visible")
    page.keyboard.press("Escape")
    page.wait_for_selector("#other-ways", state="hidden")
    page.keyboard.press("Enter")
    page.wait_for_selector("#way-email", state="visible")
    page.focus("#way-email")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.url.endswith("/email")
    assert page.inner_text("h1") == "Введите код из письма"
    visit.give_code(phone.code_of(LUKA, by_mail=True))
    if page.query_selector("#consent"):
        visit.press("#allow")
    assert page.url == f"{running_stand.at.registry}/", "a code by mail leads to the cabinet too"
    assert visit.witness.complaints == []
