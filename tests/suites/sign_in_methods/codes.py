"""A code by SMS, and one by mail: one method, two channels."""

from functools import partial

from tests.browser import Browser
from tests.idp.stand import Stand
from tests.suites.sign_in_methods.driver import Driver, to_page


def page(method: str, stand: Stand, login: str = "vera@example.test") -> Browser:
    browser = stand.browser().open(stand.authorize_url(acr_values="substantial"))
    return to_page(stand, browser, method, is_first=False, login=login)


def give(browser: Browser, code: str) -> Browser:
    return browser.submit("code-form", "submit", code=code)


def good(method: str, stand: Stand) -> Browser:
    return give(page(method, stand), stand.last_code())


def wrong(method: str, stand: Stand) -> Browser:
    browser = page(method, stand)
    return give(browser, f"{(int(stand.last_code()) + 1) % 1_000_000:06d}")


def expired(method: str, stand: Stand) -> Browser:
    browser = page(method, stand)
    stand.clock.advance(301)
    return give(browser, stand.last_code())


def replayed(method: str, stand: Stand) -> Browser:
    """Two codes are sent; the first is given to the attempt that waits for the second."""
    first = page(method, stand)
    old = stand.last_code()
    stand.clock.advance(31)
    first.submit("again-form", "again")
    return give(first, old)


def not_enrolled(method: str, stand: Stand) -> Browser:
    stand.execute("UPDATE citizens SET phone_verified_at = NULL, email_verified_at = NULL")
    return page(method, stand, login="maya@example.test")


def driver(method: str, amr: tuple[str, ...]) -> Driver:
    return Driver(
        method=method,
        acr_values="substantial",
        acr="substantial",
        amr=("pwd", *amr, "mfa"),
        good=partial(good, method),
        wrong=partial(wrong, method),
        expired=partial(expired, method),
        replayed=partial(replayed, method),
        not_enrolled=partial(not_enrolled, method),
        journal={
            "wrong": "code.checked wrong",
            "expired": "code.checked expired",
            "replayed": "code.checked wrong",
            "not_enrolled": "session.opened opened",
        },
        said={
            "wrong": "Осталось 4 попытки",
            "expired": "Код устарел: он действует пять минут",
            "replayed": "Осталось 4 попытки",
            "not_enrolled": "Учебная поликлиника",
        },
    )


DRIVERS = (driver("code", ("otp", "sms")), driver("email", ("otp",)))
