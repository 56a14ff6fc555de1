"""R058: a consent can be signed; text and signature are kept, and prove what was agreed to without us."""

import base64
from collections.abc import Callable
from pathlib import Path

import pytest

from idp.authority.citizen_certificates import Issued, Terms
from idp.authority.signing import sign
from tests.browser import Browser
from tests.idp.openssl import open_program
from tests.idp.stand import Stand
from tests.suites.sign_in_methods.signature import certify

PYOTR = "pyotr@example.test"
SCOPE = "openid profile snils"


def page(stand: Stand) -> Browser:
    """Vera at the page where a consent is signed."""
    browser = stand.browser().open(stand.authorize_url(scope=SCOPE))
    stand.sign_in(browser)
    return browser.open(browser.url + "/sign")


def text_of(browser: Browser) -> bytes:
    return browser.session.get(browser.url.removesuffix("/sign") + "/consent.txt").content


def give(browser: Browser, issued: Issued, *, text: Callable[[bytes], bytes] = bytes) -> Browser:
    signature = sign(text(text_of(browser)), issued.certificate, issued.private)
    return browser.submit("signature-form", signature=base64.b64encode(signature).decode("ascii"))


def outcome(stand: Stand) -> object:
    return next(event["outcome"] for event in reversed(stand.events()) if event["action"] == "consent.signed")


def test_r058_signed_consent_is_kept_and_verifies_with_openssl(stand: Stand, tmp_path: Path) -> None:
    openssl = open_program(tmp_path)
    browser = page(stand)
    agreed = text_of(browser)
    give(browser, certify(stand))
    tokens = stand.redeem(stand.code_from(browser)).body
    assert stand.userinfo(str(tokens["access_token"])).json()["snils"] == "000-000-017 00", "it is a consent as any other"

    documents = browser.open(f"{stand.issuer}/account/documents").answer.text
    address = documents.partition('href="/account/documents/signed/')[2].partition("/text.txt")[0]
    folder = f"{stand.issuer}/account/documents/signed/{address}"
    text, signature = (browser.session.get(f"{folder}/{name}").content for name in ("text.txt", "text.p7s"))
    assert text == agreed
    root = browser.session.get(f"{stand.issuer}/authority/root.pem").content
    verify = ("cms", "-verify", "-inform", "DER", "-in", "text.p7s", "-content", "text.txt", "-CAfile", "root.pem")
    at = ("-attime", str(stand.clock.now()))
    files = {"text.p7s": signature, "root.pem": root}
    assert openssl(*verify, *at, "-binary", **{**files, "text.txt": text}).returncode == 0
    assert openssl(*verify, *at, **{**files, "text.txt": text}).returncode == 0, "as a letter, too"
    assert openssl(*verify, *at, "-binary", **{**files, "text.txt": text + b" "}).returncode != 0


def test_r058_text_says_exactly_what_is_agreed_to(stand: Stand) -> None:
    lines = text_of(page(stand)).decode().split("\r\n")
    assert "Кто соглашается: Ромашкина Вера Тимофеевна, 000-000-017 00" in lines
    assert "Какой сервис: Учебная поликлиника (localhost:9999), client" in lines
    assert "Области доступа: openid profile snils" in lines
    assert "— СНИЛС: 000-000-017 00" in lines
    assert "Составлено: 2026-11-22 12:33:20+03:00" in lines
    assert any(line.startswith("Разовый номер: ") for line in lines)
    assert not any("Телефон" in line for line in lines), "nothing else is handed out"


def test_r058_consent_may_be_given_unsigned_as_before(stand: Stand) -> None:
    browser = page(stand)
    browser.open(browser.url.removesuffix("/sign")).submit("consent", "allow")
    assert stand.code_from(browser)
    assert stand.rows("SELECT * FROM signed_consents") == []


@pytest.mark.parametrize(
    ("terms", "login", "text", "reason", "sentence"),
    [
        (None, PYOTR, bytes, "other_person", "Это сертификат другого человека. Возьмите новый или ответьте без подписи."),
        (Terms(not_after=Stand.START - 60), "vera@example.test", bytes, "expired", "Сертификат закончился 22 ноября."),
        (Terms(has_snils=False), "vera@example.test", bytes, "no_snils", "В сертификате нет СНИЛС"),
        (None, "vera@example.test", lambda content: content + b"!", "wrong_content", "Подписан другой текст."),
    ],
    ids=["another's", "expired", "nobody's", "another text"],
)
def test_r058_signature_that_is_refused_gives_no_consent(
    stand: Stand, terms: Terms | None, login: str, text: Callable[[bytes], bytes], reason: str, sentence: str
) -> None:
    browser = page(stand)
    give(browser, certify(stand, terms, login=login), text=text)
    assert (browser.status, outcome(stand)) == (400, reason)
    assert sentence in browser.text
    assert stand.rows("SELECT * FROM consents") == stand.rows("SELECT * FROM signed_consents") == []
    give(browser, certify(stand))
    assert stand.code_from(browser), "the page has a new text to sign"


def test_r058_text_is_signed_once_and_in_five_minutes(stand: Stand) -> None:
    browser = page(stand)
    issued = certify(stand)
    form = browser.forms()["signature-form"]
    answer = form.values | {"signature": base64.b64encode(sign(text_of(browser), issued.certificate, issued.private)).decode()}
    stand.clock.advance(301)
    for expected in ("challenge_expired", "replayed"):
        browser.answer = browser.session.post(form.action, data=answer)
        assert (browser.status, outcome(stand)) == (400, expected)
    assert stand.rows("SELECT * FROM consents") == []


def test_r058_signature_without_the_page_of_this_person_is_not_looked_at(stand: Stand) -> None:
    browser = page(stand)
    written = stand.actions()
    browser.submit("signature-form", signature="AAAA", shown_to="somebody else")
    assert browser.status == 200 and browser.url.endswith("/sign")
    assert stand.actions() == written


def test_r058_signed_consents_are_their_givers_only(stand: Stand) -> None:
    give(page(stand), certify(stand))
    [(signed_id, sealed)] = stand.rows("SELECT id, sealed FROM signed_consents")
    assert isinstance(sealed, bytes) and "Ромашкина".encode() not in sealed
    address = f"{stand.issuer}/account/documents/signed/{signed_id}/text.txt"
    assert stand.browser().open(address).url.startswith(f"{stand.issuer}/sign-in/"), "nobody is asked who they are"
    maya = stand.browser().open(f"{stand.issuer}/account")
    stand.sign_in(maya, login="maya@example.test", password="oduvanchik-19")
    assert "Майя" in maya.text or "Мая" in maya.text
    assert maya.open(address).status == 404
    assert "signed-consents" not in maya.open(f"{stand.issuer}/account/documents").answer.text


def test_link_to_signing_stands_on_the_page_that_asks(stand: Stand) -> None:
    browser = page(stand)
    browser.open(browser.url.removesuffix("/sign"))
    assert 'id="sign-consent"' in browser.answer.text


@pytest.mark.parametrize("stand_settings", [{"disabled_methods": ("signature",)}])
def test_signing_is_shut_with_its_method(stand: Stand, stand_settings: dict[str, object]) -> None:
    browser = page(stand)
    assert browser.url.endswith("/consent/" + browser.url.rpartition("/")[2])
    assert 'id="sign-consent"' not in browser.answer.text
