"""People with passkeys, at the pages that ask for them."""

from typing import Any

import cbor2

from idp.authentication.methods.webauthn import store
from tests.browser import Browser
from tests.idp.methods.authenticator import Device, options_of
from tests.idp.stand import Stand
from tests.suites.sign_in_methods.driver import to_page

VERA, MAYA = "vera@example.test", "maya@example.test"


def keep(stand: Stand, device: Device, *, login: str = VERA, name: str = "Ноутбук") -> Device:
    """The device becomes somebody's past the pages, as if they had enrolled it long ago."""
    new = store.NewPasskey(
        credential_id=device.credential_id,
        public_key=cbor2.dumps(device.cose_key),
        sign_count=device.count,
        may_be_synced=device.may_be_synced,
        is_synced=device.may_be_synced,
        transports=("internal",),
        aaguid="00000000-0000-0000-0000-000000000000",
    )
    with stand.realm.database.write() as connection:
        device.handle = store.give_handle(stand.realm, connection, stand.citizen(login))
        store.add(stand.realm, connection, stand.citizen(login), new, name=name)
    return device


def first_page(stand: Stand, browser: Browser | None = None, **parameters: str) -> Browser:
    """The page that asks for a passkey of whoever it is."""
    browser = (browser or stand.browser()).open(stand.authorize_url(**parameters))
    return to_page(stand, browser, "passkey", is_first=True)


def second_page(stand: Stand, *, login: str = VERA, browser: Browser | None = None) -> Browser:
    """The page that asks for a passkey of somebody who has given a password."""
    browser = (browser or stand.browser()).open(stand.authorize_url(acr_values="substantial"))
    return to_page(stand, browser, "passkey", is_first=False, login=login)


def give(browser: Browser, device: Device, **spoilt: Any) -> Browser:
    """Answer the page with the device."""
    return browser.submit("passkey-form", "submit", credential=device.sign(options_of(browser), **spoilt))


def adding_page(stand: Stand, browser: Browser | None = None) -> Browser:
    """Vera at the page of her account where a passkey is added, after the two steps it demands."""
    browser = (browser or stand.browser()).open(f"{stand.issuer}/account/security/passkey/add")
    if "sign-in" in browser.forms():
        stand.sign_in(browser)
    if "code-form" in browser.forms():
        browser.submit("code-form", "submit", code=stand.last_code())
    assert "add-form" in browser.forms(), browser.text
    return browser


def add(browser: Browser, device: Device, *, name: str = "Ноутбук", **spoilt: Any) -> Browser:
    """Answer that page with the device."""
    credential = device.make(options_of(browser), **spoilt)
    return browser.submit("add-form", "submit", credential=credential, name=name)
