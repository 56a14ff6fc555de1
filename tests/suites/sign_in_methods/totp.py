"""A code that an application counts by itself."""

from idp.authentication.methods.totp.codes import code_of, step_at
from idp.authentication.methods.totp.store import enrol as give_secret
from idp.authentication.methods.totp.store import secret_of
from tests.browser import Browser
from tests.idp.stand import Stand
from tests.suites.sign_in_methods.driver import Driver, to_page

VERA = "vera@example.test"


def enrol(stand: Stand) -> None:
    with stand.realm.database.write() as connection:
        give_secret(stand.realm, connection, stand.citizen(VERA), actor="operator:test")


def code_at(stand: Stand, *, steps: int = 0, login: str = VERA) -> str:
    """The code that the application shows so many half minutes from now."""
    with stand.realm.database.read() as connection:
        secret = secret_of(stand.realm, connection, stand.citizen(login))
    assert secret is not None
    return code_of(secret, step_at(stand.clock.now()) + steps)


def page(stand: Stand) -> Browser:
    browser = stand.browser().open(stand.authorize_url(acr_values="substantial"))
    return to_page(stand, browser, "totp", is_first=False)


def give(browser: Browser, code: str) -> Browser:
    return browser.submit("totp-form", "submit", code=code)


def good(stand: Stand) -> Browser:
    return give(page(stand), code_at(stand))


def wrong(stand: Stand) -> Browser:
    return give(page(stand), code_at(stand, steps=5))


def expired(stand: Stand) -> Browser:
    return give(page(stand), code_at(stand, steps=-2))


def replayed(stand: Stand) -> Browser:
    """The code of one sign-in is given to another, while it is still shown."""
    code = code_at(stand)
    give(page(stand), code)
    return give(page(stand), code)


DRIVER = Driver(
    method="totp",
    acr_values="substantial",
    acr="substantial",
    amr=("pwd", "otp", "mfa"),
    good=good,
    wrong=wrong,
    expired=expired,
    replayed=replayed,
    not_enrolled=page,
    enrol=enrol,
    journal={
        "wrong": "proof.checked wrong",
        "expired": "proof.checked wrong",
        "replayed": "proof.checked used",
        "not_enrolled": "code.sent",
    },
    said={
        "wrong": "Осталось 4 попытки",
        "expired": "Осталось 4 попытки",
        "replayed": "С этим кодом уже входили",
        "not_enrolled": "Введите код из SMS",
    },
)
