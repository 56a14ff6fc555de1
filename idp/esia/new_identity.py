"""A key pair with a self-signed certificate, for systems that have none yet: RSA by our library, GOST by the system's openssl.

ESIA's test system takes self-signed certificates, and so do we. The certificate follows the clock of the stand.
"""

import datetime
from dataclasses import dataclass
from typing import Any, Literal

from asn1crypto import algos, core, keys, pem
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from ground.chance import Chance
from ground.clock import as_datetime
from idp.authority.private_keys import make_key_pair
from idp.authority.root import draw_serial, key_usage
from idp.cms.gost_engine import GostKey, GostUnavailable
from idp.errors import StandUnusable

KeyAlgorithm = Literal["gost", "rsa"]
KEY_ALGORITHMS: tuple[KeyAlgorithm, ...] = ("gost", "rsa")
DAY = 86_400
GOOD_BEFORE, GOOD_FOR = DAY, 5 * 365 * DAY
"""It is good a day before it is made: clocks differ, and a test may turn that of its stand back a little."""
SIGNED_BY_GOST_256 = "1.2.643.7.1.1.3.2"


@dataclass(frozen=True)
class Identity:
    """A private key as unencrypted PKCS #8 in PEM, and its certificate in DER."""

    private: bytes
    certificate: bytes

    @property
    def certificate_pem(self) -> bytes:
        """The certificate as a file that every program reads."""
        return bytes(pem.armor("CERTIFICATE", self.certificate))


def make_identity(name: str, algorithm: KeyAlgorithm, *, now: int, chance: Chance) -> Identity:
    """A fresh key and a certificate of this common name. Raises StandUnusable for GOST where the machine cannot compute it."""
    pair = make_key_pair("gost256" if algorithm == "gost" else "rsa")
    begins, ends, serial = as_datetime(now - GOOD_BEFORE), as_datetime(now + GOOD_FOR), draw_serial(chance)
    if algorithm == "gost":
        return Identity(pair.private, _sign_gost(name, pair.private, pair.public, begins, ends, serial))
    private = serialization.load_pem_private_key(pair.private, None)
    assert isinstance(private, rsa.RSAPrivateKey)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(private.public_key())
    builder = builder.serial_number(serial).not_valid_before(begins).not_valid_after(ends)
    builder = builder.add_extension(key_usage(signs_certificates=False), critical=True)
    return Identity(pair.private, builder.sign(private, hashes.SHA256()).public_bytes(serialization.Encoding.DER))


def _sign_gost(
    name: str, private: bytes, public: bytes, begins: datetime.datetime, ends: datetime.datetime, serial: int
) -> bytes:
    """Put together here, because `openssl req` knows no other time than the machine's; the engine signs it."""
    try:
        key = GostKey(pem.unarmor(private)[2], is_private=True)
    except GostUnavailable as reason:
        raise StandUnusable(
            f"this machine cannot sign by GOST R 34.10-2012: {reason}; install it (Debian: libengine-gost-openssl),"
            " or make a key of RSA"
        ) from None
    subject, algorithm = asn1.Name.build({"common_name": name}), _algorithm()
    usage = asn1.Extension({"extn_id": "key_usage", "critical": True, "extn_value": asn1.KeyUsage({"digital_signature"})})
    certified = asn1.TbsCertificate(
        {
            "version": "v3",
            "serial_number": serial,
            "signature": algorithm,
            "issuer": subject,
            "validity": {"not_before": asn1.UTCTime(begins), "not_after": asn1.UTCTime(ends)},
            "subject": subject,
            "subject_public_key_info": keys.PublicKeyInfo.load(public),
            "extensions": [usage],
        }
    )
    members = {
        "tbs_certificate": certified,
        "signature_algorithm": algorithm,
        "signature_value": core.OctetBitString(key.sign(certified.dump())),
    }
    return bytes(asn1.Certificate(members).dump())


def _algorithm() -> Any:
    return algos.SignedDigestAlgorithm({"algorithm": SIGNED_BY_GOST_256})
