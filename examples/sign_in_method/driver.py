"""How the suite of all methods goes this way: copied to tests/suites/sign_in_methods/badge.py."""

from idp.authentication.methods.badge.method import number_of
from tests.browser import Browser
from tests.idp.stand import Stand
from tests.suites.sign_in_methods.driver import Driver, to_page

VERA = "vera@example.test"


def page(stand: Stand) -> Browser:
    browser = stand.browser().open(stand.authorize_url(acr_values="substantial"))
    return to_page(stand, browser, "badge", is_first=False)


def number(stand: Stand) -> str:
    return number_of(stand.realm, stand.citizen(VERA))


def good(stand: Stand) -> Browser:
    return page(stand).submit("badge-form", "submit", number=number(stand))


def wrong(stand: Stand) -> Browser:
    return page(stand).submit("badge-form", "submit", number=f"{(int(number(stand)) + 1) % 10**8:08d}")


def expired(stand: Stand) -> Browser:
    browser = page(stand)
    stand.clock.advance(601)
    return browser.submit("badge-form", "submit", number=number(stand))


def replayed(stand: Stand) -> Browser:
    """The page of a sign-in that is over is opened in another browser."""
    browser = page(stand)
    address = browser.url
    browser.submit("badge-form", "submit", number=number(stand))
    return stand.browser().open(address)


def not_enrolled(stand: Stand) -> Browser:
    """Everybody has a badge, and nobody has another's."""
    other = number_of(stand.realm, stand.citizen("pyotr@example.test"))
    return page(stand).submit("badge-form", "submit", number=other)


DRIVER = Driver(
    method="badge",
    acr_values="substantial",
    acr="substantial",
    amr=("pwd", "otp", "mfa"),
    good=good,
    wrong=wrong,
    expired=expired,
    replayed=replayed,
    not_enrolled=not_enrolled,
    journal={
        "wrong": "proof.checked wrong",
        "expired": "code.sent",
        "replayed": "access.refused other_browser",
        "not_enrolled": "proof.checked wrong",
    },
    said={
        "wrong": "Номер не подошёл.",
        "expired": "Этот вход закончился",
        "replayed": "Этот вход закончился",
        "not_enrolled": "Номер не подошёл.",
    },
)
