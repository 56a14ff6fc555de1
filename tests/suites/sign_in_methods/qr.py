"""A QR code on the first page, and a telephone that reads it."""

import re

from tests.browser import Browser
from tests.idp.application import Application
from tests.idp.stand import Stand
from tests.suites.sign_in_methods.driver import NOTHING, Driver, to_page


def page(stand: Stand) -> Browser:
    return to_page(stand, stand.browser().open(stand.authorize_url()), "qr", is_first=True)


def address_on(browser: Browser) -> str:
    """What the code of the page holds; it is written below it."""
    found = re.search(r'id="address">([^<]+)</p>', browser.answer.text)
    assert found, browser.answer.text
    return found[1]


def id_on(browser: Browser) -> str:
    return address_on(browser).rpartition("/")[2]


def go_on(browser: Browser) -> Browser:
    return browser.submit("qr-form", "submit")


def good(stand: Stand) -> Browser:
    browser, application = page(stand), Application.of_seed(stand)
    asked = application.read_code(address_on(browser)).json()
    assert application.answer(asked["id"]).json() == {"state": "approved"}
    return go_on(browser)


def wrong(stand: Stand) -> Browser:
    browser, application = page(stand), Application.of_seed(stand)
    assert application.answer(id_on(browser), decision="deny").json() == {"state": "denied"}
    return go_on(browser)


def expired(stand: Stand) -> Browser:
    browser, application = page(stand), Application.of_seed(stand)
    stand.clock.advance(120)
    assert application.answer(id_on(browser)).status_code == 409
    return go_on(browser)


def replayed(stand: Stand) -> Browser:
    """The answer that let one page in is sent once more, while another page waits."""
    browser, application = page(stand), Application.of_seed(stand)
    request_id = id_on(browser)
    answer = application.sign(request_id)
    application.send(request_id, answer)
    go_on(browser)
    other = page(stand)
    assert application.send(id_on(other), answer).status_code == 403
    assert application.send(request_id, answer).status_code == 409
    return go_on(other)


def not_enrolled(stand: Stand) -> Browser:
    browser, application = page(stand), Application.of_seed(stand)
    stand.execute("DELETE FROM devices")
    assert application.answer(id_on(browser)).status_code == 401
    return go_on(browser)


DRIVER = Driver(
    method="qr",
    acr_values="",
    acr="low",
    amr=("swk", "user"),
    good=good,
    wrong=wrong,
    expired=expired,
    replayed=replayed,
    not_enrolled=not_enrolled,
    journal={
        "wrong": "proof.checked denied",
        "expired": "proof.checked expired",
        "replayed": "device.answered answered",
        "not_enrolled": NOTHING,
    },
    said={
        "wrong": "На телефоне нажали «Это не я»",
        "expired": "Код устарел: он действует две минуты",
        "replayed": "Код ещё никто не прочитал",
        "not_enrolled": "Код ещё никто не прочитал",
    },
    is_first=True,
)
