"""A passkey in a real browser with a virtual device: added at the account, the way into the registry, and its second step."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
import requests
from playwright.sync_api import Browser, CDPSession, Page, expect

from tests.chromium.axe import objections_to
from tests.chromium.visit import Visit
from tests.house import Person
from tests.running_stand import RunningStand

NO_WEBAUTHN = "delete window.PublicKeyCredential"
NARROW = {"width": 360, "height": 740}
DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


class Device:
    """A device that is part of the computer, with a reader of fingerprints."""

    def __init__(self, page: Page) -> None:
        self.session: CDPSession = page.context.new_cdp_session(page)
        self.session.send("WebAuthn.enable")
        added = self.session.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
        self.id: str = added["authenticatorId"]

    def recognise(self, is_its_owner: bool) -> None:
        options = {"authenticatorId": self.id, "isUserVerified": is_its_owner}
        self.session.send("WebAuthn.setUserVerified", options)

    def credentials(self) -> list[dict[str, Any]]:
        answer = self.session.send("WebAuthn.getCredentials", {"authenticatorId": self.id})
        return list(answer["credentials"])


@pytest.fixture
def person(running_stand: RunningStand) -> Iterator[Person]:
    """Somebody of this test's own: the stand is shared, and what they add is theirs for ever."""
    phone = running_stand.phone
    with requests.Session() as session:
        session.trust_env = False
        session.headers["Authorization"] = f"Bearer {phone.token}"
        made = session.post(f"{phone.control}/people", json={"given_name": "Клава"}, timeout=10).json()
        yield Person(uuid4().hex, made["phone"], made["email"], made["snils"], made["password"])


@pytest.fixture
def visit(running_stand: RunningStand, chromium: Browser, visits: list[Visit]) -> Visit:
    visit = Visit(chromium, running_stand.at)
    visits.append(visit)
    return visit


def _add(visit: Visit, name: str) -> None:
    """From the list of the account to the list of the account."""
    visit.open(f"{visit.at.issuer}/account/security")
    visit.press("#add-passkey")
    visit.page.fill("#name", name)
    visit.press("#add-form #submit")
    assert visit.page.url == f"{visit.at.issuer}/account/security"
    expect(visit.page.locator("#passkey")).to_contain_text(name)


def _to_passkey(visit: Visit) -> None:
    """Choose the passkey in the dialog of ways."""
    visit.page.click("#choose")
    visit.press("#other-ways #way-passkey")
    visit.look()


def _at_the_cabinet(visit: Visit) -> bool:
    if visit.page.query_selector("#consent"):
        visit.press("#allow")
    return visit.page.url == f"{visit.at.registry}/"


def test_r041_passkey_signs_in_from_the_registry_alone_and_as_a_second_step(
    running_stand: RunningStand, visit: Visit, person: Person
) -> None:
    page, device = visit.page, Device(visit.page)
    visit.sign_in(person, running_stand.phone)
    _add(visit, "Мой ноутбук")
    (made,) = device.credentials()
    assert made["isResidentCredential"] and made["rpId"] == "localhost"
    visit.open(f"{visit.at.registry}/")
    visit.sign_out()

    visit.open(f"{visit.at.registry}/")
    _to_passkey(visit)
    visit.press("#passkey-form #submit")
    assert _at_the_cabinet(visit), "nothing was typed"
    assert "Клава" in page.inner_text("#person")
    visit.open(f"{visit.at.issuer}/account/security")
    expect(page.locator("#passkey")).to_contain_text("Последний вход")
    visit.open(f"{visit.at.registry}/")
    visit.sign_out()

    visit.open(f"{visit.at.registry}/")
    visit.give_password(person)
    assert page.is_visible("#code-form"), "the registry wants a second step"
    _to_passkey(visit)
    assert "Подтвердите ключом доступа" in page.inner_text("h1")
    visit.press("#passkey-form #submit")
    assert _at_the_cabinet(visit)
    assert visit.witness.complaints == []
    visit.witness.assert_nothing_leaked(person.password)


def test_device_that_does_not_recognise_its_owner_lets_nobody_in(
    running_stand: RunningStand, visit: Visit, person: Person
) -> None:
    page, device = visit.page, Device(visit.page)
    visit.sign_in(person, running_stand.phone)
    _add(visit, "Ноутбук")
    visit.open(f"{visit.at.registry}/")
    visit.sign_out()
    visit.open(f"{visit.at.registry}/")
    _to_passkey(visit)
    device.recognise(False)
    page.click("#passkey-form #submit")
    expect(page.locator("#passkey-trouble")).to_contain_text("Устройство не подтвердило вход")
    expect(page.locator("#passkey-form #submit")).to_be_enabled()
    device.recognise(True)
    visit.press("#passkey-form #submit")
    assert _at_the_cabinet(visit)
    assert visit.witness.complaints == []


