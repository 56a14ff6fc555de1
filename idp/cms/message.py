"""A CMS message taken apart (RFC 5652, 5): exactly one signer, the text outside, and everything that is judged named."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from asn1crypto import cms
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm

from idp.cms.der import check_der, unwrap
from idp.cms.verdict import Reason, SignatureRefused

MAX_CERTIFICATES = 4
"""The signer's and three authorities'. Of more that all bear one name, thousands of chains could be tried."""
SERIAL_BITS = 160
"""RFC 5280, 4.1.2.2: positive, and 20 octets at most."""
SIGNED_DATA = "1.2.840.113549.1.7.2"
DATA = "1.2.840.113549.1.7.1"
CONTENT_TYPE = "1.2.840.113549.1.9.3"
MESSAGE_DIGEST = "1.2.840.113549.1.9.4"
PARSER_ERRORS = (
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    AttributeError,
    AssertionError,
    OverflowError,
    NotImplementedError,
    UnsupportedAlgorithm,
    x509.DuplicateExtension,
    x509.InvalidVersion,
    x509.UnsupportedGeneralNameType,
)


@dataclass(frozen=True)
class SignedMessage:
    """One signature: the message in DER and as asn1crypto reads it, and the parts that decide. Algorithms are dotted OIDs.

    `digest` is that of the text which was signed, as the signer says under their signature.
    """

    der: bytes
    signed_data: Any
    certificate_der: bytes
    certificate: x509.Certificate
    digest_algorithm: str
    signature_algorithm: str
    signature_parameters: Any
    digest: bytes

    def certificates(self) -> list[x509.Certificate]:
        """Every certificate that the message brings with it."""
        return [x509.load_der_x509_certificate(each.chosen.dump()) for each in self.signed_data["certificates"]]


@contextmanager
def well_formed() -> Iterator[None]:
    """Parsers of ASN.1 read late and stumble in many ways; within this, all of them are the same refusal."""
    try:
        yield
    except PARSER_ERRORS as error:
        raise _malformed(f"it is no CMS message with a certificate ({type(error).__name__})") from None


def read_message(signature: bytes) -> SignedMessage:
    """Take a signature apart. Raises SignatureRefused."""
    der = unwrap(signature)
    check_der(der)
    with well_formed():
        return _read(der)


def _read(der: bytes) -> SignedMessage:
    message = cms.ContentInfo.load(der, strict=True)
    if message["content_type"].dotted != SIGNED_DATA:
        raise _malformed("it is a CMS message of another kind")
    signed_data = message["content"]
    signer = only_signer(signed_data)
    if len(signed_data["crls"] or ()):
        # OpenSSL would believe them, and an old list forgets who was revoked since.
        raise _malformed("it brings lists of revoked certificates with it")
    content = signed_data["encap_content_info"]
    if content["content_type"].dotted != DATA:
        raise _malformed("it signs something else than data")
    if content["content"].native is not None:
        raise SignatureRefused(Reason.ATTACHED, "the text stands in the signature, and a detached one is wanted")
    certificate_der = _certificate_of(signer, signed_data)
    attributes = signed_attributes(signer)
    if not attributes:
        # Without them a signed document could be passed off as attributes (RFC 5652, 5.3 and 11).
        raise _malformed("it has no signed attributes")
    if attributes[CONTENT_TYPE].dotted != DATA:
        raise _malformed("its signed attributes speak of other content")
    return SignedMessage(
        der=der,
        signed_data=signed_data,
        certificate_der=certificate_der,
        certificate=x509.load_der_x509_certificate(certificate_der),
        digest_algorithm=signer["digest_algorithm"]["algorithm"].dotted,
        signature_algorithm=signer["signature_algorithm"]["algorithm"].dotted,
        signature_parameters=signer["signature_algorithm"]["parameters"],
        digest=attributes[MESSAGE_DIGEST].native,
    )


def only_signer(signed_data: Any) -> Any:
    """The one who signed. Raises SignatureRefused."""
    signers = signed_data["signer_infos"]
    if len(signers) == 0:
        raise SignatureRefused(Reason.NO_SIGNER, "nobody signed")
    if len(signers) > 1:
        raise SignatureRefused(Reason.SEVERAL_SIGNERS, f"{len(signers)} signed, and one person signs in")
    return signers[0]


def _certificate_of(signer: Any, signed_data: Any) -> bytes:
    """The certificate that the signer names. One that is named by two certificates is not named at all."""
    certificates = list(signed_data["certificates"] or ())
    if len(certificates) > MAX_CERTIFICATES or any(each.name != "certificate" for each in certificates):
        raise _malformed(f"it holds more than {MAX_CERTIFICATES} certificates, or some that are not X.509")
    if not all(0 < each.chosen.serial_number < 1 << SERIAL_BITS for each in certificates):
        raise _malformed("a certificate has no serial number that an authority may give")
    identifier = signer["sid"].chosen
    if signer["sid"].name == "issuer_and_serial_number":
        named = (identifier["issuer"].dump(), identifier["serial_number"].native)
        found = {each.chosen.dump() for each in certificates if (each.chosen.issuer.dump(), each.chosen.serial_number) == named}
    else:
        found = {each.chosen.dump() for each in certificates if each.chosen.key_identifier == identifier.native}
    if not found:
        raise SignatureRefused(Reason.NO_SIGNER, "the certificate of the signer is not in the signature")
    if len(found) > 1:
        raise _malformed("two certificates claim to be the signer's")
    return bytes(found.pop())


def signed_attributes(signer: Any) -> dict[str, Any]:
    """The signed attributes by type, nothing where there are none at all. Raises SignatureRefused."""
    found: dict[str, Any] = {}
    for attribute in signer["signed_attrs"] or ():
        name = attribute["type"].dotted
        if name in found:
            raise _malformed("a signed attribute stands twice")
        if name in (CONTENT_TYPE, MESSAGE_DIGEST) and len(attribute["values"]) != 1:
            raise _malformed("a signed attribute has not one value")
        found[name] = attribute["values"][0] if len(attribute["values"]) else None
    if found and not {CONTENT_TYPE, MESSAGE_DIGEST} <= found.keys():
        raise _malformed("a signed attribute is missing that says what was signed")
    return found


def _malformed(detail: str) -> SignatureRefused:
    return SignatureRefused(Reason.MALFORMED, detail)
