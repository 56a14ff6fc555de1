"""A certificate by itself: read where somebody registers it, told in words, and its key ready to verify with."""

import base64
import binascii
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from asn1crypto import x509 as asn1_x509
from cryptography import x509

from idp.cms.algorithms import ClassicKey, strong_key
from idp.cms.der import check_der
from idp.cms.gost_2012 import GOST_2012_256, PublicKey, public_key
from idp.cms.message import well_formed
from idp.cms.verdict import Reason, SignatureRefused

MAX_BYTES = 16 * 1024
PEM = re.compile(rb"\s*+-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----([A-Za-z0-9+/=\s]++)-----END [A-Z0-9 ]{11,24}-----\s*+\Z")
"""Possessive, or a text of spaces would be tried in a billion ways."""
GOST_KEYS = {
    GOST_2012_256: "GOST R 34.10-2012 with 256 bits",
    "1.2.643.7.1.1.1.2": "GOST R 34.10-2012 with 512 bits",
    "1.2.643.2.2.19": "GOST R 34.10-2001",
}
RSA = "1.2.840.113549.1.1.1"
EC = "1.2.840.10045.2.1"
CertificateKind = Literal["gost", "rsa", "ec", "other"]
KINDS: dict[str, CertificateKind] = {GOST_2012_256: "gost", RSA: "rsa", EC: "ec"}
MANY_ENOUGH = 512


class CertificateRefused(ValueError):
    """It cannot be registered; the text is a sentence that says why."""


@dataclass(frozen=True)
class CertificateDescription:
    """What a certificate is. `serial` is in hexadecimal, the dates in seconds, `key` a few words such as `RSA, 2048 bits`.

    The kind is `other` where nothing signed with it would be believed.
    """

    kind: CertificateKind
    key: str
    subject: str
    issuer: str
    serial: str
    not_before: int
    not_after: int


@dataclass(frozen=True, eq=False)
class Opened:
    """A certificate that a signature is judged by: the names that a signer is found by, and the DER of its public key."""

    der: bytes
    certificate: x509.Certificate
    issuer: bytes
    serial: int
    key_identifier: bytes | None
    public_key_info: bytes

    def is_issued_by(self, issuer: asn1_x509.Name) -> bool:
        """Does it name this issuer? Libraries write a name again in other types of text, and it is the same (RFC 5280, 7.1)."""
        return bool(issuer.dump() == self.issuer or issuer == asn1_x509.Name.load(self.issuer))

    @property
    def algorithm(self) -> str:
        return self.certificate.public_key_algorithm_oid.dotted_string

    @property
    def is_gost(self) -> bool:
        return self.algorithm in GOST_KEYS

    def gost_key(self) -> PublicKey:
        """Its key of GOST R 34.10-2012 with 256 bits. Raises SignatureRefused."""
        if self.algorithm != GOST_2012_256:
            said = GOST_KEYS.get(self.algorithm, "another algorithm")
            raise SignatureRefused(
                Reason.UNSUPPORTED, f"the key of the certificate is of {said}, and 2012 with 256 bits is taken"
            )
        try:
            return public_key(self.public_key_info)
        except ValueError:
            raise SignatureRefused(Reason.UNSUPPORTED, "the curve of the key is not known here") from None

    def classic_key(self) -> ClassicKey:
        """Its key of another algorithm. Raises SignatureRefused where it is weak or unknown."""
        return strong_key(self.certificate)

    def check_dates(self, at: int) -> None:
        """Refuse it outside its dates, which it is still good at (RFC 5280, 4.1.2.5). Raises SignatureRefused."""
        if at > int(self.certificate.not_valid_after_utc.timestamp()):
            raise SignatureRefused(Reason.EXPIRED, "the certificate is no longer valid")
        if at < int(self.certificate.not_valid_before_utc.timestamp()):
            raise SignatureRefused(Reason.NOT_YET_VALID, "the certificate is not valid yet")


@lru_cache(maxsize=MANY_ENOUGH)
def open_certificate(der: bytes) -> Opened:
    """A certificate that somebody registered, kept for its next signature. Raises SignatureRefused."""
    with well_formed():
        parsed = asn1_x509.Certificate.load(der, strict=True)
        if parsed.serial_number <= 0:
            raise SignatureRefused(Reason.UNSUPPORTED, "its serial number is not positive (RFC 5280, 4.1.2.2)")
        return Opened(
            der=der,
            certificate=x509.load_der_x509_certificate(der),
            issuer=parsed.issuer.dump(),
            serial=parsed.serial_number,
            key_identifier=parsed.key_identifier,
            public_key_info=parsed["tbs_certificate"]["subject_public_key_info"].dump(),
        )


def read_certificate(document: bytes) -> bytes:
    """The DER of a certificate in PEM or DER, of a kind that signatures are verified with. Raises CertificateRefused."""
    if len(document) > 2 * MAX_BYTES:
        raise CertificateRefused(f"A certificate has at most {MAX_BYTES} bytes.")
    der = _out_of_armour(document)
    try:
        check_der(der)
        opened = open_certificate(der)
        describe_certificate(der)
        if opened.is_gost:
            opened.gost_key()
        else:
            opened.classic_key()
    except SignatureRefused as refused:
        if refused.reason is Reason.MALFORMED:
            raise CertificateRefused("It is no X.509 certificate, neither in PEM nor in DER.") from None
        raise CertificateRefused(f"Nothing signed with it would be believed: {refused.detail}.") from None
    return der


def describe_certificate(der: bytes) -> CertificateDescription:
    """What a certificate is, in words. Raises SignatureRefused where it is none."""
    opened = open_certificate(der)
    with well_formed():
        certificate = opened.certificate
        return CertificateDescription(
            kind=KINDS.get(opened.algorithm, "other"),
            key=_words_of_key(opened),
            subject=certificate.subject.rfc4514_string(),
            issuer=certificate.issuer.rfc4514_string(),
            serial=f"{opened.serial:x}",
            not_before=int(certificate.not_valid_before_utc.timestamp()),
            not_after=int(certificate.not_valid_after_utc.timestamp()),
        )


def _words_of_key(opened: Opened) -> str:
    if opened.is_gost:
        return GOST_KEYS[opened.algorithm]
    if opened.algorithm in (RSA, EC):
        bits = getattr(opened.certificate.public_key(), "key_size", 0)
        return f"{'RSA' if opened.algorithm == RSA else 'EC'}, {bits} bits"
    return opened.algorithm


def _out_of_armour(document: bytes) -> bytes:
    armoured = PEM.match(document)
    if armoured is None:
        if b"PRIVATE KEY-----" in document:
            raise CertificateRefused("It holds a private key. Keep that to yourself and send the certificate alone.")
        if document.count(b"-----BEGIN") > 1:
            raise CertificateRefused("It holds several documents. Send one certificate at a time.")
        return document
    try:
        return base64.b64decode(b"".join(armoured[1].split()), validate=True)
    except binascii.Error:
        raise CertificateRefused("The base64 of the certificate is broken.") from None