def test_one_device_keeps_one_passkey_of_a_person(running_stand: RunningStand, visit: Visit, person: Person) -> None:
    page, device = visit.page, Device(visit.page)
    visit.sign_in(person, running_stand.phone)
    _add(visit, "Ноутбук")
    visit.press("#add-passkey")
    page.fill("#name", "Он же")
    page.click("#add-form #submit")
    expect(page.locator("#passkey-trouble")).to_contain_text("На этом устройстве ваш ключ доступа уже есть.")
    assert len(device.credentials()) == 1
    visit.open(f"{visit.at.issuer}/account/security")
    page.click("#passkey summary")
    page.fill("#passkey input[name=name]", "Рабочий ноутбук")
    visit.press("#passkey [id^=rename-]")
    expect(page.locator("#passkey")).to_contain_text("Рабочий ноутбук")
    visit.press("#passkey [id^=remove-]")
    expect(page.locator("#passkey")).not_to_contain_text("Рабочий ноутбук")
    assert visit.witness.complaints == []


def test_r041_browser_without_webauthn_is_not_offered_a_passkey(visit: Visit) -> None:
    page = visit.page
    page.add_init_script(NO_WEBAUTHN)
    visit.open(f"{visit.at.registry}/")
    page.click("#choose")
    expect(page.locator("#other-ways")).to_be_visible()
    assert page.locator("#way-password").count() == 1
    assert page.locator("#way-passkey").count() == 0
    visit.open(page.url.replace("/password", "/passkey"))
    expect(page.locator("#passkey-missing")).to_contain_text("не умеет работать с ключами доступа")
    expect(page.locator("#passkey-form #submit")).to_be_disabled()
    page.click("#choose")
    visit.press("#way-password")
    assert page.is_visible("#sign-in")
    assert visit.witness.complaints == []


def test_r041_browser_without_scripts_is_not_offered_a_passkey(
    running_stand: RunningStand, chromium: Browser, visits: list[Visit]
) -> None:
    visit = Visit(chromium, running_stand.at, java_script_enabled=False)
    visits.append(visit)
    page = visit.page
    visit.open(f"{visit.at.registry}/")
    page.click("#choose")
    expect(page.locator("#way-password")).to_be_visible()
    expect(page.locator("#way-passkey")).to_be_hidden()
    visit.open(page.url.replace("/password", "/passkey"))
    expect(page.locator("#no-script")).to_contain_text("Ключу доступа нужны сценарии")
    expect(page.locator("#passkey-form #submit")).to_be_disabled()
    visit.page.click("#choose")
    visit.press("#way-password")
    assert page.is_visible("#sign-in")


def _pages(visit: Visit, stand: RunningStand, person: Person, language: str = "ru") -> Iterator[tuple[str, int]]:
    """The pages of passkeys one after another, with the status of each."""
    page, phone = visit.page, stand.phone
    visit.open(f"{visit.at.registry}/")
    visit.open(page.url.replace("/password", "/passkey") + f"?lang={language}")
    yield "passkey", 200
    page.click("#passkey-form #submit")
    expect(page.locator("#passkey-trouble")).to_be_visible()
    yield "passkey that did not come", 200
    page.evaluate("HTMLFormElement.prototype.submit.call(document.querySelector('#passkey-form'))")
    page.wait_for_selector("#error")
    yield "passkey refused", 400
    visit.open(page.url.replace("/passkey", "/password"))
    visit.give_password(person)
    visit.give_code(phone.code_of(person))
    assert _at_the_cabinet(visit)
    visit.open(f"{visit.at.issuer}/account/security/passkey/add")
    yield "new passkey", 200
    page.fill("#name", "Очень длинное название ключа доступа, какое только бывает")
    visit.press("#add-form #submit")
    yield "list of passkeys", 200


@pytest.mark.parametrize("language", ["ru", "en"])
def test_pages_of_passkeys_fit_a_narrow_screen(
    running_stand: RunningStand, chromium: Browser, visits: list[Visit], person: Person, language: str
) -> None:
    visit = Visit(chromium, running_stand.at, viewport=NARROW)
    visits.append(visit)
    Device(visit.page)
    for name, _status in _pages(visit, running_stand, person, language):
        assert visit.page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"], name


def test_axe_core_objects_to_nothing_on_pages_of_passkeys(
    running_stand: RunningStand, visit: Visit, person: Person, axe: str
) -> None:
    Device(visit.page)
    objections: list[str] = []
    for name, status in _pages(visit, running_stand, person):
        objections += objections_to(visit, axe, name, status=status)
    assert objections == []
