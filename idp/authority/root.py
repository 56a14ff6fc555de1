"""The root of the test authority: made once, confined to test names, and the only key that signs certificates."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from ground.chance import Chance
from ground.clock import Clock, as_datetime
from idp.authority import files
from idp.authority.names import constraints
from idp.errors import StandUnusable

COMMON_NAME = "Propusk test stand authority — not a real one"
LIFETIME_DAYS = 3650
RENEWAL_DAYS = 30
BACKDATED = timedelta(hours=1)
"""Clocks of two machines differ; a certificate made just now must be good on both."""


@dataclass(frozen=True)
class Root:
    """The authority's certificate and its key."""

    certificate: x509.Certificate
    private: ec.EllipticCurvePrivateKey

    def sign(self, builder: x509.CertificateBuilder) -> x509.Certificate:
        """Issue what the builder describes in our name."""
        identifier = self.certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
        return (
            builder.issuer_name(self.certificate.subject)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier), critical=False)
            .sign(self.private, hashes.SHA256())
        )


def certificate_file(folder: Path) -> Path:
    """The file that whoever trusts the authority is given."""
    return folder / "root.pem"


def private_file(folder: Path) -> Path:
    """The authority's own key."""
    return folder / "root-private.pem"


def open_root(folder: Path, *, clock: Clock, chance: Chance) -> tuple[Root, bool]:
    """The root of `folder`, made when it is missing or about to expire, and whether it is new. Raises StandUnusable."""
    certificate, private = files.read_certificate(certificate_file(folder)), files.read_key(private_file(folder))
    if certificate is not None and private is not None:
        if certificate.public_key() != private.public_key():
            raise StandUnusable(f"{folder} holds a certificate and a key that do not belong together: remove both")
        if remains(certificate, clock) >= timedelta(days=RENEWAL_DAYS):
            return Root(certificate, private), False
    if (certificate is None) != (private is None) and certificate is not None:
        # Without its key the certificate is worth nothing, and somebody may believe it still protects them.
        raise StandUnusable(f"{private_file(folder)} is missing: remove {certificate_file(folder)} to begin a new authority")
    root = _make_root(clock=clock, chance=chance)
    certificate_file(folder).unlink(missing_ok=True)
    files.write_key(private_file(folder), root.private)
    files.write_certificate(certificate_file(folder), root.certificate)
    return root, True


def remains(certificate: x509.Certificate, clock: Clock) -> timedelta:
    """How long a certificate is still good; nothing while it is not good yet."""
    now = as_datetime(clock.now())
    return certificate.not_valid_after_utc - now if certificate.not_valid_before_utc <= now else timedelta(0)


def draw_serial(chance: Chance) -> int:
    """A serial number that nobody can guess: 159 bits, positive (RFC 5280, 4.1.2.2)."""
    return int.from_bytes(chance.draw("certificate serial", 20), "big") >> 1 | 1


def _make_root(*, clock: Clock, chance: Chance) -> Root:
    private, now = files.make_key(), as_datetime(clock.now())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, COMMON_NAME)])
    identifier = x509.SubjectKeyIdentifier.from_public_key(private.public_key())
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(draw_serial(chance))
        .not_valid_before(now - BACKDATED)
        .not_valid_after(now + timedelta(days=LIFETIME_DAYS))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(key_usage(signs_certificates=True), critical=True)
        .add_extension(constraints(), critical=True)
        .add_extension(identifier, critical=False)
        .sign(private, hashes.SHA256())
    )
    return Root(certificate, private)


def key_usage(*, signs_certificates: bool) -> x509.KeyUsage:
    """An authority signs certificates and lists of revoked ones, everybody else handshakes."""
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )
