"""The pages of the staff in a real browser: an officer at work, and nothing for axe-core to object to."""

import pytest
from playwright.sync_api import Browser

from tests.chromium.axe import objections_to
from tests.chromium.visit import Visit
from tests.house import PEOPLE
from tests.running_stand import RunningStand

LUKA = PEOPLE["luka"]
REFUSED, NOBODY, CONFLICT = 400, 404, 409


class AtWork:
    """Somebody of the staff at their pages."""

    def __init__(self, stand: RunningStand, chromium: Browser, axe: str, key: str, path: str) -> None:
        phone = stand.phone  # what was sent before is not looked at
        self.axe, self.objections = axe, list[str]()
        self.visit = Visit(chromium, stand.at)
        self.staff = f"{stand.at.issuer}/staff"
        self.visit.open(self.staff + path)
        self.visit.give_password(PEOPLE[key])
        self.visit.give_code(phone.code_of(PEOPLE[key]))

    def find(self, login: str) -> None:
        self.visit.page.fill("#login", login)
        self.visit.press("#find #submit")

    def judge(self, name: str, *, status: int = 200, is_error: bool = False) -> None:
        self.objections += objections_to(self.visit, self.axe, name, status=status, is_error=is_error)


def test_axe_core_objects_to_nothing_before_an_operator(
    running_stand: RunningStand, chromium: Browser, visits: list[Visit], axe: str
) -> None:
    olga = AtWork(running_stand, chromium, axe, "olga", "/people")
    visits.append(olga.visit)
    olga.find("nobody@example.test")
    olga.judge("nobody found", status=NOBODY)
    olga.find(LUKA.email)
    olga.judge("person")
    olga.visit.press("#confirm-identity")
    olga.judge("identity")
    olga.visit.page.fill("#issued_on", "2010-06-01")
    olga.visit.page.fill("#series", "0")
    olga.visit.page.fill("#number", "0")
    olga.visit.page.check("#seen")
    olga.visit.press("#identity-form #submit")
    olga.judge("identity refused", status=REFUSED)
    olga.visit.open(olga.staff)
    olga.judge("home of the staff")
    assert olga.objections == []


def test_r146_officer_shuts_an_account_and_opens_it_again(
    running_stand: RunningStand, chromium: Browser, visits: list[Visit], axe: str
) -> None:
    nina = AtWork(running_stand, chromium, axe, "nina", "/incidents")
    visits.append(nina.visit)
    nina.judge("no incidents")
    nina.find(LUKA.phone)
    nina.judge("opening of an incident")
    nina.visit.page.fill("#reason", "a stolen telephone")
    nina.visit.press("#incident-form #submit")
    nina.judge("incident")
    luka = Visit(chromium, running_stand.at)
    visits.append(luka)
    luka.open(f"{running_stand.at.issuer}/account")
    luka.page.fill("#login", LUKA.email)
    luka.page.fill("#password", LUKA.password)
    luka.press("#sign-in #submit")
    luka.look(status=403)
    assert "Блокировка аккаунта" in luka.page.inner_text("main")
    nina.visit.press("#close")
    nina.judge("closing of an incident")
    nina.visit.press("#close-form #submit")
    nina.visit.open(f"{nina.staff}/incidents")
    nina.judge("incidents")
    luka.open(f"{running_stand.at.issuer}/account")
    luka.give_password(LUKA)
    assert luka.page.url == f"{running_stand.at.issuer}/account"
    assert nina.objections == []


def test_axe_core_objects_to_nothing_before_an_administrator(
    running_stand: RunningStand, chromium: Browser, visits: list[Visit], axe: str
) -> None:
    gleb = AtWork(running_stand, chromium, axe, "gleb", "/members")
    visits.append(gleb.visit)
    gleb.judge("staff")
    gleb.visit.press(".table a:has-text('Колокольчикова')")
    gleb.judge("member")
    gleb.visit.press("a[href$='/give/support']")
    gleb.judge("giving of a role")
    gleb.visit.open(f"{gleb.staff}/members")
    gleb.visit.press(".table a:has-text('Ландышев')")
    gleb.visit.press("a[href$='/take/administrator']")
    gleb.visit.press("#deed-form #submit")
    gleb.judge("the last administrator", status=CONFLICT, is_error=True)
    assert gleb.objections == []


@pytest.mark.parametrize(("key", "path"), [("olga", "/people"), ("nina", "/incidents"), ("gleb", "/members")])
def test_pages_of_the_staff_fit_a_telephone(
    running_stand: RunningStand, chromium: Browser, visits: list[Visit], axe: str, key: str, path: str
) -> None:
    member = AtWork(running_stand, chromium, axe, key, path)
    visits.append(member.visit)
    member.visit.page.set_viewport_size({"width": 360, "height": 800})
    member.find(LUKA.email)
    for address in (member.visit.page.url, member.staff + path, member.staff):
        member.visit.open(address)
        assert member.visit.page.evaluate("document.documentElement.scrollWidth") == 360
