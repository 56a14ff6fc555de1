"""Signing in with a certificate in a real browser: the key is read on the page, and only a signature leaves it."""

import base64
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization.pkcs12 import PBES, serialize_key_and_certificates
from playwright.sync_api import Browser, Request
from playwright.sync_api import Page as ChromiumPage

from idp.authority.signing import sign
from tests.chromium.test_accessibility import authorization_of_a_new_client
from tests.chromium.visit import Visit
from tests.house import PEOPLE, Person
from tests.running_stand import RunningStand

BUNDLE = Path(__file__).parents[2] / "idp" / "authentication" / "methods" / "e_signature" / "static" / "built" / "signing.js"
STRETCH = 24
"""Bytes of a file that are looked for in what was sent: a multiple of three, which base64 keeps together."""
ANTON = PEOPLE["anton"]


@dataclass
class Wire:
    """Everything that the browser sent: addresses, headers and bodies."""

    sent: list[bytes] = field(default_factory=list)
    posted: list[str] = field(default_factory=list)

    def watch(self, page: ChromiumPage) -> None:
        page.on("request", self._keep)

    def _keep(self, request: Request) -> None:
        headers = "".join(f"{name}: {value}\n" for name, value in request.headers.items())
        self.posted += [request.url] if request.method == "POST" else []
        self.sent += [request.url.encode(), headers.encode(), request.post_data_buffer or b""]

    def assert_never_sent(self, secret: bytes) -> None:
        spellings = (secret, base64.b64encode(secret).rstrip(b"="), secret.hex().encode())
        assert not [text for text in self.sent for spelling in spellings if spelling in text]


@pytest.fixture(autouse=True)
def bundle() -> None:
    """The script is made by scripts/assets; a stand without it shows the other way, and is tested in process."""
    assert BUNDLE.exists(), "run scripts/assets"


@pytest.fixture
def wire() -> Wire:
    return Wire()


def certify(stand: RunningStand, person: Person, **terms: Any) -> dict[str, Any]:
    with requests.Session() as session:
        session.trust_env = False
        answer = session.post(
            f"{stand.phone.control}/certificates",
            json={"person": person.phone, **terms},
            headers={"Authorization": f"Bearer {stand.phone.token}"},
            timeout=30,
        )
    assert answer.status_code == 201, answer.text
    body: dict[str, Any] = answer.json()
    return body


def reach(stand: RunningStand, chromium: Browser, visits: list[Visit], wire: Wire) -> Visit:
    """From the registry's door to the tab of the signature."""
    visit = Visit(chromium, stand.at)
    visits.append(visit)
    visit.open(f"{stand.at.registry}/")
    visit.press(".tabs a:has-text('Электронная подпись')")
    wire.watch(visit.page)
    return visit


def choose(visit: Visit, packed: bytes, password: str) -> None:
    visit.page.set_input_files("#key-file", {"name": "ключ.p12", "mimeType": "application/x-pkcs12", "buffer": packed})
    visit.page.fill("#key-password", password)


@pytest.mark.parametrize("algorithm", ["rsa", "ec"])
def test_r057_somebody_signs_in_from_the_registry_with_a_file_and_neither_it_nor_its_password_is_sent(
    running_stand: RunningStand, chromium: Browser, visits: list[Visit], wire: Wire, algorithm: str
) -> None:
    made = certify(running_stand, ANTON, algorithm=algorithm)
    packed = base64.b64decode(made["pkcs12"])
    visit = reach(running_stand, chromium, visits, wire)
    visit.look()
    choose(visit, packed, made["password"])
    visit.press("#sign-here-button")
    visit.look()
    if visit.page.query_selector("#consent"):
        visit.press("#allow")
    assert visit.page.url == f"{running_stand.at.registry}/"
    assert visit.witness.complaints == []
    visit.witness.assert_nothing_leaked(made["password"])
    assert any(b"signature=" in text for text in wire.sent), "the signature was sent"
    wire.assert_never_sent(made["password"].encode())
    for offset in range(0, len(packed) - STRETCH, STRETCH):
        wire.assert_never_sent(packed[offset : offset + STRETCH])


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        ({"password": "not this one"}, "Пароль к файлу не подошёл"),
        ({"pkcs12": base64.b64encode(b"a photograph").decode()}, "Это не хранилище ключа PKCS#12"),
        ({"pkcs12": None}, "Выберите файл с ключом и сертификатом"),
    ],
    ids=["wrong password", "no container", "no file"],
)
def test_r057_file_that_cannot_be_opened_is_told_on_the_page(
    running_stand: RunningStand, chromium: Browser, visits: list[Visit], wire: Wire, spoil: dict[str, Any], sentence: str
) -> None:
    made = certify(running_stand, ANTON) | spoil
    visit = reach(running_stand, chromium, visits, wire)
    if made["pkcs12"] is not None:
        choose(visit, base64.b64decode(made["pkcs12"]), made["password"])
    visit.page.click("#sign-here-button")
    visit.page.wait_for_selector("#sign-here-error:not([hidden])")
    assert sentence in visit.page.inner_text("#sign-here-error")
    assert visit.page.is_enabled("#sign-here-button")
    assert visit.witness.complaints == []
    assert wire.posted == []


