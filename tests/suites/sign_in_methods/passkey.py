"""A passkey as the first way, and the only one."""

from weakref import WeakKeyDictionary

from tests.browser import Browser
from tests.idp.methods.authenticator import Device, options_of
from tests.idp.methods.passkeys import VERA, give, keep
from tests.idp.stand import CONTROL, CONTROL_TOKEN, Stand
from tests.suites.sign_in_methods.driver import Driver, to_page

DEVICES: WeakKeyDictionary[Stand, Device] = WeakKeyDictionary()
"""Vera's device at each stand."""


def enrol(stand: Stand) -> None:
    """One in a device of hers, and one that the stand holds for sign-ins without a browser."""
    DEVICES[stand] = keep(stand, Device())
    bearer = {"Authorization": f"Bearer {CONTROL_TOKEN}"}
    address = f"{CONTROL}/people/{stand.citizen(VERA)}/passkeys"
    assert stand.control().session.post(address, json={}, headers=bearer).status_code == 201


def page(stand: Stand) -> Browser:
    return to_page(stand, stand.browser().open(stand.authorize_url()), "passkey", is_first=True)


def good(stand: Stand) -> Browser:
    return give(page(stand), DEVICES[stand])


def wrong(stand: Stand) -> Browser:
    return give(page(stand), DEVICES[stand], key=Device().key)


def expired(stand: Stand) -> Browser:
    browser = page(stand)
    stand.clock.advance(301)
    return give(browser, DEVICES[stand])


def replayed(stand: Stand) -> Browser:
    """An answer that has let somebody in is given once more, on a page that asks anew."""
    browser = page(stand)
    answer = DEVICES[stand].sign(options_of(browser))
    browser.submit("passkey-form", "submit", credential=answer)
    return page(stand).submit("passkey-form", "submit", credential=answer)


def not_enrolled(stand: Stand) -> Browser:
    return give(page(stand), Device(handle=b"of nobody"))


REFUSED = "Ключ доступа не подошёл"
DRIVER = Driver(
    method="passkey",
    acr_values="",
    acr="substantial",
    amr=("hwk", "user", "mfa"),
    good=good,
    wrong=wrong,
    expired=expired,
    replayed=replayed,
    not_enrolled=not_enrolled,
    journal={
        "wrong": "proof.checked wrong_signature",
        "expired": "proof.checked expired",
        "replayed": "proof.checked wrong_challenge",
        "not_enrolled": "proof.checked unknown_passkey",
    },
    said={
        "wrong": REFUSED,
        "expired": "Прошло больше пяти минут",
        "replayed": REFUSED,
        "not_enrolled": "Такого ключа доступа здесь нет",
    },
    enrol=enrol,
    is_first=True,
)
