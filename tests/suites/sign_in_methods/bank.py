"""Through the bank, as one of its customers."""

from tests.browser import Browser
from tests.idp import bank as banks
from tests.idp.bank import PASSWORDS, confirm, open_beside
from tests.idp.stand import Stand
from tests.suites.sign_in_methods.driver import Driver, to_page


def leave(stand: Stand) -> Browser:
    """Vera at the bank."""
    page = to_page(stand, stand.browser().open(stand.authorize_url()), "bank", is_first=True)
    return page.submit("bank-form", "submit")


def enrol(stand: Stand) -> None:
    banks.link(stand, open_beside(stand))


def good(stand: Stand) -> Browser:
    return confirm(leave(stand))


def wrong(stand: Stand) -> Browser:
    """She signs in at the bank, and then does not confirm it to us."""
    browser = leave(stand).submit("sign-in", "submit", login="vera@example.test", password=PASSWORDS["vera"])
    return browser.submit("consent", "deny")


def expired(stand: Stand) -> Browser:
    browser = leave(stand)
    stand.clock.advance(301)
    return confirm(browser)


def replayed(stand: Stand) -> Browser:
    """The answer of a trip that was refused comes once more, while the sign-in goes on."""
    browser = wrong(stand)
    return browser.open(browser.url)


def not_enrolled(stand: Stand) -> Browser:
    open_beside(stand)
    return good(stand)


DRIVER = Driver(
    method="bank",
    acr_values="",
    acr="substantial",
    amr=("pwd",),
    enrol=enrol,
    good=good,
    wrong=wrong,
    expired=expired,
    replayed=replayed,
    not_enrolled=not_enrolled,
    journal={
        "wrong": "proof.checked denied",
        "expired": "proof.checked expired",
        "replayed": "proof.checked used",
        "not_enrolled": "proof.checked not_linked",
    },
    said={
        "wrong": "Банк не подтвердил, что это вы",
        "expired": "Вы были в банке дольше пяти минут",
        "replayed": "Этот ответ банка уже использован",
        "not_enrolled": "Эта запись банка не привязана",
    },
    is_first=True,
)
