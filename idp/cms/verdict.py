"""What is asked of a signature and what is answered: whom to trust, who signed, or the one reason why it is refused."""

from dataclasses import dataclass
from enum import StrEnum


class Reason(StrEnum):
    """Every reason to refuse a signature, as words of the journal."""

    MALFORMED = "malformed"
    TOO_LARGE = "too_large"
    ATTACHED = "attached"
    NO_SIGNER = "no_signer"
    SEVERAL_SIGNERS = "several_signers"
    WRONG_CONTENT = "wrong_content"
    BAD_SIGNATURE = "bad_signature"
    UNTRUSTED = "untrusted"
    EXPIRED = "expired"
    NOT_YET_VALID = "not_yet_valid"
    REVOKED = "revoked"
    REVOCATION_UNKNOWN = "revocation_unknown"
    WRONG_USAGE = "wrong_usage"
    WEAK_ALGORITHM = "weak_algorithm"
    UNSUPPORTED = "unsupported"


class SignatureRefused(Exception):
    """The signature proves nothing. `detail` is a sentence for the operator's journal and names nobody."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail


@dataclass(frozen=True)
class Trust:
    """Whom to believe, all in DER: root certificates, authorities beneath them, and what is known of revoked certificates.

    A chain whose certificates are not all covered by a list or an OCSP response is refused. `needs_client_authentication`
    asks for that purpose where a certificate names purposes at all (RFC 5280, 4.2.1.12), `needs_policy` for one that it was
    issued under (4.2.1.4).
    """

    roots: tuple[bytes, ...]
    intermediates: tuple[bytes, ...] = ()
    revocation_lists: tuple[bytes, ...] = ()
    ocsp_responses: tuple[bytes, ...] = ()
    needs_client_authentication: bool = True
    needs_policy: str | None = None


@dataclass(frozen=True)
class VerifiedSigner:
    """Who signed, as their certificate says: СНИЛС as `XXX-XXX-XXX YY`, ИНН of 12 and ОГРН of 13 digits, each None where it
    does not stand there.

    `serial` is in hexadecimal, `not_after` in seconds, `algorithm` a word such as `rsa-sha256`, `certificate` in DER.
    """

    snils: str | None
    inn: str | None
    ogrn: str | None
    name: str
    serial: str
    not_after: int
    algorithm: str
    certificate: bytes
