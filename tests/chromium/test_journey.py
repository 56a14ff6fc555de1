"""The main job in a real browser over http on localhost: what a person sees, and what must not happen meanwhile."""

from playwright.sync_api import Browser

from tests.chromium.visit import Visit
from tests.house import MAYA, PEOPLE, PYOTR, VERA
from tests.running_stand import RunningStand

ANTON = PEOPLE["anton"]
# The stand is shared: Vera, Pyotr and Maya consent once and each in one test only, Anton whenever he is asked.
NARROW = {"width": 360, "height": 740}


def test_r043_the_whole_journey_leads_to_the_cabinet_and_out_again(
    running_stand: RunningStand, chromium: Browser, visits: list[Visit]
) -> None:
    at, phone = running_stand.at, running_stand.phone
    visit = Visit(chromium, at)
    visits.append(visit)
    page = visit.page
    visit.open(f"{at.registry}/")
    visit.look()
    assert page.url.startswith(f"{at.issuer}/sign-in/")
    visit.give_password(VERA)
    visit.look()
    code = phone.code_of(VERA)
    visit.give_code(code)
    visit.look()
    assert "СНИЛС" in page.inner_text("#claims")
    visit.press("#allow")
    visit.look()
    assert page.url == f"{at.registry}/"
    assert "Вера" in page.inner_text("#person")

    visit.press("#vaccination a[href^='/records/']")
    visit.look()
    assert page.is_visible("#record")
    visit.open(f"{at.registry}/regions")
    visit.look()
    assert page.locator("svg").count() > 0
    visit.open(f"{at.registry}/")
    visit.sign_out()
    visit.look()

    visit.open(f"{at.registry}/")
    assert page.is_visible("#sign-in"), "after sign-out the door is closed"
    assert visit.witness.complaints == []
    visit.witness.assert_nothing_leaked(VERA.password, code)


def test_journey_works_with_the_keyboard_alone(running_stand: RunningStand, chromium: Browser, visits: list[Visit]) -> None:
    at, phone = running_stand.at, running_stand.phone
    visit = Visit(chromium, at)
    visits.append(visit)
    page = visit.page
    visit.open(f"{at.registry}/")

    def type_into(field: str, text: str) -> None:
        _tab_to(visit, field)
        page.keyboard.type(text)

    type_into("login", PYOTR.email)
    type_into("password", PYOTR.password)
    _enter(visit)
    type_into("code", phone.code_of(PYOTR))
    _enter(visit)
    _tab_to(visit, "allow")
    _enter(visit)
    assert page.url == f"{at.registry}/"
    _tab_to(visit, "sign-out")
    _enter(visit)
    if page.query_selector("#logout"):
        _tab_to(visit, "submit")
        _enter(visit)
    assert page.url.startswith(f"{at.registry}/signed-out")
    assert visit.witness.complaints == []


def test_journey_works_without_javascript(running_stand: RunningStand, chromium: Browser, visits: list[Visit]) -> None:
    visit = Visit(chromium, running_stand.at, java_script_enabled=False)
    visits.append(visit)
    visit.sign_in(ANTON, running_stand.phone)
    visit.look()
    visit.sign_out()
    visit.look()
    assert visit.witness.complaints == []


def test_no_page_of_the_journey_scrolls_sideways_at_360_pixels(
    running_stand: RunningStand, chromium: Browser, visits: list[Visit]
) -> None:
    at, phone = running_stand.at, running_stand.phone
    visit = Visit(chromium, at, viewport=NARROW)
    visits.append(visit)

    def measure() -> None:
        visit.look()
        width = visit.page.evaluate("document.documentElement.scrollWidth")
        assert width <= NARROW["width"], f"{visit.page.title()} is {width} pixels wide"

    visit.open(f"{at.registry}/")
    measure()
    visit.give_password(MAYA)
    measure()
    visit.give_code(phone.code_of(MAYA))
    measure()
    visit.press("#allow")
    measure()
    for address in (f"{at.registry}/regions", f"{at.issuer}/", f"{phone.control}/open?token={phone.token}"):
        visit.open(address)
        measure()
    visit.open(f"{at.registry}/")
    visit.sign_out()
    measure()


def test_cabinet_with_records_fits_a_narrow_phone(running_stand: RunningStand, chromium: Browser, visits: list[Visit]) -> None:
    visit = Visit(chromium, running_stand.at, viewport=NARROW)
    visits.append(visit)
    visit.sign_in(ANTON, running_stand.phone)
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
    visit.press("#vaccination a[href^='/records/']")
    visit.look()
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]


def _tab_to(visit: Visit, identifier: str) -> None:
    """Press Tab until the focus is on the control of that id, as somebody without a mouse does."""
    for _ in range(40):
        if visit.page.evaluate("document.activeElement?.id") == identifier:
            return
        visit.page.keyboard.press("Tab")
    raise AssertionError(f"Tab does not reach {identifier} on {visit.page.title()}")


def _enter(visit: Visit) -> None:
    with visit.page.expect_navigation():
        visit.page.keyboard.press("Enter")
