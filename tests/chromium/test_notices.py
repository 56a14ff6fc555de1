"""R152 in a real browser: choosing what to be told of, being told, and reading it, on a wide and on a narrow screen."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from rp import notices
from rp.notices.publications import publish
from rp.notices.topics import Topic
from rp.patients.directory import find_by_snils
from rp.realm import Realm, open_realm
from rp.settings import read_settings
from tests.chromium.axe import objections_to
from tests.chromium.visit import Visit
from tests.house import PYOTR
from tests.running_stand import RunningStand, clean_environment

NARROW = {"width": 360, "height": 740}


@pytest.fixture
def registry(running_stand: RunningStand) -> Iterator[Realm]:
    """The stand's own registry, opened beside its processes."""
    registry = open_realm(*read_settings(clean_environment(running_stand.home)))
    yield registry
    registry.database.close()


def test_r152_citizen_chooses_is_told_and_reads(
    running_stand: RunningStand, chromium: Browser, visits: list[Visit], registry: Realm, axe: str
) -> None:
    at, phone = running_stand.at, running_stand.phone
    visit = Visit(chromium, at)
    visits.append(visit)
    page, objections = visit.page, []
    visit.open(f"{at.registry}/notices/settings")
    visit.give_password(PYOTR)
    visit.give_code(phone.code_of(PYOTR))
    for selector in ("#consent #allow", "#terms #submit"):
        if page.query_selector(selector):
            if page.query_selector("#agree"):
                page.check("#agree")
            visit.press(selector)
    objections += objections_to(visit, axe, "settings")
    page.check("#protocols-email")
    visit.press("#save")
    expect(page.locator("#saved")).to_have_text("Настройки сохранены")
    visit.open(f"{at.registry}/notices")
    objections += objections_to(visit, axe, "no notices")

    with registry.database.write() as connection:
        patient = find_by_snils(connection, registry, PYOTR.snils)
        assert patient is not None
        news = {"subject": "Решение по заявлению", "text": "Заявление одобрено."}
        notices.tell(connection, registry, patient.id, **news, link="/requests")
        text = {"subject": "Новый порядок выдачи справок", "text": "Справку теперь выдают за день."}
        publish(connection, registry, Topic.PROTOCOLS, actor="operator:test", **text)
    telephone = Visit(chromium, at)
    visits.append(telephone)
    telephone.open(f"{phone.control}/open?token={phone.token}")
    telephone.page.select_option("#who", label="Пётр Незабудкин")
    telephone.press("#show")
    expect(telephone.page.locator("#email-list")).to_contain_text("Справку теперь выдают за день.")
    expect(telephone.page.locator("#email-list")).to_contain_text("Новое сообщение в регистре")
    assert "Заявление одобрено" not in telephone.page.inner_text("#phone")

    visit.open(f"{at.registry}/notices")
    assert page.inner_text("#unread") == "Непрочитанных: 2."
    objections += objections_to(visit, axe, "notices")
    page.set_viewport_size(NARROW)  # type: ignore[arg-type]
    for selector, name in (("#notices li:last-child a", "notice"), (None, "settings")):
        assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
        if selector:
            visit.press(selector)
        else:
            visit.open(f"{at.registry}/notices/settings")
        objections += objections_to(visit, axe, f"{name}, narrow")
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
    visit.open(f"{at.registry}/notices")
    assert page.inner_text("#unread") == "Непрочитанных: 1."
    assert objections == []
