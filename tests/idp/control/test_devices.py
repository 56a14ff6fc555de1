"""The telephone of a test person, for a test in any language."""

import pytest
import requests
from joserfc.jwk import ECKey

from tests.browser import Browser
from tests.idp.application import Application
from tests.idp.control.conftest import Control
from tests.idp.stand import Stand
from tests.suites.sign_in_methods import push, qr
from tests.suites.sign_in_methods.driver import to_page

VERA, MAYA = "vera@example.test", "maya@example.test"


def maya_at_push(stand: Stand) -> Browser:
    browser = stand.browser().open(stand.authorize_url(acr_values="substantial"))
    return to_page(stand, browser, "push", is_first=False, login=MAYA)


def test_telephone_is_given_asked_and_made_to_answer(stand: Stand, control: Control) -> None:
    maya = stand.citizen(MAYA)
    given = control.post(f"/people/{maya}/devices", name="Телефон теста")
    assert given["name"] == "Телефон теста"
    assert control.get(f"/people/{maya}/pushes") == {"pushes": []}
    browser = maya_at_push(stand)
    notice = control.get(f"/people/{maya}/pushes", wait_for=1)["pushes"][0]
    assert notice["number"] == push.number_on(browser)
    assert control.post(f"/pushes/{notice['id']}/answer") == {"state": "approved"}
    assert control.refused("POST", f"/pushes/{notice['id']}/answer", {}) == (409, "push_answered")
    assert "consent" in push.go_on(browser).forms()


def test_test_may_be_the_application_itself(stand: Stand, control: Control) -> None:
    """With what the control plane gives, over the door that a real application comes by."""
    given = control.post(f"/people/{stand.citizen(MAYA)}/devices")
    application = Application(stand.issuer, stand.http(), ECKey.import_key(given["key"]), given["token"])
    browser = maya_at_push(stand)
    notice = application.waiting()[0]
    assert application.answer(notice["id"], number=push.number_on(browser)).json() == {"state": "approved"}
    assert "consent" in push.go_on(browser).forms()


@pytest.mark.parametrize(("body", "state"), [({"decision": "deny"}, "denied"), ({"number": None}, "wrong_number")])
def test_telephone_says_no_and_presses_wrong_numbers_too(
    stand: Stand, control: Control, body: dict[str, object], state: str
) -> None:
    push.page(stand)
    notice = control.get(f"/people/{VERA}/pushes")["pushes"][0]
    decoy = next(number for number in notice["numbers"] if number != notice["number"])
    body = {"number": decoy} if "number" in body else body
    assert control.post(f"/pushes/{notice['id']}/answer", **body) == {"state": state}


def test_code_of_a_page_is_read_by_the_telephone_of_whoever_the_test_names(stand: Stand, control: Control) -> None:
    browser = qr.page(stand)
    assert control.refused("POST", f"/pushes/{qr.id_on(browser)}/answer", {}) == (400, "person_needed")
    assert control.refused("POST", f"/pushes/{qr.id_on(browser)}/answer", {"person": MAYA}) == (400, "device_unknown")
    assert control.post(f"/pushes/{qr.id_on(browser)}/answer", person=VERA) == {"state": "approved"}
    assert "consent" in qr.go_on(browser).forms()


def test_what_is_not_there_is_a_problem(stand: Stand, control: Control) -> None:
    assert control.refused("POST", "/people/nobody/devices", {}) == (404, "person_unknown")
    assert control.refused("GET", "/people/nobody/pushes") == (404, "person_unknown")
    assert control.refused("POST", "/pushes/nothing/answer", {}) == (404, "push_unknown")
    push.page(stand)
    notice = control.get(f"/people/{VERA}/pushes")["pushes"][0]
    other = next(number for number in range(10, 100) if number not in notice["numbers"])
    assert control.refused("POST", f"/pushes/{notice['id']}/answer", {"number": other}) == (409, "push_number_unknown")
    assert control.refused("POST", f"/pushes/{notice['id']}/answer", {"person": MAYA}) == (400, "device_unknown")
    stand.clock.advance(120)
    assert control.refused("POST", f"/pushes/{notice['id']}/answer", {}) == (409, "push_expired")


