"""What somebody registers as a certificate is one, in PEM or DER, of a kind that signatures are verified with."""

import pytest
from asn1crypto import x509 as asn1_x509

from idp.cms.certificate import CertificateRefused, describe_certificate, read_certificate
from idp.cms.verdict import Reason, SignatureRefused
from tests.idp.cms.certifying import Authority, Signer, der, make_private
from tests.idp.esia.keys import BEGINS, ENDS, gost_identity, rsa_identity


def test_certificate_is_read_from_pem_and_from_der(signer: Signer) -> None:
    for identity in (rsa_identity(), gost_identity()):
        pem = identity.certificate_pem
        for document in (identity.der, pem, b"\n" + pem + b"\n\n", pem.replace(b"\n", b"\r\n")):
            assert read_certificate(document) == identity.der
    assert read_certificate(der(signer.certificate)) == der(signer.certificate)


def test_what_a_certificate_is_can_be_told(signer: Signer) -> None:
    rsa, gost, ec = (describe_certificate(each) for each in (rsa_identity().der, gost_identity().der, der(signer.certificate)))
    assert [(each.kind, each.key) for each in (rsa, gost, ec)] == [
        ("rsa", "RSA, 2048 bits"), ("gost", "GOST R 34.10-2012 with 256 bits"), ("ec", "EC, 256 bits")
    ]  # fmt: skip
    assert rsa.subject == rsa.issuer == "CN=Учебная система"
    assert rsa.serial == f"{rsa_identity().certificate.serial_number:x}"
    assert (gost.not_before, gost.not_after) == (BEGINS, ENDS)


@pytest.mark.parametrize(
    ("document", "said"),
    [
        (b"", "no X.509 certificate"),
        (b"hello", "no X.509 certificate"),
        (b"\x30\x03\x02\x01\x01", "no X.509 certificate"),
        (b"\x30\x80" * 5_000, "no X.509 certificate"),
        (b"-----BEGIN CERTIFICATE-----\nAAA\n-----END CERTIFICATE-----", "base64"),
        (b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----", "no X.509 certificate"),
        (b"-----BEGIN CERTIFICATE-----" + b" " * 30_000, "no X.509 certificate"),
        (b"\x30" * 100_000, "at most"),
    ],
    ids=["nothing", "text", "asn.1", "bomb", "base64", "short", "spaces", "large"],
)
def test_what_is_no_certificate_is_refused_in_a_sentence(document: bytes, said: str) -> None:
    with pytest.raises(CertificateRefused, match=said) as refused:
        read_certificate(document)
    assert str(refused.value).endswith(".")


def test_private_key_is_never_taken_for_a_certificate() -> None:
    identity = rsa_identity()
    for document in (identity.key_pem, identity.certificate_pem + identity.key_pem, gost_identity().key_pem):
        with pytest.raises(CertificateRefused, match="private key"):
            read_certificate(document)


def test_one_certificate_at_a_time() -> None:
    with pytest.raises(CertificateRefused, match="several"):
        read_certificate(rsa_identity().certificate_pem + gost_identity().certificate_pem)
    with pytest.raises(CertificateRefused, match=r"no X\.509"):
        read_certificate(rsa_identity().der + b"\x00")


@pytest.mark.parametrize(("kind", "said"), [("rsa-1024", "1024 bits"), ("ec-192", "192 bits")])
def test_es_11_certificate_with_a_weak_key_is_refused_when_it_is_registered(authority: Authority, kind: str, said: str) -> None:
    with pytest.raises(CertificateRefused, match=said):
        read_certificate(der(authority.certify(make_private(kind)).certificate))


def test_certificate_without_a_serial_number_of_its_own_is_refused() -> None:
    """`openssl req -x509 -set_serial 0` makes one."""
    parsed = asn1_x509.Certificate.load(rsa_identity().der)
    for serial in (0, -1):
        parsed["tbs_certificate"]["serial_number"] = serial
        with pytest.raises(CertificateRefused, match="serial number"):
            read_certificate(parsed.dump())


def test_what_is_no_certificate_is_nothing_to_tell_of() -> None:
    for noise in (b"", b"\x30\x00", b"\x30\x03\x02\x01\x01", rsa_identity().der[:-1]):
        with pytest.raises(SignatureRefused) as refused:
            describe_certificate(noise)
        assert refused.value.reason is Reason.MALFORMED
