"""Keys and certificates of information systems, made once for a test process: RSA by cryptography, GOST by OpenSSL."""

import atexit
import shutil
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from ground.clock import as_datetime
from idp.cms.gost_engine import GostKey
from tests.idp.openssl import OpenSsl, open_program

BEGINS, ENDS = 1_767_225_600, 1_830_297_600
"""The whole of 2026 and 2027: whoever tests with a clock of its own is in it, and so is the machine's."""
AUTHORITY = b"""
[ca]
default_ca = here
[here]
database = index
serial = serial
new_certs_dir = .
policy = anything
default_md = default
unique_subject = no
email_in_dn = no
string_mask = utf8only
[anything]
commonName = supplied
[system]
keyUsage = critical,digitalSignature
"""


@dataclass(frozen=True)
class RsaIdentity:
    """An RSA key with a self-signed certificate."""

    private: rsa.RSAPrivateKey
    certificate: x509.Certificate

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.DER)

    @property
    def certificate_pem(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    @property
    def key_pem(self) -> bytes:
        return self.private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )


@dataclass(frozen=True)
class GostIdentity:
    """A GOST key of 256 bits with a self-signed certificate. `key` signs in this process, the files are for the program."""

    key: GostKey
    der: bytes
    certificate_pem: bytes
    key_pem: bytes


@cache
def program() -> OpenSsl:
    """OpenSSL with the GOST engine, in a folder that this process throws away."""
    folder = Path(tempfile.mkdtemp(prefix="propusk-systems-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    (folder / "index").touch()
    (folder / "serial").write_text("1000")
    opened = open_program(folder)
    (folder / "authority.cnf").write_bytes((folder / "openssl.cnf").read_bytes() + AUTHORITY)
    return opened


@cache
def rsa_identity(name: str = "Учебная система", *, bits: int = 2048, serial: int = 0) -> RsaIdentity:
    """The RSA identity of this name, the same one at every call. With a serial number it can pass itself off as another one."""
    private = rsa.generate_private_key(65537, bits)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(private.public_key())
        .serial_number(serial or x509.random_serial_number())
        .not_valid_before(as_datetime(BEGINS))
        .not_valid_after(as_datetime(ENDS))
    )
    return RsaIdentity(private, builder.sign(private, hashes.SHA256()))


@cache
def gost_identity(name: str = "Учебная система", *, curve: str = "A", until: str = "20280101000000Z") -> GostIdentity:
    """The GOST identity of this name, the same one at every call. The curve is one of CryptoPro's: A, B, C, XA."""
    openssl = program()
    key_pem = openssl.made("key.pem", "genpkey", "-algorithm", "gost2012_256", "-pkeyopt", f"paramset:{curve}")
    subject = ("-utf8", "-config", "authority.cnf", "-subj", f"/CN={name}")
    openssl.made("request.pem", "req", "-new", "-key", "key.pem", *subject)
    dates = ("-startdate", "20260101000000Z", "-enddate", until, "-notext", "-preserveDN", "-extensions", "system")
    files = ("-selfsign", "-keyfile", "key.pem", "-in", "request.pem")
    certificate_pem = openssl.made("certificate.pem", "ca", "-batch", "-config", "authority.cnf", *dates, *files)
    der = openssl.made("certificate.der", "x509", "-in", "certificate.pem", "-outform", "DER")
    key_der = openssl.made("key.der", "pkcs8", "-topk8", "-nocrypt", "-in", "key.pem", "-outform", "DER")
    return GostIdentity(GostKey(key_der, is_private=True), der, certificate_pem, key_pem)