def test_keys_of_telephones_follow_from_the_stands_secrets_and_differ(stand: Stand, control: Control) -> None:
    first, second = (control.post(f"/people/{VERA}/devices") for _ in range(2))
    assert first["key"]["d"] != second["key"]["d"]
    assert first["token"] != second["token"]
    assert first["key"]["d"] not in str(stand.rows("SELECT * FROM devices"))


class Screen:
    """The stand's telephone of a person, as a page without scripts."""

    def __init__(self, stand: Stand, login: str) -> None:
        self.browser = stand.control()
        token = (stand.settings.home / "var" / "control-token").read_text()
        self.browser.open(f"http://127.0.0.1:8401/open?token={token}")
        self.address = f"http://127.0.0.1:8401/phone/{stand.citizen(login)}"
        self.look()

    def look(self) -> "Screen":
        self.browser.open(self.address)
        return self

    def press(self, button: str, **changed: str) -> str:
        """Press a button of whatever form has it; what is said of it."""
        form = next(form for form in self.browser.forms().values() if button in form.buttons)
        name, value = form.buttons[button]
        data = form.values | ({name: value} if name else {}) | changed
        answer: requests.Response = self.browser.session.post(form.action, data=data)
        self.browser.answer = answer
        return self.browser.text


def test_phone_shows_what_waits_and_answers_without_a_script(stand: Stand) -> None:
    screen = Screen(stand, VERA)
    assert "Запросов нет" in screen.browser.text
    browser = push.page(stand)
    screen.look()
    assert "Это вы входите?" in screen.browser.text
    assert "Учебная поликлиника" in screen.browser.text
    assert "Вход подтверждён." in screen.press(f"number-{push.number_on(browser)}")
    assert "Запросов нет" in screen.browser.text
    assert "consent" in push.go_on(browser).forms()


def test_phone_without_the_application_installs_it_once(stand: Stand) -> None:
    screen = Screen(stand, MAYA)
    assert "Приложение не установлено" in screen.browser.text
    assert "Сначала установите приложение." in screen.press("scan", address=qr.address_on(qr.page(stand)))
    assert "Приложение установлено." in screen.press("install")
    assert stand.actions()[-1] == "method.enrolled"
    assert "Приложение не установлено" not in screen.look().browser.text
    browser = qr.page(stand)
    assert "Войти с этим телефоном?" in screen.press("scan", address=qr.address_on(browser))
    assert "Вход подтверждён." in screen.press("approve")
    assert "consent" in qr.go_on(browser).forms()
    assert "Уже ответили" not in screen.press("scan", address=qr.address_on(qr.page(stand)))
    assert "Вход отклонён." in screen.press("deny-code")


@pytest.mark.parametrize(
    "address", ["", "x", "http://localhost:8400/qr/nothing", "http://localhost:8400/device/enrol/nothing", "http://[/qr/x"]
)
def test_phone_reads_nothing_in_an_address_without_a_code(stand: Stand, address: str) -> None:
    assert "В этом адресе нет кода" in Screen(stand, VERA).press("scan", address=address)


def test_phone_shows_the_code_of_this_half_minute_and_says_when_it_changes(stand: Stand, control: Control) -> None:
    anton = Screen(stand, "anton@example.test").browser
    told = control.get("/people/anton@example.test/totp")
    assert f'data-code="{told["code"]}"' in anton.answer.text
    assert f"Сменится через {told['seconds_left']} с" in anton.text
    assert "great-code" not in Screen(stand, MAYA).browser.answer.text


def test_phone_of_nobody_in_particular_is_that_of_whoever_a_notice_waits_for(stand: Stand, control: Control) -> None:
    stand.clock.advance(1)
    push.page(stand)
    screen = Screen(stand, MAYA)
    screen.browser.open("http://127.0.0.1:8401/phone")
    assert "Телефон: Вера Р." in screen.browser.text


def test_press_without_the_page_or_from_another_site_is_refused(stand: Stand) -> None:
    screen = Screen(stand, VERA)
    push.page(stand)
    assert screen.browser.session.post(f"{screen.address}/answer", data={"answer": "deny"}).status_code == 403
    form = next(form for form in screen.look().browser.forms().values() if "deny" in form.buttons)
    foreign = {"Origin": "null", "Sec-Fetch-Site": "cross-site"}
    assert screen.browser.session.post(form.action, data=form.values, headers=foreign).status_code == 403
