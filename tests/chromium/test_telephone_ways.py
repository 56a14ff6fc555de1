"""Ways in that are gone with the telephone, in a real browser: the sign-in on one page, the telephone on another."""

import re
from pathlib import Path

import pytest
import requests
from playwright.sync_api import Browser, Page, expect

from tests.chromium.axe import objections_to
from tests.chromium.visit import Visit
from tests.house import PEOPLE, Person
from tests.running_stand import RunningStand

ANTON = PEOPLE["anton"]
NARROW = {"width": 360, "height": 740}


@pytest.fixture
def somebody(running_stand: RunningStand) -> Person:
    """A person of this test's own: nobody's else notices reach them."""
    with requests.Session() as session:
        session.trust_env = False
        headers = {"Authorization": f"Bearer {running_stand.phone.token}"}
        made = session.post(f"{running_stand.phone.control}/people", json={}, headers=headers, timeout=20).json()
    return Person(made["id"], made["phone"], made["email"], made["snils"], made["password"])


@pytest.fixture
def telephone(running_stand: RunningStand, chromium: Browser, visits: list[Visit]) -> Visit:
    """A browser that has opened the printed link."""
    visit = Visit(chromium, running_stand.at)
    visits.append(visit)
    visit.open(f"{running_stand.phone.control}/open?token={running_stand.phone.token}")
    return visit


def open_of(telephone: Visit, control: str, person: Person) -> Page:
    telephone.open(f"{control}/phone/{person.key}")
    telephone.look()
    return telephone.page


def begin(running_stand: RunningStand, chromium: Browser, visits: list[Visit], *, has_scripts: bool = True) -> Visit:
    visit = Visit(chromium, running_stand.at, java_script_enabled=has_scripts)
    visits.append(visit)
    visit.open(f"{running_stand.at.registry}/")
    return visit


def choose(visit: Visit, way: str) -> None:
    """The other ways, and one of them."""
    visit.page.click("#choose")
    visit.press(f"#way-{way}")
    visit.look()


def reach_cabinet(visit: Visit) -> None:
    """Through the consent to the registry."""
    page = visit.page
    page.wait_for_selector("#allow, #person")
    if page.query_selector("#allow"):
        visit.press("#allow")
    assert page.url == f"{visit.at.registry}/"


def test_r040_number_pressed_on_the_telephone_lets_the_waiting_page_go_on_by_itself(
    running_stand: RunningStand, chromium: Browser, visits: list[Visit], telephone: Visit, somebody: Person
) -> None:
    phone = open_of(telephone, running_stand.phone.control, somebody)
    telephone.press("#install")
    expect(phone.locator("#said-of-it")).to_contain_text("Приложение установлено.")
    visit = begin(running_stand, chromium, visits)
    visit.give_password(somebody)
    choose(visit, "push")
    number = visit.page.inner_text("#number")
    expect(visit.page.locator("#waiting")).to_be_visible()
    expect(phone.locator("#notices h3")).to_have_text("Это вы входите?")
    expect(phone.locator("#notices")).to_contain_text("Chrome, Linux")
    assert phone.locator(".numbers .button").count() == 3
    telephone.press(f"#number-{number}")
    expect(phone.locator("#said-of-it")).to_have_text("Вход подтверждён.")
    reach_cabinet(visit)
    assert visit.witness.complaints == [] and telephone.witness.complaints == []


def test_r040_no_on_the_telephone_is_said_on_the_waiting_page_and_a_new_number_lets_in(
    running_stand: RunningStand, chromium: Browser, visits: list[Visit], telephone: Visit, somebody: Person
) -> None:
    phone = open_of(telephone, running_stand.phone.control, somebody)
    telephone.press("#install")
    visit = begin(running_stand, chromium, visits)
    visit.give_password(somebody)
    choose(visit, "push")
    expect(phone.locator("#notices")).to_contain_text("Это вы входите?")
    telephone.press("#deny")
    expect(visit.page.locator("#error")).to_contain_text("На телефоне нажали «Это не я».")
    visit.press("#again")
    number = visit.page.inner_text("#number")
    expect(phone.locator(f"#number-{number}")).to_be_visible()
    telephone.press(f"#number-{number}")
    reach_cabinet(visit)


def test_way_by_notice_works_without_scripts(
    running_stand: RunningStand, chromium: Browser, visits: list[Visit], somebody: Person
) -> None:
    telephone = Visit(chromium, running_stand.at, java_script_enabled=False)
    visits.append(telephone)
    telephone.open(f"{running_stand.phone.control}/open?token={running_stand.phone.token}")
    open_of(telephone, running_stand.phone.control, somebody)
    telephone.press("#install")
    visit = begin(running_stand, chromium, visits, has_scripts=False)
    visit.give_password(somebody)
    choose(visit, "push")
    visit.press("#push-form #submit")
    assert "Ответа с телефона пока нет." in visit.page.inner_text("#error")
    telephone.press("#refresh")
    telephone.press(f"#number-{visit.page.inner_text('#number')}")
    visit.press("#push-form #submit")
    reach_cabinet(visit)


