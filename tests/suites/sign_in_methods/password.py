"""Login and password."""

from tests.browser import Browser
from tests.idp.stand import Stand
from tests.suites.sign_in_methods.driver import NOTHING, Driver, to_page


def page(stand: Stand) -> Browser:
    return to_page(stand, stand.browser().open(stand.authorize_url()), "password", is_first=True)


def good(stand: Stand) -> Browser:
    return stand.sign_in(page(stand))


def wrong(stand: Stand) -> Browser:
    return stand.sign_in(page(stand), password="Romashka-17")


def expired(stand: Stand) -> Browser:
    browser = page(stand)
    stand.clock.advance(601)
    return stand.sign_in(browser)


def replayed(stand: Stand) -> Browser:
    browser = page(stand)
    form = browser.forms()["sign-in"]
    stand.sign_in(browser)
    other = stand.browser()
    return other.open(form.action)


def not_enrolled(stand: Stand) -> Browser:
    stand.execute("DELETE FROM passwords")
    return stand.sign_in(page(stand))


DRIVER = Driver(
    method="password",
    acr_values="",
    acr="low",
    amr=("pwd",),
    good=good,
    wrong=wrong,
    expired=expired,
    replayed=replayed,
    not_enrolled=not_enrolled,
    journal={
        "wrong": "password.checked refused",
        "expired": NOTHING,
        "replayed": "access.refused other_browser",
        "not_enrolled": "password.checked refused",
    },
    said={
        "wrong": "Неверный логин или пароль",
        "expired": "Этот вход закончился",
        "replayed": "Этот вход закончился",
        "not_enrolled": "Неверный логин или пароль",
    },
    is_first=True,
)
