"""The root that certifies citizens on a test stand. It is not the one of servers: whoever trusts that trusts no person.

It may vouch for no host at all and for mailboxes under .test only, so that its key opens no door elsewhere. Key and
certificate are one file, which appears at once and whole: the workers of a stand may all be the first to want it.
"""

import os
import tempfile
from datetime import UTC, datetime
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from ground.chance import Chance, SystemChance
from idp.authority import files
from idp.authority.root import Root, draw_serial, key_usage
from idp.errors import StandUnusable
from idp.realm import Realm
from idp.settings import Settings

COMMON_NAME = "Propusk test stand signing authority — not a real one"
VALID_FROM, VALID_TO = datetime(1960, 1, 1, tzinfo=UTC), datetime(2300, 1, 1, tzinfo=UTC)
"""Wherever a test puts the clock of its stand, the authority is there."""


def open_signing_root(realm: Realm) -> Root:
    """The authority of a realm, made when it is missing. Raises StandUnusable where none may be."""
    if not realm.settings.is_test:
        raise StandUnusable('the test authority works only with environment = "test"')
    return realm.remember("signing authority", lambda: _open(realm.settings))


def signing_root_file(settings: Settings) -> Path:
    """The authority's key and certificate."""
    return settings.home / "keys" / "authority-signing" / "authority.pem"


def make_signing_root(settings: Settings, chance: Chance) -> bool:
    """Make the authority, unless the file is there. True when it was made now."""
    path = signing_root_file(settings)
    if path.exists():
        return False
    root = make_root(chance)
    path.parent.mkdir(parents=True, exist_ok=True)
    key = root.private.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    descriptor, draft = tempfile.mkstemp(prefix=".making-", dir=path.parent)  # readable by its owner only
    with os.fdopen(descriptor, "wb") as file:
        file.write(key + root.certificate.public_bytes(serialization.Encoding.PEM))
        file.flush()
        os.fsync(file.fileno())
    # Unlike a rename, a link never takes the place of what another worker has made meanwhile.
    try:
        os.link(draft, path)
    except FileExistsError:
        return False
    finally:
        os.unlink(draft)
    return True


def _open(settings: Settings) -> Root:
    make_signing_root(settings, SystemChance())
    path = signing_root_file(settings)
    private, certificate = files.read_key(path), files.read_certificate(path)
    if private is None or certificate is None or certificate.public_key() != private.public_key():
        raise StandUnusable(f"{path} holds a certificate and a key that do not belong together: remove it")
    return Root(certificate, private)


def make_root(chance: Chance) -> Root:
    """A fresh authority: the one of a stand, or one that nobody trusts."""
    private: ec.EllipticCurvePrivateKey = files.make_key()
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, COMMON_NAME)])
    everywhere: list[x509.GeneralName] = [
        x509.DNSName(""),
        x509.IPAddress(IPv4Network("0.0.0.0/0")),
        x509.IPAddress(IPv6Network("::/0")),
    ]
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(draw_serial(chance))
        .not_valid_before(VALID_FROM)
        .not_valid_after(VALID_TO)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(key_usage(signs_certificates=True), critical=True)
        .add_extension(
            x509.NameConstraints(permitted_subtrees=[x509.RFC822Name(".test")], excluded_subtrees=everywhere), critical=True
        )
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(private.public_key()), critical=False)
        .sign(private, hashes.SHA256())
    )
    return Root(certificate, private)
