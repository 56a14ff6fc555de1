"""Judging a detached CMS signature over a text that we know (RFC 5652), from the cheapest question to the dearest."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Protocol

from idp.cms import classic, gost
from idp.cms.algorithms import Family, check_algorithms
from idp.cms.message import SignedMessage, read_message
from idp.cms.revocation import check_known
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
    message = read_message(signature)
    family, algorithm = check_algorithms(message)
    check_usage(message.certificate, needs_client_authentication=trust.needs_client_authentication)
    back_ends[family](message, content, trust, at)
    check_known(message.certificate, trust)
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
