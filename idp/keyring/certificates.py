"""Certificates of the keys that sign for the ESIA dialect: its systems pin a certificate and know no key set.

Self-signed, and the same for a key every time. One of RSA is a function of its key, since PKCS #1 v1.5 has no chance in it;
one of GOST is made once and stands beside its key, since no second signature would be the same.
"""

import contextlib
import hashlib
import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from asn1crypto import core, keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from ground.clock import as_datetime
from idp.keyring.gost import GOST_ALGORITHM, GostPrivateKey
from idp.keyring.private import Jwk, KeyRing, SigningKey, ring_of, thumbprint
from idp.realm import Realm

ALGORITHMS = ("RS256", GOST_ALGORITHM)
LIFETIME_SECONDS = 3652 * 24 * 3600
LAST_MOMENT = 253_402_300_799
"""The last second of 9999, where dates end."""
LAST_YEAR_OF_TWO_DIGITS = 2049
ORGANISATION = "Propusk test stand (not ESIA)"
GOST_SIGNATURE = "1.2.643.7.1.1.3.2"


@dataclass(frozen=True)
class Certified:
    """A key that is still published to ESIA's systems, and its certificate in DER."""

    kid: str
    algorithm: str
    made_at: int
    certificate: bytes
    jwk: Jwk


def certificate_of(realm: Realm, algorithm: str) -> bytes:
    """The certificate (DER) of the key that signs with an algorithm now. Raises GostUnavailable."""
    ring = ring_of(realm)
    return _certificate(ring, ring.signing_key(algorithm))


def certified_keys(realm: Realm) -> Sequence[Certified]:
    """Every key of an algorithm of ESIA's that there is, the oldest first."""
    ring = ring_of(realm)
    ring.refresh()
    return [
        Certified(key.kid, key.algorithm, key.made_at, _certificate(ring, key), key.public_jwk())
        for key in ring.keys
        if key.algorithm in ALGORITHMS
    ]


def keep_certificate(key_file: Path, private: GostPrivateKey, *, made_at: int) -> bytes:
    """The certificate that stands beside a key of GOST; made now where there is none, and by one process only."""
    path = key_file.with_suffix(".cer")
    if not path.exists():
        descriptor, draft = tempfile.mkstemp(prefix=".certificate-", dir=path.parent)
        with os.fdopen(descriptor, "wb") as file:
            file.write(_certify_gost(private, made_at=made_at))
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)  # whole or not at all, and never in the place of another one
        os.unlink(draft)
    return path.read_bytes()


def _certificate(ring: KeyRing, key: SigningKey) -> bytes:
    known = ring.certificates.get(key.kid)
    if known is None:
        known = ring.certificates[key.kid] = _make(ring.folder, key)
    return known


def _make(folder: Path, key: SigningKey) -> bytes:
    if isinstance(key.private, GostPrivateKey):
        file = folder / f"{key.made_at:010d}-{key.algorithm}-{key.kid}.pem"
        return keep_certificate(file, key.private, made_at=key.made_at)
    assert isinstance(key.private, rsa.RSAPrivateKey)
    return _certify_rsa(key.private, made_at=key.made_at)


def _certify_rsa(private: rsa.RSAPrivateKey, *, made_at: int) -> bytes:
    kid = thumbprint(private)
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "RU"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, ORGANISATION),
            x509.NameAttribute(NameOID.COMMON_NAME, _common_name("RSA", kid)),
        ]
    )
    usage = x509.KeyUsage(True, True, False, False, False, False, False, False, False)
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(_serial(kid))
        .not_valid_before(as_datetime(made_at))
        .not_valid_after(as_datetime(_last(made_at)))
        .add_extension(usage, critical=True)
    )
    return builder.sign(private, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


def _certify_gost(private: GostPrivateKey, *, made_at: int) -> bytes:
    """The same, put together by hand: no library of ours signs a certificate with GOST."""
    kid = private.thumbprint()
    name = asn1_x509.Name.build(
        {"country_name": "RU", "organization_name": ORGANISATION, "common_name": _common_name("GOST", kid)}
    )
    algorithm = {"algorithm": GOST_SIGNATURE}
    usage = {"extn_id": "key_usage", "critical": True, "extn_value": core.ParsableOctetString(_usage())}
    body = asn1_x509.TbsCertificate(
        {
            "version": "v3",
            "serial_number": _serial(kid),
            "signature": algorithm,
            "issuer": name,
            "validity": {"not_before": _time(made_at), "not_after": _time(_last(made_at))},
            "subject": name,
            "subject_public_key_info": keys.PublicKeyInfo.load(private.public_key_info),
            "extensions": [usage],
        }
    )
    whole = {
        "tbs_certificate": body,
        "signature_algorithm": algorithm,
        "signature_value": private.sign(body.dump()),
    }
    return bytes(asn1_x509.Certificate(whole).dump())


def _last(made_at: int) -> int:
    return min(made_at + LIFETIME_SECONDS, LAST_MOMENT)


def _time(seconds: int) -> dict[str, datetime]:
    """A date as a certificate has it (RFC 5280, 4.1.2.5)."""
    moment = as_datetime(seconds)
    return {"utc_time" if moment.year <= LAST_YEAR_OF_TWO_DIGITS else "general_time": moment}


def _usage() -> bytes:
    return bytes(asn1_x509.KeyUsage({"digital_signature", "non_repudiation"}).dump())


def _common_name(kind: str, kid: str) -> str:
    return f"Test stand {kind} {kid[:8]}"


def _serial(kid: str) -> int:
    """Positive, of 16 octets, and the same for a key every time (RFC 5280, 4.1.2.2)."""
    return int.from_bytes(hashlib.sha256(kid.encode()).digest()[:16], "big") >> 1 | 1
