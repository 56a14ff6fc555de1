"""The form of the register and the confirmation of data in a browser: errors are told while somebody types."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.chromium.axe import objections_to
from tests.chromium.visit import Visit
from tests.house import PEOPLE, Person
from tests.running_stand import RunningStand

ANTON, LUKA = PEOPLE["anton"], PEOPLE["luka"]
# The stand is shared, and Vera consents in another test: see test_journey.


@pytest.fixture
def visit(running_stand: RunningStand, chromium: Browser, visits: list[Visit]) -> Iterator[Visit]:
    visit = Visit(chromium, running_stand.at)
    visits.append(visit)
    visit.witness.expected_statuses |= {422}
    yield visit
    assert visit.witness.complaints == []


def arrive(running_stand: RunningStand, visit: Visit, person: Person, path: str) -> None:
    """Sign in by whatever is asked for, to a page of the registry."""
    phone = running_stand.phone
    visit.open(f"{running_stand.at.registry}{path}")
    visit.page.fill("#login", person.email)
    visit.page.fill("#password", person.password)
    visit.press("#submit")
    if visit.page.is_visible("#code"):
        visit.page.fill("#code", phone.code_of(person))
        visit.press("#submit")
    if visit.page.is_visible("#allow"):
        visit.press("#allow")


def test_r070_wrong_mail_is_told_before_the_form_is_sent_and_mended_is_right(running_stand: RunningStand, visit: Visit) -> None:
    arrive(running_stand, visit, LUKA, "/linking")
    page = visit.page
    page.fill("#email", "")
    page.locator("#email").press_sequentially("ab.ru")
    expect(page.locator("#email")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#email-error")).to_contain_text("знак @")
    assert "email-error" in (page.get_attribute("#email", "aria-describedby") or "")
    page.fill("#email", "a@b.ru")
    expect(page.locator("#email-error")).to_have_count(0)
    assert page.get_attribute("#email", "aria-invalid") is None
    assert page.get_attribute("#email", "aria-describedby") is None
    visit.look()


def test_r074_each_field_is_marked_when_it_is_left(running_stand: RunningStand, visit: Visit, axe: str) -> None:
    arrive(running_stand, visit, LUKA, "/linking")
    page = visit.page
    for name, typed, sentence in (
        ("inn", "500100732258", "контрольные цифры"),
        ("birth_date", "14.02.1984", "Неверный формат даты"),
        ("phone", "8(916)1234567", "11 цифр подряд"),
    ):
        page.fill(f"#{name}", typed)
        page.locator(f"#{name}").blur()
        expect(page.locator(f"#{name}-error")).to_contain_text(sentence)
    page.locator("#phone").press("Enter")
    page.wait_for_url("**/linking")
    expect(page.locator("#errors li")).to_have_count(4)  # the mail is known
    assert page.input_value("#inn") == "500100732258"
    visit.look(status=422)
    assert objections_to(visit, axe, "the form with errors", status=422) == []


def test_r080_r087_data_are_edited_and_judged_in_place(running_stand: RunningStand, visit: Visit, axe: str) -> None:
    arrive(running_stand, visit, ANTON, "/confirmation")
    page = visit.page
    visit.look()
    visit.press("#edit")
    page.fill("#inn", "1")
    page.locator("#inn").blur()
    expect(page.locator("#inn-error")).to_contain_text("12 цифр")
    visit.look()
    assert objections_to(visit, axe, "confirmation, edited") == []
    visit.press("#confirm")
    assert page.url == f"{running_stand.at.registry}/confirmation"
    assert page.input_value("#inn") == "1"
    visit.press("#cancel")
    assert page.is_visible("#edit")
    assert objections_to(visit, axe, "confirmation") == []
    visit.press("#to-proof")
    assert objections_to(visit, axe, "proof of a vaccination") == []
    visit.open(f"{running_stand.at.registry}/terms")
    assert objections_to(visit, axe, "terms") == []
