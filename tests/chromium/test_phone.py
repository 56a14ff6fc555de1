"""The telephone in a real browser: what comes appears by itself, and a code is taken with one press."""

import re
from collections.abc import Iterator

import pytest
import requests
from playwright.sync_api import Browser, Page, expect

from idp.realm import Realm, open_realm
from idp.settings import read_settings
from rp.realm import open_realm as open_registry
from rp.settings import read_settings as read_registry_settings
from tests.chromium.axe import objections_to
from tests.chromium.visit import Visit
from tests.house import MAYA, PEOPLE, PYOTR, VERA, Person
from tests.running_stand import RunningStand, clean_environment

ANTON = PEOPLE["anton"]
NARROW = {"width": 360, "height": 740}
HIDE = """hidden => {
  Object.defineProperty(document, 'hidden', {value: hidden, configurable: true});
  document.dispatchEvent(new Event('visibilitychange'));
}"""
NO_CLIPBOARD = "Object.defineProperty(navigator, 'clipboard', {value: undefined})"
NAMES = {"vera": "Вера Ромашкина", "pyotr": "Пётр Незабудкин", "maya": "Майя Одуванчикова", "anton": "Антон Васильков"}


@pytest.fixture
def realm(running_stand: RunningStand) -> Iterator[Realm]:
    """The stand's own realm, opened beside its processes."""
    realm = open_realm(read_settings(clean_environment(running_stand.home)))
    yield realm
    realm.database.close()


@pytest.fixture
def visit(running_stand: RunningStand, chromium: Browser, visits: list[Visit]) -> Visit:
    """A browser that has opened the printed link."""
    visit = Visit(chromium, running_stand.at, permissions=["clipboard-read", "clipboard-write"])
    visits.append(visit)
    _open(visit, running_stand)
    return visit


def _open(visit: Visit, stand: RunningStand) -> None:
    visit.open(f"{stand.phone.control}/open?token={stand.phone.token}")
    visit.look()


def _open_of(visit: Visit, person: Person) -> Page:
    """Choose somebody's telephone as a person does."""
    visit.page.select_option("#who", label=NAMES[person.key])
    visit.press("#show")
    return visit.page


def _post(realm: Realm, address: str, text: str, subject: str | None = None) -> None:
    channel = "email" if "@" in address else "sms"
    with realm.database.write() as connection:
        realm.outbox.post(connection, channel=channel, address=address, text=text, subject=subject)


def _newest(page: Page, channel: str) -> str:
    return f"#{channel}-list > li:first-child"


def test_code_appears_without_a_reload_and_is_copied_with_the_keyboard(
    running_stand: RunningStand, chromium: Browser, visits: list[Visit], visit: Visit
) -> None:
    page = _open_of(visit, PYOTR)
    expect(page.locator("#state")).to_have_text("Новые сообщения появляются сами.")
    page.evaluate("window.isSamePage = true")
    phone = running_stand.phone
    other = Visit(chromium, running_stand.at)
    visits.append(other)
    other.open(f"{running_stand.at.registry}/")
    other.give_password(PYOTR)
    code = phone.code_of(PYOTR)

    bubble = page.locator(f"#sms-list li:has([data-code='{code}'])")
    expect(bubble).to_be_visible()
    assert bubble.get_attribute("data-channel") == "sms"
    assert page.evaluate("window.isSamePage")
    button = bubble.get_by_role("button", name=f"Скопировать код {code}")
    button.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#said")).to_have_text(f"Скопировано: {code}")
    expect(bubble.locator(".copy > span:first-child")).to_have_text("Скопировано")
    assert page.evaluate("navigator.clipboard.readText()") == code
    other.give_code(page.evaluate("navigator.clipboard.readText()"))
    other.look()
    assert visit.witness.complaints == []


def test_what_is_selected_by_hand_is_the_code_and_nothing_else(realm: Realm, visit: Visit) -> None:
    page = _open_of(visit, MAYA)
    _post(realm, MAYA.phone, "Пропуск: код для входа 407193. Действует 5 минут.")
    page.click('#sms-list [data-code="407193"]')
    page.keyboard.press("Control+c")
    assert page.evaluate("navigator.clipboard.readText()") == "407193"


def test_code_is_copied_where_there_is_no_clipboard_api(realm: Realm, running_stand: RunningStand, visit: Visit) -> None:
    """Over plain http under a name of a network there is none."""
    _post(realm, MAYA.phone, "Пропуск: код для входа 218306. Действует 5 минут.")
    page = _open_of(visit, MAYA)
    reading = page.evaluate_handle("navigator.clipboard")
    page.evaluate(NO_CLIPBOARD)
    page.click("#sms-list li:first-child .copy")
    expect(page.locator("#said")).to_have_text("Скопировано: 218306")
    assert reading.evaluate("clipboard => clipboard.readText()") == "218306"


def test_two_persons_have_two_telephones(
    realm: Realm, running_stand: RunningStand, chromium: Browser, visits: list[Visit], visit: Visit
) -> None:
    vera = _open_of(visit, VERA)
    other = Visit(chromium, running_stand.at)
    visits.append(other)
    _open(other, running_stand)
    maya = _open_of(other, MAYA)
    _post(realm, VERA.phone, "Только Вере.")
    _post(realm, MAYA.phone, "Только Майе.")
    expect(vera.locator("#sms-list")).to_contain_text("Только Вере.")
    expect(maya.locator("#sms-list")).to_contain_text("Только Майе.")
    expect(vera.locator("#sms-list")).not_to_contain_text("Только Майе.")
    expect(maya.locator("#sms-list")).not_to_contain_text("Только Вере.")


