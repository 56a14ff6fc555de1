"""Whoever asks the authority of a stand who was revoked is told in the two standard ways, wherever the clock stands."""

import base64
from dataclasses import replace

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509 import ocsp
from werkzeug.test import Client

from idp.app import make_app
from idp.authority import register
from idp.authority.citizen_certificates import Issued, issue
from idp.authority.judging import verify_signature
from idp.authority.revocation import issuer_hashes
from idp.authority.signing import sign
from idp.authority.signing_root import make_root, open_signing_root
from idp.cms.verdict import SignatureRefused
from tests.idp.authority.conftest import issued_by, person_of
from tests.idp.authority.test_signing import certificate_pem
from tests.idp.openssl import OpenSsl
from tests.idp.sandboxes.sandbox import Sandbox
from tests.idp.stand import Stand

TEN_YEARS = 3650 * 24 * 3600


def get(stand: Stand, path: str) -> requests.Response:
    answer = stand.http().get(stand.issuer + path)
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
    return answer


def post(stand: Stand, request: bytes) -> requests.Response:
    headers = {"Content-Type": "application/ocsp-request"}
    return stand.http().post(f"{stand.issuer}/authority/ocsp", data=request, headers=headers)


def revoke(stand: Stand, issued: Issued) -> None:
    with stand.realm.database.write() as connection:
        assert register.revoke(stand.realm, connection, issued.serial, actor="operator:test")


def status_by_openssl(stand: Stand, openssl: OpenSsl, issued: Issued, *options: str) -> str:
    """What OpenSSL's client reads from the response, having judged the response itself."""
    root = get(stand, "/authority/root.pem").content
    files = {"root": root, "certificate": certificate_pem(issued)}
    made = openssl("ocsp", *options, "-issuer", "root", "-cert", "certificate", "-reqout", "request", **files)
    assert made.returncode == 0, made.stderr
    answer = post(stand, (openssl.folder / "request").read_bytes())
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/ocsp-response")
    # The nonce is that of the request which is read; without the option another one would be expected.
    read = openssl(
        "ocsp", *options, "-no_nonce", "-issuer", "root", "-cert", "certificate", "-reqin", "request", "-respin", "response",
        "-CAfile", "root", "-no-CApath", "-no-CAstore", "-attime", str(stand.clock.now()),
        "-validity_period", str(10 * TEN_YEARS),
        response=answer.content,
    )  # fmt: skip
    assert b"Response verify OK" in read.stderr, read.stderr
    return read.stdout.decode().splitlines()[0].removeprefix("certificate: ")


@pytest.mark.parametrize("options", [[], ["-sha256"], ["-no_nonce"]], ids=["sha1", "sha256", "without a nonce"])
def test_openssl_asks_by_ocsp(stand: Stand, openssl: OpenSsl, options: list[str]) -> None:
    issued = issued_by(stand)
    assert status_by_openssl(stand, openssl, issued, *options) == "good"
    revoke(stand, issued)
    assert status_by_openssl(stand, openssl, issued, *options) == "revoked"
    stand.execute("DELETE FROM certificates")
    assert status_by_openssl(stand, openssl, issued, *options) == "unknown"


def test_openssl_reads_the_list(stand: Stand, openssl: OpenSsl) -> None:
    good, gone = issued_by(stand), issued_by(stand)
    revoke(stand, gone)
    answer = get(stand, "/authority/crl")
    assert answer.headers["Content-Type"] == "application/pkix-crl"
    read = openssl(
        "crl", "-inform", "DER", "-in", "list", "-CAfile", "root", "-noout", "-text",
        list=answer.content, root=get(stand, "/authority/root.pem").content,
    )  # fmt: skip
    assert b"verify OK" in read.stderr
    text = read.stdout.decode().lower()
    assert f"serial number: {gone.serial.zfill(40)}" in text
    assert good.serial not in text


def test_r057_clock_that_a_test_moves_moves_lists_and_responses(stand: Stand, openssl: OpenSsl) -> None:
    issued = issued_by(stand)
    revoke(stand, issued)
    for seconds in (3 * 3600, TEN_YEARS, -TEN_YEARS - 3 * 3600):
        stand.clock.advance(seconds)
        known = x509.load_der_x509_crl(get(stand, "/authority/crl").content)
        assert known.last_update_utc.timestamp() == stand.clock.now()
        assert known.next_update_utc is not None
        assert known.next_update_utc.timestamp() == stand.clock.now() + 3600
        response = ocsp.load_der_ocsp_response(post(stand, request_for(stand, issued)).content)
        assert response.produced_at_utc == response.this_update_utc == known.last_update_utc
        assert response.certificate_status is ocsp.OCSPCertStatus.REVOKED
    stand.clock.advance(-1)  # before it was revoked, nobody knew
    assert ocsp.load_der_ocsp_response(post(stand, request_for(stand, issued)).content).certificate_status is (
        ocsp.OCSPCertStatus.GOOD
    )
    assert len(x509.load_der_x509_crl(get(stand, "/authority/crl").content)) == 0


