"""The same journey over TLS on https://idp.test and https://rp.test, with certificates that the test makes for itself."""

import base64
import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from playwright.sync_api import Browser, Playwright

from tests.chromium.conftest import launch
from tests.chromium.test_bank import ANTON, choose_bank, through_bank
from tests.chromium.visit import Visit
from tests.house import VERA
from tests.houses import copy_home
from tests.running_stand import Addresses, RunningStand, free_ports, write_settings

SESSION_COOKIES = {"__Host-idp_session", "__Host-rp_session"}


@pytest.fixture(scope="module")
def leaf_and_authority(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Path]:
    """Files: the certificate of all names with its chain, its private key, and the authority that vouches for it."""
    folder = tmp_path_factory.mktemp("tls")
    authority = trustme.CA()
    leaf = authority.issue_cert("idp.test", "rp.test", "bank.test")
    certificate, private, trusted = folder / "leaf.pem", folder / "leaf.key", folder / "authority.pem"
    certificate.write_bytes(b"".join(part.bytes() for part in leaf.cert_chain_pems))
    leaf.private_key_pem.write_to_path(private)
    authority.cert_pem.write_to_path(trusted)
    return certificate, private, trusted


@pytest.fixture(scope="module")
def tls_stand(
    prepared_home: Path, tmp_path_factory: pytest.TempPathFactory, leaf_and_authority: tuple[Path, Path, Path]
) -> Iterator[RunningStand]:
    certificate, private, trusted = leaf_and_authority
    home = copy_home(prepared_home, tmp_path_factory.mktemp("tls-stand") / "home")
    idp, control, rp, bank, rp_control = free_ports(5)
    addresses = f"https://idp.test:{idp}", f"https://rp.test:{rp}"
    at = Addresses(idp, control, rp, *addresses, bank_port=bank, bank=f"https://bank.test:{bank}", rp_control_port=rp_control)
    tls = f'tls_certificate = "{certificate}"\ntls_private = "{private}"\n'
    reached = f'trusted_ca_file = "{trusted}"\n[fetch_addresses]\n"idp.test" = "127.0.0.1"\n"bank.test" = "127.0.0.1"\n'
    write_settings(home, at, idp=tls + reached, rp=tls + reached, bank=tls + reached)
    stand = RunningStand(home, at).start()
    yield stand
    assert stand.stop() == 0, stand.output


@pytest.fixture(scope="module")
def trusting_chromium(playwright: Playwright, leaf_and_authority: tuple[Path, Path, Path]) -> Iterator[Browser]:
    """Chromium that finds *.test here and trusts this one public key; every other certificate is checked as ever."""
    browser = launch(
        playwright,
        "--host-resolver-rules=MAP *.test 127.0.0.1",
        f"--ignore-certificate-errors-spki-list={_public_key_hash(leaf_and_authority[0])}",
    )
    yield browser
    browser.close()


def test_journey_over_tls_has_host_cookies_and_strict_transport(tls_stand: RunningStand, trusting_chromium: Browser) -> None:
    visit = Visit(trusting_chromium, tls_stand.at)
    code = visit.sign_in(VERA, tls_stand.phone)
    visit.look()
    visit.press("#vaccination a[href^='/records/']")
    visit.look()

    cookies = {cookie["name"]: cookie for cookie in visit.context.cookies()}
    assert cookies.keys() >= SESSION_COOKIES
    for name, cookie in cookies.items():
        assert name.startswith("__Host-"), name
        assert cookie["secure"] and cookie["path"] == "/" and not cookie["domain"].startswith("."), name
    assert all(cookies[name]["httpOnly"] and cookies[name]["sameSite"] == "Lax" for name in SESSION_COOKIES)
    for url, line in visit.witness.set_cookies:
        assert "; secure" in line.lower() and "domain=" not in line.lower(), f"{url}: {line.partition('=')[0]}"

    visit.open(f"{tls_stand.at.registry}/")
    visit.sign_out()
    visit.look()
    left = {cookie["name"] for cookie in visit.context.cookies()}
    assert not left & SESSION_COOKIES, "sign-out takes both cookies back"

    pages = visit.witness.transport_security
    assert len(pages) > 8
    assert [url for url, value in pages.items() if not (value or "").startswith("max-age=")] == []
    assert visit.witness.complaints == []
    visit.witness.assert_nothing_leaked(VERA.password, code)
    visit.close()


def test_r059_bank_over_tls_and_under_a_name_of_its_own(tls_stand: RunningStand, trusting_chromium: Browser) -> None:
    """Provider and bank are two sites here: browsers come back from another one, and the two talk by name and certificate."""
    visit = Visit(trusting_chromium, tls_stand.at)
    visit.sign_in(ANTON, tls_stand.phone)
    visit.open(f"{tls_stand.at.issuer}/account/documents")
    visit.press("#add-bank")
    through_bank(visit, to="#bank .enrolled")
    visit.open(f"{tls_stand.at.registry}/")
    visit.sign_out()
    choose_bank(visit)
    through_bank(visit, to="#person")
    assert visit.page.url == f"{tls_stand.at.registry}/"
    assert "__Host-bank_session" in {cookie["name"] for cookie in visit.context.cookies()}
    assert visit.witness.complaints == []
    visit.close()


def test_chromium_that_does_not_know_the_authority_refuses_the_stand(tls_stand: RunningStand, playwright: Playwright) -> None:
    """The counter-example: certificate checks are on, and it is the pinned key alone that opens the door above."""
    strict = launch(playwright, "--host-resolver-rules=MAP *.test 127.0.0.1")
    page = strict.new_page()
    with pytest.raises(Exception, match="ERR_CERT_AUTHORITY_INVALID"):
        page.goto(tls_stand.at.registry)
    strict.close()


def _public_key_hash(certificate: Path) -> str:
    key = x509.load_pem_x509_certificate(certificate.read_bytes()).public_key()
    return base64.b64encode(hashlib.sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).digest()).decode()
