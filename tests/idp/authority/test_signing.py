"""What the stand signs, OpenSSL believes; and what OpenSSL signs, the stand."""

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519

from idp.authority.citizen_certificates import Issued
from idp.authority.judging import verify_signature
from idp.authority.private_keys import ALGORITHMS, Algorithm
from idp.authority.revocation import make_list
from idp.authority.signing import sign
from idp.authority.signing_root import open_signing_root
from tests.idp.authority.conftest import issued_by
from tests.idp.openssl import OpenSsl
from tests.idp.stand import Stand

TEXT = "Согласие\r\nна обработку\n".encode()


def believed(stand: Stand) -> bytes:
    """The root and the list of revoked certificates, as OpenSSL reads them."""
    root = open_signing_root(stand.realm)
    with stand.realm.database.read() as connection:
        revoked = x509.load_der_x509_crl(make_list(stand.realm, connection, root))
    pem = serialization.Encoding.PEM
    return root.certificate.public_bytes(pem) + revoked.public_bytes(pem)


def certificate_pem(issued: Issued) -> bytes:
    return x509.load_der_x509_certificate(issued.certificate).public_bytes(serialization.Encoding.PEM)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_r058_openssl_believes_what_the_stand_signs(stand: Stand, openssl: OpenSsl, algorithm: Algorithm) -> None:
    issued = issued_by(stand, algorithm)
    verify = [
        "cms", "-verify", "-inform", "DER", "-binary", "-in", "signature", "-CAfile", "believed", "-no-CApath", "-no-CAstore",
        "-purpose", "any", "-crl_check", "-attime", str(stand.clock.now()), "-content",
    ]  # fmt: skip
    files = {"signature": sign(TEXT, issued.certificate, issued.private), "believed": believed(stand), "text": TEXT, "other": b""}
    ended = openssl(*verify, "text", **files)
    assert (ended.returncode, ended.stdout) == (0, TEXT), ended.stderr
    assert openssl(*verify, "other").returncode != 0


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_stand_believes_what_openssl_signs(stand: Stand, openssl: OpenSsl, algorithm: Algorithm) -> None:
    issued = issued_by(stand, algorithm)
    signature = openssl.made(
        "signature", "cms", "-sign", "-binary", "-in", "text", "-signer", "both.pem", "-outform", "PEM",
        **{"text": TEXT, "both.pem": certificate_pem(issued) + issued.private},
    )  # fmt: skip
    assert signature.startswith(b"-----BEGIN CMS-----")
    assert verify_signature(stand.realm, signature, TEXT).serial == issued.serial


def test_key_that_does_not_sign_here_is_said_so(stand: Stand) -> None:
    key = ed25519.Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    with pytest.raises(TypeError, match="Ed25519PrivateKey"):
        sign(TEXT, issued_by(stand).certificate, key)
