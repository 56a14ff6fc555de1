"""Certificates to try a sign-in with: one that is good, and one for each reason why a certificate is refused."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from sqlalchemy import Connection

from idp.authority import files, register
from idp.authority.citizen_certificates import Issued, Terms, certify, issue
from idp.authority.containers import container
from idp.authority.private_keys import Algorithm
from idp.authority.signing_root import make_root
from idp.citizens.models import Person
from idp.realm import Realm

DAY = 24 * 3600
Change = Callable[[Terms, int], Terms]


@dataclass(frozen=True)
class Kind:
    """A specimen: what becomes of whoever signs in with it, and how its terms differ from a good one's at a moment."""

    outcome: str
    change: Change = lambda terms, now: terms


def expired(terms: Terms, now: int) -> Terms:
    """Good until yesterday."""
    return replace(terms, not_before=now - 366 * DAY, not_after=now - DAY)


KINDS: Mapping[str, Kind] = {
    "good": Kind("signs in"),
    "expired": Kind("refused: expired", expired),
    "not-yet-valid": Kind("refused: not_yet_valid", lambda terms, now: replace(terms, not_before=now + 30 * DAY)),
    "revoked": Kind("refused: revoked"),
    "foreign-authority": Kind("refused: untrusted"),
    "without-snils": Kind("refused: it says of nobody who they are", lambda terms, now: replace(terms, has_snils=False)),
    "other-snils": Kind("refused: it is another person's"),
}


def make_specimen(
    realm: Realm, connection: Connection, person: Person, kind: str, algorithm: Algorithm, *, other_snils: str, actor: str
) -> Issued:
    """Make one specimen for a person. Raises StandUnusable where it cannot be done."""
    terms = KINDS[kind].change(Terms(algorithm=algorithm), realm.clock.now())
    if kind == "foreign-authority":
        return certify(realm, make_root(realm.chance), person.data, terms)
    if kind == "other-snils":
        terms = replace(terms, snils=other_snils)
    issued = issue(realm, connection, person.id, person.data, terms, actor=actor)
    if kind == "revoked":
        register.revoke(realm, connection, issued.serial, actor=actor)
    return issued


def write_specimen(issued: Issued, folder: Path, name: str, *, password: str) -> tuple[Path, Path]:
    """Write a certificate and its key into a folder, readable by its owner only: as PKCS#12, and as PEM for openssl."""
    certificate = x509.load_der_x509_certificate(issued.certificate).public_bytes(serialization.Encoding.PEM)
    packed, plain = folder / f"{name}.p12", folder / f"{name}.pem"
    files.write_secret(packed, container(issued, password=password))
    files.write_secret(plain, certificate + issued.private)
    return packed, plain
