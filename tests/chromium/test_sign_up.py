"""A newcomer in a real browser: from the registry to an account of their own, and back into the registry."""

import pytest
from playwright.sync_api import Browser

from tests.chromium.axe import objections_to
from tests.chromium.visit import Visit
from tests.house import Person
from tests.running_stand import RunningStand

REFUSED, WITHOUT_ROLE = 400, 403
NARROW, WIDE = {"width": 360, "height": 800}, {"width": 1280, "height": 900}
PASSWORD = "одуванчик у дороги"
NEWCOMERS = {
    360: Person("newcomer", "+70009163601", "narrow@example.test", "000-916-360 00", PASSWORD),
    1280: Person("newcomer", "+70009161281", "wide@example.test", "000-916-128 00", PASSWORD),
}


@pytest.mark.parametrize("size", [NARROW, WIDE], ids=["narrow", "wide"])
def test_r013_r016_r026_somebody_without_an_account_signs_up_on_the_way_to_the_registry(
    running_stand: RunningStand, chromium: Browser, visits: list[Visit], axe: str, size: dict[str, int]
) -> None:
    at, phone, newcomer = running_stand.at, running_stand.phone, NEWCOMERS[size["width"]]
    visit = Visit(chromium, at, viewport=size)
    visits.append(visit)
    visit.witness.expected_statuses |= {REFUSED, WITHOUT_ROLE}
    objections: list[str] = []

    def judge(name: str, *, status: int = 200) -> None:
        objections.extend(objections_to(visit, axe, name, status=status))
        assert visit.page.evaluate("document.documentElement.scrollWidth") <= size["width"], name

    def fill(**values: str) -> None:
        for name, value in values.items():
            visit.page.fill(f"#{name}", value)

    visit.open(f"{at.registry}/")
    visit.press("#register")
    judge("sign-up")
    fill(family_name="Кактусова1", given_name="Лия", phone=newcomer.phone, email=newcomer.email)
    visit.page.fill("#new-password", PASSWORD)
    visit.page.fill("#new-password-again", PASSWORD)
    visit.press("#register #submit")
    judge("sign-up refused", status=REFUSED)
    fill(family_name="Кактусова")
    visit.page.fill("#new-password", PASSWORD)
    visit.page.fill("#new-password-again", PASSWORD)
    phone.mark()
    seen = phone.last
    visit.press("#register #submit")
    judge("codes")
    by_sms = phone.code_of(newcomer)
    phone.last = seen
    fill(sms=by_sms, email=phone.code_of(newcomer, by_mail=True))
    visit.press("#codes #submit")
    judge("account created")
    visit.press("#go-on")
    phone.mark()
    visit.give_password(newcomer)
    visit.give_code(phone.code_of(newcomer))
    judge("first sign-in")
    passport = newcomer.snils.replace("-", "")[3:9]
    born, issued = "1990-05-10", "2010-06-01"
    fill(passport_series="0000", passport_number="000404", passport_issued_on=issued, birthdate=born, snils=newcomer.snils)
    visit.press("#passport #submit")
    judge("passport refused", status=REFUSED)
    fill(passport_number=passport)
    visit.press("#passport #submit")
    if visit.page.query_selector("#consent"):
        visit.press("#allow")
    assert visit.page.url.startswith(f"{at.registry}/sign-in/refused"), "the registry wants a role, which people take themselves"
    visit.open(f"{at.issuer}/account/settings")
    visit.press("#add-role")
    visit.open(f"{at.registry}/")
    if visit.page.query_selector("#consent"):
        visit.press("#allow")
    assert visit.page.url == f"{at.registry}/"
    visit.open(f"{at.issuer}/account")
    assert visit.page.is_visible("text=Учётная запись подтверждена")
    judge("profile")
    visit.press("#add-child")
    judge("adding a child")
    for place in ("documents/passport", "documents/signature", "contacts/phone"):
        visit.open(f"{at.issuer}/account/{place}")
        judge(place)
    phone.mark()
    fill(phone="8" + newcomer.phone[2:-1] + "9")
    visit.press("#contact #submit")
    judge("code for a new telephone")
    assert not objections, "\n".join(objections)
    visit.witness.assert_nothing_leaked(PASSWORD)
    assert not visit.witness.complaints
