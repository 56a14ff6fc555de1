"""Whose signature it is: judged by the authority of the realm, with what is known of the certificate where it is refused."""

import logging
from dataclasses import dataclass

from cryptography import x509
from cryptography.x509.oid import NameOID
from sqlalchemy import Connection

from idp.authority import register
from idp.authority.judging import verify_signature
from idp.authority.used import Facts
from idp.citizens import directory
from idp.citizens.models import Person
from idp.cms.message import read_message
from idp.cms.verdict import Reason, SignatureRefused, VerifiedSigner
from idp.errors import StandUnusable
from idp.realm import Realm

log = logging.getLogger(__name__)
GOST = "1.2.643."


@dataclass(frozen=True)
class Certificate:
    """A certificate as a page names it. Moments in seconds; `revoked_at` where the authority of the stand knows it."""

    name: str
    serial: str
    issuer: str
    not_before: int
    not_after: int
    is_gost: bool
    revoked_at: int | None = None

    @property
    def facts(self) -> Facts:
        """What is remembered of one that was used."""
        return Facts(self.serial, self.issuer, self.not_after)


@dataclass(frozen=True)
class Judged:
    """What came of a signature: the signer, or the reason why there is none, as a word of the journal."""

    reason: str | None
    signer: VerifiedSigner | None = None
    certificate: Certificate | None = None


NOT_JUDGED = Judged("replayed")
"""Of a signature that was not looked at: it answers another question than the one that waits."""


def judge(realm: Realm, signature: bytes, text: str) -> Judged:
    """Judge a signature over exactly this text. What is set up wrongly here is told to the operator."""
    try:
        signer = verify_signature(realm, signature, text.encode())
    except StandUnusable as unusable:
        log.error("no signature can be judged: %s", unusable)
        return Judged("unavailable")
    except SignatureRefused as refused:
        certificate = _certificate_of(realm, signature)
        return Judged(_reason(refused.reason, certificate), certificate=certificate)
    return Judged(None, signer, _certificate_of(realm, signature))


def _reason(reason: Reason, certificate: Certificate | None) -> str:
    """The word for a refusal: of GOST, whether it can be judged here; of a certificate that nobody can read, that it is none."""
    if reason is Reason.UNSUPPORTED and certificate is not None and certificate.is_gost:
        return "no_gost"
    is_about_dates = reason in (Reason.EXPIRED, Reason.NOT_YET_VALID, Reason.REVOKED)
    return Reason.MALFORMED.value if is_about_dates and certificate is None else reason.value


def owner_of(realm: Realm, connection: Connection, signer: VerifiedSigner) -> Person | str:
    """The person whom the certificate names, or the reason why there is none: `no_snils`, `no_account` or `other_person`.

    СНИЛС decides. An ИНН that is another's than the account's says that the certificate is, too.
    """
    if signer.snils is None:
        return "no_snils"
    person = directory.find_by_login(realm, connection, signer.snils)
    if person is None or person.is_disabled or person.is_child:
        return "no_account"
    if signer.inn and person.data.inn and signer.inn != person.data.inn:
        return "other_person"
    return person


def _certificate_of(realm: Realm, signature: bytes) -> Certificate | None:
    """The certificate in a signature, whatever that is worth; None where it cannot be read."""
    try:
        certificate = read_message(signature).certificate
        common_name, issuer = _common_name(certificate.subject), _common_name(certificate.issuer)
    except (SignatureRefused, ValueError):
        return None
    serial = f"{certificate.serial_number:x}"
    with realm.database.read() as connection:
        row = register.find(connection, serial)
    return Certificate(
        name=common_name,
        serial=serial,
        issuer=issuer,
        not_before=int(certificate.not_valid_before_utc.timestamp()),
        not_after=int(certificate.not_valid_after_utc.timestamp()),
        is_gost=certificate.public_key_algorithm_oid.dotted_string.startswith(GOST),
        revoked_at=row.revoked_at if row else None,
    )


def _common_name(name: x509.Name) -> str:
    found = name.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(found[0].value) if found else ""