def test_mail_appears_on_its_own_screen_as_text(realm: Realm, visit: Visit) -> None:
    page = _open_of(visit, VERA)
    _post(realm, VERA.email, "Откройте https://idp.test/confirm?x=1 <b>сейчас</b>", "Подтвердите адрес")
    newest = page.locator(_newest(page, "email"))
    expect(newest.get_by_role("heading")).to_have_text("Подтвердите адрес")
    expect(newest).to_contain_text("https://idp.test/confirm?x=1 <b>сейчас</b>")
    assert newest.locator("a").count() == 0
    assert "Писем нет" not in page.inner_text("#email")


def test_what_the_registry_sends_appears_beside_what_the_provider_sends(
    realm: Realm, running_stand: RunningStand, visit: Visit
) -> None:
    page = _open_of(visit, VERA)
    page.evaluate("window.isSamePage = true")
    registry = open_registry(*read_registry_settings(clean_environment(running_stand.home)))
    with registry.database.write() as connection:
        registry.outbox.post(connection, channel="sms", address=VERA.phone, text="Регистр: в личном кабинете новое сообщение.")
    registry.database.close()
    expect(page.locator(_newest(page, "sms"))).to_contain_text("Регистр: в личном кабинете новое сообщение.")
    _post(realm, VERA.phone, "Пропуск: код для входа 407193.")
    expect(page.locator(_newest(page, "sms"))).to_contain_text("407193")
    assert page.evaluate("window.isSamePage"), "nothing was loaded anew"


def test_page_of_nobody_in_particular_turns_to_whoever_gets_a_message(realm: Realm, visit: Visit) -> None:
    page = visit.page
    for person in (ANTON, VERA):
        _post(realm, person.phone, f"Сообщение: {person.key}.")
        expect(page.locator("#whose")).to_contain_text(NAMES[person.key].split()[0])
        expect(page.locator(_newest(page, "sms"))).to_contain_text(f"Сообщение: {person.key}.")
        expect(page.locator("#sms .phone-address")).to_have_text(person.phone)
        expect(page.locator("#who option:checked")).to_have_text(NAMES[person.key])


def test_hidden_page_does_not_ask_and_a_shown_one_makes_up_for_it(realm: Realm, visit: Visit) -> None:
    page = _open_of(visit, MAYA)
    page.evaluate(HIDE, True)
    asked = [url for url in visit.witness.urls if "/messages" in url]
    _post(realm, MAYA.phone, "Пока никто не смотрел.")
    assert [url for url in visit.witness.urls if "/messages" in url] == asked
    page.evaluate(HIDE, False)
    expect(page.locator("#sms-list")).to_contain_text("Пока никто не смотрел.")


def test_lost_connection_is_said_and_survived(realm: Realm, visit: Visit) -> None:
    page = _open_of(visit, MAYA)
    page.route(re.compile("/messages"), lambda route: route.abort())
    page.evaluate(HIDE, True)
    page.evaluate(HIDE, False)
    expect(page.locator("#state")).to_have_text("Связи со стендом нет. Пробуем ещё раз.")
    page.unroute_all()
    _post(realm, MAYA.phone, "Связь вернулась.")
    expect(page.locator("#sms-list")).to_contain_text("Связь вернулась.", timeout=20_000)
    expect(page.locator("#state")).to_have_text("Новые сообщения появляются сами.")


def test_many_open_phones_leave_room_for_everybody_else(running_stand: RunningStand, visit: Visit) -> None:
    for _ in range(9):
        visit.context.new_page().goto(f"{running_stand.phone.control}/phone")
    with requests.Session() as session:
        session.trust_env = False
        for _ in range(3):
            assert session.get(f"{running_stand.phone.control}/health", timeout=2).status_code == 200


def test_page_works_without_javascript(realm: Realm, running_stand: RunningStand, chromium: Browser, visits: list[Visit]) -> None:
    visit = Visit(chromium, running_stand.at, java_script_enabled=False)
    visits.append(visit)
    _open(visit, running_stand)
    page = _open_of(visit, MAYA)
    assert page.locator(".copy:visible").count() == 0
    _post(realm, MAYA.phone, "Без сценария.")
    visit.press("#refresh")
    assert "Без сценария." in page.inner_text("#sms-list")


@pytest.mark.parametrize("language", ["ru", "en"])
def test_page_fits_a_narrow_screen(
    realm: Realm, running_stand: RunningStand, chromium: Browser, visits: list[Visit], language: str
) -> None:
    _post(realm, VERA.email, "https://idp.test/confirm?token=" + "x" * 200, "Подтверждение " + "ы" * 60)
    visit = Visit(chromium, running_stand.at, viewport=NARROW)
    visits.append(visit)
    _open(visit, running_stand)
    visit.open(f"{running_stand.phone.control}/phone?lang={language}")
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]


def test_axe_core_objects_to_nothing_on_a_phone_with_messages(realm: Realm, visit: Visit, axe: str) -> None:
    page = _open_of(visit, MAYA)
    _post(realm, MAYA.phone, "Пропуск: код для входа 407193. Действует 5 минут.")
    _post(realm, MAYA.email, "Текст письма.", "Тема письма")
    expect(page.locator("#email-list")).to_contain_text("Текст письма.")
    assert objections_to(visit, axe, "phone") == []
