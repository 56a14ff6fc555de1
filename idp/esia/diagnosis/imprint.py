"""What a signature says about the text it was made over, so that many texts can be tried.

An RSA signature gives back the digest of its text, a CMS message with attributes carries it: trying a text is then one
digest. A GOST signature has to be verified for every text, 0.15 ms each by the engine and a thousand times as long without.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from asn1crypto import algos, cms
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from idp.cms.algorithms import DIGESTS as NAMES_OF_DIGESTS
from idp.cms.ber import to_der
from idp.cms.certificate import Opened, open_certificate
from idp.cms.gost_engine import SIGNATURE_BYTES
from idp.cms.message import MESSAGE_DIGEST, SIGNED_DATA, well_formed
from idp.cms.verdict import SignatureRefused
from idp.esia.diagnosis.digests import DIGESTS

BY_OID = {
    "1.2.840.113549.2.5": "MD5",
    "1.3.14.3.2.26": "SHA-1",
    "1.2.643.2.2.9": "GOST R 34.11-94",
    "2.16.840.1.101.3.4.2.1": "SHA-256",
    "2.16.840.1.101.3.4.2.2": "SHA-384",
    "2.16.840.1.101.3.4.2.3": "SHA-512",
    "1.2.643.7.1.1.2.2": "Streebog-256",
    "1.2.643.7.1.1.2.3": "Streebog-512",
}


@dataclass(frozen=True)
class Imprint:
    """`fits` tells whether a text is the signed one. `digest` names its digest where the signature says so; `is_of_key` is
    True where the key is known to be right whatever the text."""

    der: bytes
    fits: Callable[[bytes], bool]
    digest: str = ""
    is_of_key: bool = False


@dataclass(frozen=True)
class Message:
    """A CMS message as far as it can be read. `signer_der` is the certificate it brings for its signer."""

    signature: bytes
    digest: str
    digest_oid: str
    message_digest: bytes | None
    content: bytes | None
    signer_der: bytes | None
    attributes: Any


def raw(signature: bytes, der: bytes) -> Imprint | None:
    """The imprint of a raw signature by the key of this certificate, or None where that key cannot have made it."""
    try:
        opened = open_certificate(der)
        if opened.is_gost:
            if len(signature) != SIGNATURE_BYTES:
                return None
            key = opened.gost_key()
            return Imprint(der, lambda text: key.verify(text, signature))
        return _of_rsa(signature, opened)
    except (SignatureRefused, ValueError, UnsupportedAlgorithm):
        return None


def _of_rsa(signature: bytes, opened: Opened) -> Imprint | None:
    key = opened.certificate.public_key()
    if not isinstance(key, rsa.RSAPublicKey) or len(signature) != (key.key_size + 7) // 8:
        return None
    try:
        info = key.recover_data_from_signature(signature, padding.PKCS1v15(), None)
        parsed = algos.DigestInfo.load(info, strict=True)
        name, value = BY_OID.get(parsed["digest_algorithm"]["algorithm"].dotted, ""), parsed["digest"].native
    except (InvalidSignature, ValueError, TypeError):
        return None
    digest = DIGESTS.get(name)
    return Imprint(opened.der, lambda text: digest is not None and digest(text) == value, name or "?", is_of_key=True)


def read_message(signature: bytes) -> Message | None:
    """A CMS message taken apart, or None where it is none."""
    try:
        with well_formed():
            return _read(to_der(signature))
    except SignatureRefused:
        return None


def _read(der: bytes) -> Message | None:
    info = cms.ContentInfo.load(der, strict=True)
    if info["content_type"].dotted != SIGNED_DATA:
        return None
    signed = info["content"]
    signers = list(signed["signer_infos"])
    if not signers:
        return None
    signer = signers[0]
    attributes = {each["type"].dotted: each["values"] for each in signer["signed_attrs"] or ()}
    oid = signer["digest_algorithm"]["algorithm"].dotted
    return Message(
        signature=signer["signature"].native,
        digest=BY_OID.get(oid, NAMES_OF_DIGESTS.get(oid, "")),
        digest_oid=oid,
        message_digest=attributes[MESSAGE_DIGEST][0].native if MESSAGE_DIGEST in attributes else None,
        content=signed["encap_content_info"]["content"].native,
        signer_der=_signer(signer, signed),
        attributes=signer["signed_attrs"].dump() if attributes else None,
    )


def _signer(signer: Any, signed: Any) -> bytes | None:
    certificates = [each.chosen for each in signed["certificates"] or () if each.name == "certificate"]
    if not certificates:
        return None
    identifier = signer["sid"].chosen
    if signer["sid"].name == "issuer_and_serial_number":
        serial = identifier["serial_number"].native
        meant = [each for each in certificates if each.serial_number == serial]
    else:
        meant = [each for each in certificates if each.key_identifier == identifier.native]
    return bytes((meant or certificates)[0].dump())


def of_message(message: Message, der: bytes) -> Imprint | None:
    """The imprint of a CMS message, signed by the key of this certificate."""
    if message.content is not None:
        return Imprint(der, lambda text: text == message.content, message.digest, is_of_key=True)
    if message.message_digest is not None:
        digest, value = DIGESTS.get(message.digest), message.message_digest
        return Imprint(der, lambda text: digest is not None and digest(text) == value, message.digest, is_of_key=True)
    return raw(message.signature, der)
