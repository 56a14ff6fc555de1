"""Judging a detached CMS signature over a text that we know (RFC 5652), from the cheapest question to the dearest."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Protocol

from cryptography import x509

from idp.cms import classic, gost
from idp.cms.algorithms import Family, check_algorithms
from idp.cms.message import SignedMessage, read_message, well_formed
from idp.cms.revocation import check_known, check_not_revoked
from idp.cms.subject import read_subject
from idp.cms.usage import check_usage
from idp.cms.verdict import Trust, VerifiedSigner


class BackEnd(Protocol):
    """Who can compute a family of algorithms."""

    def __call__(self, message: SignedMessage, content: bytes, trust: Trust, at: int) -> None:
        """Check text, signature, chain, dates and revocation. Raises SignatureRefused."""
        ...


BACK_ENDS: Mapping[Family, BackEnd] = MappingProxyType({Family.CLASSIC: classic.check, Family.GOST: gost.check})


def verify(
    signature: bytes,
    content: bytes,
    trust: Trust,
    at: int,
    *,
    back_ends: Mapping[Family, BackEnd] = BACK_ENDS,
) -> VerifiedSigner:
    """Who signed exactly `content`. Raises SignatureRefused.

    The signature is DER, PEM or base64. The moment is `at`; what the signer says about the time is not believed.
    """
    with well_formed():
        message = read_message(signature)
        family, algorithm = check_algorithms(message)
        check_usage(message.certificate, trust)
        signer = _read_signer(message, algorithm)
        brought = message.certificates()
    back_ends[family](message, content, trust, at)
    check_not_revoked([*brought, *map(x509.load_der_x509_certificate, trust.intermediates)], trust)
    check_known(message.certificate, trust)
    return signer


def _read_signer(message: SignedMessage, algorithm: str) -> VerifiedSigner:
    subject = read_subject(message.certificate.subject)
    return VerifiedSigner(
        snils=subject.snils,
        inn=subject.inn,
        ogrn=subject.ogrn,
        name=subject.name,
        serial=f"{message.certificate.serial_number:x}",
        not_after=int(message.certificate.not_valid_after_utc.timestamp()),
        algorithm=algorithm,
        certificate=message.certificate_der,
    )