def test_r111_certificate_that_has_run_out_is_named_before_anything_is_sent(
    running_stand: RunningStand, chromium: Browser, visits: list[Visit], wire: Wire
) -> None:
    made = certify(running_stand, ANTON, not_before=1_600_000_000, not_after=1_600_086_400)
    visit = reach(running_stand, chromium, visits, wire)
    choose(visit, base64.b64decode(made["pkcs12"]), made["password"])
    visit.page.click("#sign-here-button")
    visit.page.wait_for_selector("#sign-here-error:not([hidden])")
    said = visit.page.inner_text("#sign-here-error")
    assert "Антон" in said and "закончился 14 сентября 2020" in said, said
    assert visit.page.is_visible("text=Войти другим способом")
    assert wire.posted == []


@pytest.mark.parametrize("encryption", ["legacy", "no key"])
def test_r057_old_file_and_file_without_a_key_are_told_apart(
    running_stand: RunningStand, chromium: Browser, visits: list[Visit], wire: Wire, encryption: str
) -> None:
    made = certify(running_stand, ANTON, algorithm="rsa")
    key = serialization.load_pem_private_key(made["private_key"].encode(), None)
    assert isinstance(key, rsa.RSAPrivateKey)
    signer = x509.load_pem_x509_certificate(made["certificate"].encode())
    if encryption == "legacy":
        old = serialization.PrivateFormat.PKCS12.encryption_builder().key_cert_algorithm(PBES.PBESv1SHA1And3KeyTripleDESCBC)
        packed = serialize_key_and_certificates(b"old", key, signer, None, old.hmac_hash(SHA256()).build(b"secret"))
    else:
        packed = serialize_key_and_certificates(b"bare", None, signer, None, serialization.NoEncryption())
    visit = reach(running_stand, chromium, visits, wire)
    choose(visit, packed, "secret")
    visit.page.click("#sign-here-button")
    visit.page.wait_for_selector("#sign-here-error:not([hidden])")
    said = visit.page.inner_text("#sign-here-error")
    assert ("старым способом" if encryption == "legacy" else "нет закрытого ключа") in said, said


def test_r057_signature_of_another_tool_is_uploaded(
    running_stand: RunningStand, chromium: Browser, visits: list[Visit], wire: Wire
) -> None:
    made = certify(running_stand, ANTON)
    visit = reach(running_stand, chromium, visits, wire)
    page = visit.page
    page.click("#sign-elsewhere summary")
    with page.expect_download() as downloading:
        page.click("#download")
    text = downloading.value.path().read_bytes()
    der = x509.load_pem_x509_certificate(made["certificate"].encode()).public_bytes(serialization.Encoding.DER)
    signature = sign(text, der, made["private_key"].encode())
    page.set_input_files("#signature-file", {"name": "вход.p7s", "mimeType": "application/pkcs7-signature", "buffer": signature})
    visit.press("#upload")
    visit.look()
    if page.query_selector("#consent"):
        visit.press("#allow")
    assert page.url == f"{running_stand.at.registry}/"
    assert visit.witness.complaints == []


def test_r058_consent_is_signed_in_the_browser_and_kept_for_the_person(
    running_stand: RunningStand, chromium: Browser, visits: list[Visit], wire: Wire
) -> None:
    made = certify(running_stand, ANTON)
    visit = Visit(chromium, running_stand.at)
    visits.append(visit)
    page = visit.page
    visit.open(authorization_of_a_new_client(running_stand))
    visit.press(".tabs a:has-text('Электронная подпись')")
    choose(visit, base64.b64decode(made["pkcs12"]), made["password"])
    visit.press("#sign-here-button")
    visit.press("#sign-consent")
    visit.look()
    assert "Дневник здоровья" in page.inner_text("#text-to-sign")
    wire.watch(page)
    choose(visit, base64.b64decode(made["pkcs12"]), made["password"])
    visit.witness.expected_statuses.add(404)  # the new client has no page of its own
    visit.press("#sign-here-button")
    assert "code=" in page.url
    wire.assert_never_sent(made["password"].encode())
    visit.open(f"{running_stand.at.issuer}/account/documents")
    assert "Дневник здоровья" in page.inner_text("#signed-consents")
    for name in ("Текст", "Подпись"):
        with page.expect_download() as downloading:
            page.click(f"#signed-consents a:has-text('{name}')")
        assert downloading.value.suggested_filename == {"Текст": "text.txt", "Подпись": "text.p7s"}[name]
    assert visit.witness.complaints == []
