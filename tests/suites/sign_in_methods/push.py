"""A notice on the telephone, and three numbers of which one stands on the page."""

import re

from tests.browser import Browser
from tests.idp.application import Application
from tests.idp.stand import Stand
from tests.suites.sign_in_methods.driver import Driver, to_page


def page(stand: Stand) -> Browser:
    browser = stand.browser().open(stand.authorize_url(acr_values="substantial"))
    return to_page(stand, browser, "push", is_first=False)


def number_on(browser: Browser) -> int:
    found = re.search(r'<b id="number">(\d\d)</b>', browser.answer.text)
    assert found, browser.answer.text
    return int(found[1])


def go_on(browser: Browser) -> Browser:
    return browser.submit("push-form", "submit")


def good(stand: Stand) -> Browser:
    browser, application = page(stand), Application.of_seed(stand)
    assert application.answer(application.waiting()[0]["id"], number=number_on(browser)).json() == {"state": "approved"}
    return go_on(browser)


def wrong(stand: Stand) -> Browser:
    browser, application = page(stand), Application.of_seed(stand)
    notice = application.waiting()[0]
    decoy = next(number for number in notice["numbers"] if number != number_on(browser))
    assert application.answer(notice["id"], number=decoy).json() == {"state": "wrong_number"}
    return go_on(browser)


def expired(stand: Stand) -> Browser:
    browser, application = page(stand), Application.of_seed(stand)
    notice, number = application.waiting()[0], number_on(browser)
    stand.clock.advance(120)
    assert application.answer(notice["id"], number=number).status_code == 409
    return go_on(browser)


def replayed(stand: Stand) -> Browser:
    """The answer to one notice is sent for the next one."""
    browser, application = page(stand), Application.of_seed(stand)
    notice = application.waiting()[0]
    answer = application.sign(notice["id"], number=number_on(browser))
    application.send(notice["id"], answer)
    go_on(browser)
    other = page(stand)
    assert application.send(application.waiting()[0]["id"], answer).status_code == 403
    return go_on(other)


def not_enrolled(stand: Stand) -> Browser:
    stand.execute("DELETE FROM devices")
    return page(stand)


DRIVER = Driver(
    method="push",
    acr_values="substantial",
    acr="substantial",
    amr=("pwd", "swk", "user", "mfa"),
    good=good,
    wrong=wrong,
    expired=expired,
    replayed=replayed,
    not_enrolled=not_enrolled,
    journal={
        "wrong": "proof.checked wrong_number",
        "expired": "proof.checked expired",
        "replayed": "device.answered signature_wrong",
        "not_enrolled": "code.sent",
    },
    said={
        "wrong": "На телефоне нажали другое число",
        "expired": "На запрос не ответили вовремя",
        "replayed": "Ответа с телефона пока нет",
        "not_enrolled": "Введите код из SMS",
    },
)