def request_for(stand: Stand, issued: Issued, nonce: bytes | None = None, *, foreign: bool = False) -> bytes:
    """An OCSP request, of our authority or of another one."""
    root = make_root(stand.realm.chance) if foreign else open_signing_root(stand.realm)
    name, key = issuer_hashes(root, hashes.SHA256())
    builder = ocsp.OCSPRequestBuilder().add_certificate_by_hash(name, key, int(issued.serial, 16), hashes.SHA256())
    if nonce is not None:
        builder = builder.add_extension(x509.OCSPNonce(nonce), critical=False)
    return builder.build().public_bytes(serialization.Encoding.DER)


def test_ocsp_can_be_asked_by_get(stand: Stand) -> None:
    """Base64 has slashes, also two in a row; some leave the padding out."""
    issued = issued_by(stand)
    for nonce in (b"\xff" * 12, b"\xff" * 13, b"0"):
        encoded = base64.b64encode(request_for(stand, issued, nonce)).decode()
        for spelling in (encoded, encoded.replace("/", "%2F").replace("+", "%2B").replace("=", "%3D"), encoded.rstrip("=")):
            response = ocsp.load_der_ocsp_response(get(stand, f"/authority/ocsp/{spelling}").content)
            assert response.certificate_status is ocsp.OCSPCertStatus.GOOD
            assert response.extensions.get_extension_for_class(x509.OCSPNonce).value.nonce == nonce


def test_ocsp_says_nothing_of_other_authorities(stand: Stand) -> None:
    answer = post(stand, request_for(stand, issued_by(stand), foreign=True))
    assert ocsp.load_der_ocsp_response(answer.content).certificate_status is ocsp.OCSPCertStatus.UNKNOWN


@pytest.mark.parametrize("request_", [b"", b"junk", b"\x30\x00", b"\x30" * 5000], ids=["nothing", "junk", "empty", "many"])
def test_ocsp_request_that_is_none_is_said_so(stand: Stand, request_: bytes) -> None:
    asked = [post(stand, request_), stand.http().get(f"{stand.issuer}/authority/ocsp/{base64.b64encode(request_).decode()}x!")]
    for answer in asked:
        assert answer.status_code == 200
        status = ocsp.load_der_ocsp_response(answer.content).response_status
        assert status is ocsp.OCSPResponseStatus.MALFORMED_REQUEST


def test_ocsp_signs_no_nonce_of_any_length(stand: Stand) -> None:
    """It would sign whatever somebody likes."""
    issued = issued_by(stand)
    for length, expected in ((32, ocsp.OCSPResponseStatus.SUCCESSFUL), (33, ocsp.OCSPResponseStatus.MALFORMED_REQUEST)):
        answer = post(stand, request_for(stand, issued, b"n" * length))
        assert ocsp.load_der_ocsp_response(answer.content).response_status is expected


def test_other_methods_are_refused(stand: Stand) -> None:
    for path, allowed in (("root.pem", "GET, HEAD"), ("crl", "GET, HEAD"), ("ocsp", "POST"), ("ocsp/MAA=", "GET, HEAD")):
        for method in {"GET", "POST", "PUT", "DELETE"} - set(allowed.split(", ")):
            answer = stand.http().request(method, f"{stand.issuer}/authority/{path}")
            assert (answer.status_code, answer.headers["Allow"]) == (405, allowed)
    head = stand.http().head(f"{stand.issuer}/authority/crl")
    assert (head.status_code, head.content) == (200, b"")
    assert int(head.headers["Content-Length"]) > 100


def test_sandbox_has_an_authority_of_its_own(stand: Stand) -> None:
    sandbox = Sandbox.make(stand)
    person = person_of(stand)
    with sandbox.realm.database.write() as connection:
        issued = issue(sandbox.realm, connection, person.id, person.data, actor="operator:test")
    signature = sign(b"text", issued.certificate, issued.private)
    assert verify_signature(sandbox.realm, signature, b"text").serial == issued.serial
    with pytest.raises(SignatureRefused, match="untrusted"):
        verify_signature(stand.realm, signature, b"text")
    root = stand.http().get(f"{sandbox.issuer}/authority/root.pem").content
    assert root != get(stand, "/authority/root.pem").content
    point = x509.load_der_x509_certificate(issued.certificate).extensions.get_extension_for_class(x509.CRLDistributionPoints)
    assert point.value[0].full_name is not None
    address = point.value[0].full_name[0].value
    assert address == f"{sandbox.issuer}/authority/crl"
    assert x509.load_der_x509_crl(stand.http().get(address).content).is_signature_valid(
        x509.load_pem_x509_certificate(root).public_key()  # type: ignore[arg-type]
    )


def test_authority_is_unknown_in_production(stand: Stand) -> None:
    settings = replace(stand.settings, environment="production", issuer="https://idp.test", codes_per_hour=5)
    client = Client(make_app(replace(stand.realm, settings=settings, _memory={})))
    for path in ("/authority/root.pem", "/authority/crl", "/authority/ocsp", "/authority/ocsp/MAA="):
        for method in ("GET", "POST"):
            assert client.open(path, method=method, base_url="https://idp.test").status_code == 404
