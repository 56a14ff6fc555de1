"""A key and its certificate as one file that signing tools and browsers open by a password (PKCS#12, RFC 7292)."""

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12

from ground.chance import Chance
from idp.authority.citizen_certificates import Issued
from idp.authority.private_keys import NO_GOST
from idp.cms.openssl import open_desk
from idp.errors import StandUnusable

ROUNDS = 100_000
"""A tenth of a second for whoever opens it, and for whoever guesses."""
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
PASSWORD_LENGTH = 12


def draw_password(chance: Chance) -> str:
    """A password that can be read out and typed: 12 letters and digits, 59 bits."""
    return "".join(LETTERS[byte % len(LETTERS)] for byte in chance.draw("container password", PASSWORD_LENGTH))


def container(issued: Issued, *, password: str) -> bytes:
    """The PKCS#12 file. Encrypted by PBES2 with AES-256 and SHA-256, which WebCrypto can open; older schemes it cannot."""
    certificate = x509.load_der_x509_certificate(issued.certificate)
    if issued.algorithm.startswith("gost"):
        return _gost_container(issued, certificate, password=password)
    key = serialization.load_pem_private_key(issued.private, None)
    assert isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey)
    encryption = (
        serialization.PrivateFormat.PKCS12.encryption_builder()
        .kdf_rounds(ROUNDS)
        .key_cert_algorithm(pkcs12.PBES.PBESv2SHA256AndAES256CBC)
        .hmac_hash(hashes.SHA256())
        .build(password.encode())
    )
    return pkcs12.serialize_key_and_certificates(issued.serial.encode(), key, certificate, None, encryption)


def _gost_container(issued: Issued, certificate: x509.Certificate, *, password: str) -> bytes:
    with open_desk() as desk:
        if desk is None:
            raise StandUnusable(NO_GOST)
        desk.demand(
            "pkcs12", "-export", "-out", "container.p12", "-name", issued.serial,
            "-in", desk.put("certificate.pem", certificate.public_bytes(serialization.Encoding.PEM)),
            "-inkey", desk.put("private.pem", issued.private),
            "-passout", f"file:{desk.put('password', password.encode())}",
            "-keypbe", "AES-256-CBC", "-certpbe", "AES-256-CBC", "-macalg", "SHA256", "-iter", str(ROUNDS),
        )  # fmt: skip
        return desk.take("container.p12")
