"""Somebody who is locked out or has forgotten the password is back in a real browser, and axe-core looks at each page."""

import re

import pytest
import requests
from playwright.sync_api import Browser

from tests.chromium.axe import objections_to
from tests.chromium.visit import Visit
from tests.house import Person
from tests.running_stand import Phone, RunningStand

WRONG, LOCKED = {400}, {403}
NEW = "ромашка и ещё одна ромашка"
WIDTHS = [1280, 360]


@pytest.fixture
def somebody(running_stand: RunningStand) -> Person:
    """A person of this test's own: the stand is shared, and what locks them locks nobody else."""
    phone = running_stand.phone
    with requests.Session() as session:
        session.trust_env = False
        headers = {"Authorization": f"Bearer {phone.token}"}
        made = session.post(f"{phone.control}/people", json={"risk": True}, headers=headers, timeout=10).json()
    return Person("somebody", made["phone"], made["email"], made["snils"], made["password"])


def link_in(phone: Phone, person: Person) -> str:
    """The link of the newest letter."""
    messages = phone._outbox(after=phone.last, address=person.email, wait_for=20)["messages"]
    assert isinstance(messages, list)
    found = re.search(r"https?://\S+/recovery/link/\S+", messages[-1]["text"])
    assert found
    return found[0]


@pytest.mark.parametrize("width", WIDTHS)
def test_r100_a_locked_out_citizen_is_back_in_the_registry(
    running_stand: RunningStand, chromium: Browser, visits: list[Visit], axe: str, somebody: Person, width: int
) -> None:
    at, phone = running_stand.at, running_stand.phone
    visit = Visit(chromium, at, viewport={"width": width, "height": 800})
    visits.append(visit)
    visit.witness.expected_statuses |= WRONG | LOCKED
    page, objections = visit.page, []

    def judge(name: str, *, status: int = 200, is_error: bool = False) -> None:
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
        objections.extend(objections_to(visit, axe, name, status=status, is_error=is_error))

    visit.open(f"{at.registry}/")
    for _ in range(5):
        page.fill("#login", somebody.phone)
        page.fill("#password", "a wrong one")
        visit.press("#sign-in #submit")
    judge("locked", status=403, is_error=True)
    visit.press("main a[href*='/recovery']")
    judge("recovery")
    page.fill("#login", somebody.phone)
    visit.press("#way-sms")
    judge("code of a recovery")
    page.fill("#code", phone.code_of(somebody))
    visit.press("#code-form #submit")
    judge("recovered")
    visit.press("#sign-in-again")
    visit.give_password(somebody)
    assert page.url.endswith("/email"), "what unlocked the account is not the second step as well"
    visit.give_code(phone.code_of(somebody, by_mail=True))
    visit.press("#allow")
    assert page.url == f"{at.registry}/"
    assert objections == [] and visit.witness.complaints == []


def test_lm_09_a_forgotten_password_is_replaced(
    running_stand: RunningStand, chromium: Browser, visits: list[Visit], axe: str, somebody: Person
) -> None:
    at, phone = running_stand.at, running_stand.phone
    visit = Visit(chromium, at, viewport={"width": 360, "height": 800})
    visits.append(visit)
    page, objections = visit.page, []

    def judge(name: str) -> None:
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, name
        objections.extend(objections_to(visit, axe, name))

    visit.open(f"{at.registry}/")
    visit.press("#recovery")
    page.fill("#login", somebody.snils)
    visit.press("#way-email")
    judge("letter")
    visit.open(link_in(phone, somebody))
    phone.mark()
    judge("second way")
    visit.press("#second-way #submit")
    judge("code beside the letter")
    page.fill("#code", phone.code_of(somebody))
    visit.press("#code-form #submit")
    judge("new password")
    page.fill("#new-password", NEW)
    page.fill("#new-password-again", NEW)
    visit.press("#password-form #submit")
    judge("password changed")
    visit.press("#sign-in-again")
    page.fill("#login", somebody.snils)
    page.fill("#password", NEW)
    visit.press("#sign-in #submit")
    assert page.url.endswith("/code"), "a browser that nobody knows is asked for a second step"
    assert objections == [] and visit.witness.complaints == []


def test_r101_the_page_of_a_recording_waits(
    running_stand: RunningStand, chromium: Browser, visits: list[Visit], axe: str, somebody: Person
) -> None:
    at = running_stand.at
    visit = Visit(chromium, at, viewport={"width": 360, "height": 800})
    visits.append(visit)
    objections = []
    visit.open(f"{at.issuer}/recovery")
    visit.page.fill("#login", somebody.email)
    visit.press("#way-video")
    objections += objections_to(visit, axe, "recording")
    picture = {"name": "me.png", "mimeType": "image/png", "buffer": b"\x89PNG\r\n\x1a\n" + bytes(1000)}
    visit.page.set_input_files("#recording", picture)  # type: ignore[arg-type]
    visit.press("#recording-form #submit")
    objections += objections_to(visit, axe, "recording that waits")
    visit.open(f"{at.issuer}/recovery")
    visit.press("#waiting a")
    assert "Ждём решения" in visit.page.inner_text("h1")
    assert objections == [] and visit.witness.complaints == []
