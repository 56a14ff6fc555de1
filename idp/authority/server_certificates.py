"""Certificates of servers: issued for names, kept while they are good, replaced before they are not."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from ground.chance import Chance
from ground.clock import Clock, as_datetime
from idp.authority import files
from idp.authority.names import read_names
from idp.authority.root import BACKDATED, RENEWAL_DAYS, Root, draw_serial, key_usage, remains
from idp.errors import StandUnusable

COMMON_NAME = "Propusk test stand server"
"""No host name: OpenSSL takes one that stands here for a name to be judged by the constraints of the root."""
LIFETIME_DAYS = 397
"""The longest that browsers have agreed to take for long (CA/Browser Forum, 6.3.2)."""


@dataclass(frozen=True)
class ServerFiles:
    """Where a server finds what it shows."""

    certificate: Path
    private: Path


def server_files(folder: Path) -> ServerFiles:
    """The files of a server whose keys are in `folder`."""
    return ServerFiles(folder / "certificate.pem", folder / "private.pem")


def ensure_server_certificate(root: Root, folder: Path, names: Iterable[str], *, clock: Clock, chance: Chance) -> bool:
    """Have `folder` hold a certificate of `root` for exactly `names`, good for 30 days at least. True when it was issued now.

    Raises StandUnusable for a name that the authority may not vouch for.
    """
    wanted, place = read_names(names), server_files(folder)
    if _is_good(root, place, wanted, clock=clock):
        return False
    private, now = files.make_key(), as_datetime(clock.now())
    until = min(now + timedelta(days=LIFETIME_DAYS), root.certificate.not_valid_after_utc)
    certificate = root.sign(
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, COMMON_NAME)]))
        .public_key(private.public_key())
        .serial_number(draw_serial(chance))
        .not_valid_before(now - BACKDATED)
        .not_valid_after(until)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(key_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName(wanted), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(private.public_key()), critical=False)
    )
    files.write_key(place.private, private)
    files.write_certificate(place.certificate, certificate)
    return True


def _is_good(root: Root, place: ServerFiles, wanted: tuple[x509.GeneralName, ...], *, clock: Clock) -> bool:
    try:
        certificate, private = files.read_certificate(place.certificate), files.read_key(place.private)
    except StandUnusable:
        return False  # whatever lies there is ours to replace: a server's certificate is made again at no cost
    if certificate is None or private is None or certificate.public_key() != private.public_key():
        return False
    if not _is_issued_by(root, certificate) or remains(certificate, clock) < timedelta(days=RENEWAL_DAYS):
        return False
    known = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return set(known) == set(wanted)


def _is_issued_by(root: Root, certificate: x509.Certificate) -> bool:
    algorithm = certificate.signature_hash_algorithm
    if algorithm is None or certificate.issuer != root.certificate.subject:
        return False
    try:
        root.private.public_key().verify(certificate.signature, certificate.tbs_certificate_bytes, ec.ECDSA(algorithm))
    except InvalidSignature:
        return False
    return True
