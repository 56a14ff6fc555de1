"""Electronic signature: a text of the stand, signed with a certificate of its authority."""

import base64
from collections.abc import Callable

from idp.authority.citizen_certificates import Issued, Terms, issue
from idp.authority.signing import sign
from idp.citizens import directory
from tests.browser import Browser
from tests.idp.stand import Stand
from tests.suites.sign_in_methods.driver import Driver, to_page


def page(stand: Stand) -> Browser:
    browser = stand.browser().open(stand.authorize_url(acr_values="high"))
    return to_page(stand, browser, "signature", is_first=True)


def certify(stand: Stand, terms: Terms | None = None, *, login: str = "vera@example.test") -> Issued:
    """A fresh certificate of somebody."""
    with stand.realm.database.write() as connection:
        person = directory.find_by_login(stand.realm, connection, login)
        assert person is not None, login
        return issue(stand.realm, connection, person.id, person.data, terms, actor="operator:test")


def text_of(browser: Browser) -> bytes:
    """The text to sign, downloaded from the page that asks for it."""
    return browser.session.get(browser.url.partition("?")[0] + "/challenge.txt").content


def signed(browser: Browser, issued: Issued, *, text: Callable[[bytes], bytes] = bytes) -> str:
    """The signature over the text of the page, in base64."""
    return base64.b64encode(sign(text(text_of(browser)), issued.certificate, issued.private)).decode("ascii")


def give(browser: Browser, signature: str) -> Browser:
    return browser.submit("signature-form", signature=signature)


def good(stand: Stand) -> Browser:
    browser = page(stand)
    return give(browser, signed(browser, certify(stand)))


def wrong(stand: Stand) -> Browser:
    """Somebody changed the text before it was signed."""
    browser = page(stand)
    return give(browser, signed(browser, certify(stand), text=lambda content: content + b"!"))


def expired(stand: Stand) -> Browser:
    """The text was signed in time, and handed in too late."""
    browser = page(stand)
    signature = signed(browser, certify(stand))
    stand.clock.advance(301)
    return give(browser, signature)


def replayed(stand: Stand) -> Browser:
    """A signature that was refused is sent once more, as it was."""
    browser = page(stand)
    form = browser.forms()["signature-form"]
    answer = form.values | {"signature": signed(browser, certify(stand), text=lambda content: content + b"!")}
    for _ in range(2):
        browser.answer = browser.session.post(form.action, data=answer)
    return browser


def not_enrolled(stand: Stand) -> Browser:
    """The certificate names a СНИЛС that no account has."""
    browser = page(stand)
    return give(browser, signed(browser, certify(stand, Terms(snils="087-654-303 00"))))


DRIVER = Driver(
    method="signature",
    acr_values="high",
    acr="high",
    amr=("swk",),
    good=good,
    wrong=wrong,
    expired=expired,
    replayed=replayed,
    not_enrolled=not_enrolled,
    journal={
        "wrong": "proof.checked wrong_content",
        "expired": "proof.checked challenge_expired",
        "replayed": "proof.checked replayed",
        "not_enrolled": "proof.checked no_account",
    },
    said={
        "wrong": "Подписан другой текст",
        "expired": "Текст можно было подписать за пять минут",
        "replayed": "Каждый текст подписывают один раз",
        "not_enrolled": "Учётной записи с СНИЛС из этого сертификата здесь нет",
    },
    is_first=True,
)