def test_qr_code_that_the_telephone_has_read_says_who_it_is(
    running_stand: RunningStand, chromium: Browser, visits: list[Visit], telephone: Visit, somebody: Person
) -> None:
    phone = open_of(telephone, running_stand.phone.control, somebody)
    telephone.press("#install")
    visit = begin(running_stand, chromium, visits)
    choose(visit, "qr")
    assert visit.page.evaluate("document.getElementById('code').naturalWidth") > 0
    visit.page.click("details summary")
    phone.fill("#address", visit.page.inner_text("#address"))
    telephone.press("#scan")
    expect(phone.locator("#scanned")).to_contain_text("ЕГИСЗ COVID")
    telephone.press("#approve")
    expect(phone.locator("#said-of-it")).to_have_text("Вход подтверждён.")
    page = visit.page
    page.wait_for_selector("#password, #code-form, #allow, #push-form")
    if page.query_selector("#allow") is None:
        visit.open(re.sub(r"/[a-z]+$", "/password", page.url))
        page.fill("#password", somebody.password)
        visit.press("#sign-in #submit")
    reach_cabinet(visit)
    assert visit.witness.complaints == [] and telephone.witness.complaints == []


def test_code_that_the_telephone_counts_lets_in(
    running_stand: RunningStand, chromium: Browser, visits: list[Visit], telephone: Visit
) -> None:
    telephone.page.select_option("#who", label="Антон Васильков")
    telephone.press("#show")
    visit = begin(running_stand, chromium, visits)
    visit.give_password(ANTON)
    choose(visit, "totp")
    seconds = telephone.page.locator("#seconds")
    assert 0 <= int(seconds.inner_text()) <= 30
    visit.page.fill("#code", telephone.page.get_attribute("#totp", "data-code") or "")
    visit.press("#totp-form #submit")
    reach_cabinet(visit)
    assert visit.witness.complaints == [] and telephone.witness.complaints == []


def test_telephone_and_application_are_added_at_the_account(
    running_stand: RunningStand, chromium: Browser, visits: list[Visit], telephone: Visit, somebody: Person
) -> None:
    visit = Visit(chromium, running_stand.at)
    visits.append(visit)
    running_stand.phone.mark()
    code_of = running_stand.phone
    visit.open(f"{running_stand.at.issuer}/account/security/push/add")
    visit.give_password(somebody)
    visit.give_code(code_of.code_of(somebody))
    phone = open_of(telephone, running_stand.phone.control, somebody)
    phone.fill("#address", visit.page.inner_text("#link"))
    telephone.press("#scan")
    expect(phone.locator("#said-of-it")).to_contain_text("Телефон прочитал код.")
    visit.press("#add-form #submit")
    visit.look()
    assert "Учебный телефон" in visit.page.inner_text("#push")
    visit.open(f"{running_stand.at.issuer}/account/security/totp/add")
    visit.look()
    assert visit.page.evaluate("document.querySelector('.qr img').naturalWidth") > 0
    assert visit.witness.complaints == []


@pytest.mark.parametrize("viewport", [None, NARROW], ids=["wide", "narrow"])
def test_axe_core_objects_to_nothing_and_pages_fit(
    running_stand: RunningStand,
    chromium: Browser,
    visits: list[Visit],
    telephone: Visit,
    somebody: Person,
    axe: str,
    viewport: dict[str, int] | None,
    tmp_path: Path,
) -> None:
    options = {"viewport": viewport} if viewport else {}
    phone = open_of(telephone, running_stand.phone.control, somebody)
    telephone.press("#install")
    visit = Visit(chromium, running_stand.at, **options)
    visits.append(visit)
    visit.open(f"{running_stand.at.registry}/")
    choose(visit, "qr")
    pages = {"qr": objections_to(visit, axe, "qr")}
    visit.open(re.sub(r"/qr$", "/password", visit.page.url))
    visit.give_password(somebody)
    choose(visit, "push")
    pages["push"] = objections_to(visit, axe, "push")
    assert visit.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    expect(phone.locator("#notices")).to_contain_text("Это вы входите?")
    phone.set_viewport_size({"width": (viewport or {}).get("width", 1280), "height": 800})
    pages["phone"] = objections_to(telephone, axe, "phone with a notice")
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert pages == {"qr": [], "push": [], "phone": []}
