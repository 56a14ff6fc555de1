"""Judging a signature by certificates that were registered for whoever signs: trust is that list, and nothing else.

No chain, no authority and no revocation: ESIA's test system takes self-signed certificates. A certificate inside a message
only says which of the registered ones is meant. From the cheapest question to the dearest, and no process for any of them.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from asn1crypto import cms
from asn1crypto import x509 as asn1_x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from idp.cms.algorithms import DIGESTS, check_signing
from idp.cms.ber import to_der
from idp.cms.certificate import Opened, open_certificate
from idp.cms.gost_2012 import streebog256
from idp.cms.gost_engine import SIGNATURE_BYTES
from idp.cms.message import (
    CONTENT_TYPE,
    DATA,
    MAX_CERTIFICATES,
    MESSAGE_DIGEST,
    SIGNED_DATA,
    only_signer,
    signed_attributes,
    well_formed,
)
from idp.cms.verdict import Reason, SignatureRefused

HASHES: dict[str, hashes.HashAlgorithm] = {"sha256": hashes.SHA256(), "sha384": hashes.SHA384(), "sha512": hashes.SHA512()}
SET_OF = b"\x31"


@dataclass(frozen=True)
class _Signed:
    """What the one signer of a message says. `attributes` is the DER of their SET, None where they signed the text itself."""

    signer: Any
    digest: bytes | None
    attributes: bytes | None
    signature: bytes
    digest_oid: str
    signature_oid: str
    embedded: frozenset[bytes]


def verify_cms(signature: bytes, content: bytes, certificates: Sequence[bytes], at: int) -> bytes:
    """Which of these registered certificates (DER) signed exactly `content` in a CMS message. Raises SignatureRefused.

    The text may stand in the message or not, and there may be signed attributes or none. The moment is `at`; what the signer
    says about the time is not believed. What the SET of digest algorithms announces is not asked: one client of CryptoPro's
    announces another than it uses.
    """
    with well_formed():
        signed = _read(to_der(signature), content)
        candidates = _meant(signed, [open_certificate(der) for der in certificates])
        refused: SignatureRefused | None = None
        for candidate in candidates:
            try:
                _check(signed, content, candidate, at)
            except SignatureRefused as refusal:
                refused = refused or refusal
            else:
                return candidate.der
    assert refused is not None, "there is always a candidate"
    raise refused


def verify_raw(signature: bytes, content: bytes, certificate: bytes, at: int, *, takes_rsa: bool = True) -> None:
    """Check a bare signature over exactly `content`: 64 bytes of GOST, or PKCS #1 v1.5 with SHA-256. Raises SignatureRefused."""
    with well_formed():
        opened = open_certificate(certificate)
        opened.check_dates(at)
        if opened.is_gost:
            if not _is_good_gost(signature, content, opened):
                raise _not_of_this_key()
            return
        if not takes_rsa:
            raise SignatureRefused(Reason.UNSUPPORTED, "the key of the certificate is not of GOST R 34.10-2012")
        key = opened.classic_key()
        if not isinstance(key, rsa.RSAPublicKey):
            raise SignatureRefused(Reason.UNSUPPORTED, "the key of the certificate is neither of GOST nor of RSA")
        if len(signature) != key.key_size // 8:
            raise _malformed(f"a signature of this key has {key.key_size // 8} bytes, and there are {len(signature)}")
        try:
            key.verify(signature, content, padding.PKCS1v15(), hashes.SHA256())
        except InvalidSignature:
            raise _not_of_this_key() from None


def _read(der: bytes, content: bytes) -> _Signed:
    message = cms.ContentInfo.load(der, strict=True)
    if message["content_type"].dotted != SIGNED_DATA:
        raise _malformed("it is a CMS message of another kind")
    signed_data = message["content"]
    signer = only_signer(signed_data)
    inside = signed_data["encap_content_info"]
    if inside["content_type"].dotted != DATA:
        raise _malformed("it signs something else than data")
    attached = inside["content"].native
    if attached is not None and attached != content:
        raise SignatureRefused(Reason.WRONG_CONTENT, "another text stands in the signature")
    embedded = list(signed_data["certificates"] or ())
    if len(embedded) > MAX_CERTIFICATES or any(each.name != "certificate" for each in embedded):
        raise _malformed(f"it holds more than {MAX_CERTIFICATES} certificates, or some that are not X.509")
    attributes = signed_attributes(signer)
    if attributes and attributes[CONTENT_TYPE].dotted != DATA:
        raise _malformed("its signed attributes speak of other content")
    return _Signed(
        signer=signer,
        digest=attributes[MESSAGE_DIGEST].native if attributes else None,
        attributes=SET_OF + signer["signed_attrs"].dump()[1:] if attributes else None,
        signature=signer["signature"].native,
        digest_oid=signer["digest_algorithm"]["algorithm"].dotted,
        signature_oid=signer["signature_algorithm"]["algorithm"].dotted,
        embedded=frozenset(each.chosen.dump() for each in embedded),
    )


def _meant(signed: _Signed, registered: Sequence[Opened]) -> Sequence[Opened]:
    """The registered certificates that the signer may mean. One that brings certificates has to bring a registered one."""
    identifier = signed.signer["sid"].chosen
    if signed.signer["sid"].name == "issuer_and_serial_number":
        issuer, serial = identifier["issuer"], identifier["serial_number"].native
        named = [each for each in registered if each.serial == serial and each.is_issued_by(issuer)]
    else:
        named = [each for each in registered if each.key_identifier == identifier.native]
    meant = [each for each in named if not signed.embedded or _is_brought(signed.embedded, each)]
    if len(signed.embedded) > 1 and len(meant) > 1:
        raise _malformed("two certificates claim to be the signer's")
    if not meant:
        raise SignatureRefused(Reason.UNTRUSTED, "the certificate of the signer is none of the registered ones")
    return meant


def _is_brought(embedded: frozenset[bytes], registered: Opened) -> bool:
    """Is this certificate in the message? One that a library has read and written again is the same with other bytes."""
    if registered.der in embedded:
        return True
    again = (asn1_x509.Certificate.load(each) for each in embedded)
    return any(
        each.serial_number == registered.serial
        and each["tbs_certificate"]["subject_public_key_info"].dump() == registered.public_key_info
        for each in again
    )


def _check(signed: _Signed, content: bytes, opened: Opened, at: int) -> None:
    opened.check_dates(at)
    if opened.is_gost:
        opened.gost_key()  # the certificate itself is the plainer reason
    parameters = signed.signer["signature_algorithm"]["parameters"]
    _, word = check_signing(opened.certificate, signed.digest_oid, signed.signature_oid, parameters)
    if signed.attributes is None and content.startswith(SET_OF):
        # Else what somebody signed as attributes could be passed off as a text (RFC 5652, 11).
        raise _malformed("a text that could be signed attributes is signed with such only")
    if signed.digest is not None and signed.digest != _digest(signed.digest_oid, content):
        raise SignatureRefused(Reason.WRONG_CONTENT, "another text was signed")
    covered = iter([content]) if signed.attributes is None else _orders(signed.attributes)
    if not any(_is_good(signed, each, opened, word) for each in covered):
        raise _not_of_this_key()


def _orders(attributes: bytes) -> Iterator[bytes]:
    """The SET of signed attributes as it was written and, where that is not the order of DER, sorted.

    What is signed is DER (RFC 5652, 5.4), and not everybody writes into the message what they signed.
    """
    yield attributes
    ordered = cms.CMSAttributes(list(cms.CMSAttributes.load(attributes))).dump(force=True)
    if ordered != attributes:
        yield ordered


def _digest(oid: str, content: bytes) -> bytes:
    name = DIGESTS[oid]
    return streebog256(content) if name == "streebog256" else hashlib.new(name, content).digest()


def _is_good(signed: _Signed, covered: bytes, opened: Opened, word: str) -> bool:
    if opened.is_gost:
        return _is_good_gost(signed.signature, covered, opened)
    key, digest = opened.classic_key(), HASHES[DIGESTS[signed.digest_oid]]
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(signed.signature, covered, _padding(signed, word, digest), digest)
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signed.signature, covered, ec.ECDSA(digest))
        else:
            raise SignatureRefused(Reason.UNSUPPORTED, "the key of the certificate is neither of GOST nor of RSA or ECDSA")
    except InvalidSignature:
        return False
    return True


def _is_good_gost(signature: bytes, covered: bytes, opened: Opened) -> bool:
    key = opened.gost_key()
    if len(signature) != SIGNATURE_BYTES:
        raise _malformed(f"a signature of this key has {SIGNATURE_BYTES} bytes, and there are {len(signature)}")
    return key.verify(covered, signature)


def _padding(signed: _Signed, word: str, digest: hashes.HashAlgorithm) -> padding.AsymmetricPadding:
    if not word.startswith("rsa-pss"):
        return padding.PKCS1v15()
    length = signed.signer["signature_algorithm"]["parameters"]["salt_length"].native
    return padding.PSS(padding.MGF1(digest), length)


def _not_of_this_key() -> SignatureRefused:
    return SignatureRefused(Reason.BAD_SIGNATURE, "it was not made with the key of the certificate")


def _malformed(detail: str) -> SignatureRefused:
    return SignatureRefused(Reason.MALFORMED, detail)
