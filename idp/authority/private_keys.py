"""Keys of citizens in every algorithm that signs here: RSA and EC from our library, GOST from the system's openssl."""

from dataclasses import dataclass
from typing import Literal

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from idp.cms.openssl import open_desk
from idp.errors import StandUnusable

Algorithm = Literal["rsa", "ec", "gost256", "gost512"]
ALGORITHMS: tuple[Algorithm, ...] = ("rsa", "ec", "gost256", "gost512")
PARAMETERS: dict[str, tuple[str, str]] = {"gost256": ("gost2012_256", "paramset:XA"), "gost512": ("gost2012_512", "paramset:A")}
"""The curves that certificates of real authorities are on."""
NO_GOST = "this machine cannot compute GOST R 34.10-2012: install openssl and its engine (Debian: libengine-gost-openssl)"


@dataclass(frozen=True)
class KeyPair:
    """A private key as unencrypted PKCS#8 in PEM, and its public key as SubjectPublicKeyInfo in DER."""

    private: bytes
    public: bytes


def make_key_pair(algorithm: Algorithm) -> KeyPair:
    """A fresh key. Raises StandUnusable for GOST where the machine cannot compute it."""
    if algorithm in PARAMETERS:
        return _make_gost(*PARAMETERS[algorithm])
    private: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
    if algorithm == "rsa":
        private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    else:
        private = ec.generate_private_key(ec.SECP256R1())
    return KeyPair(
        private.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()),
        private.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo),
    )


def _make_gost(name: str, parameters: str) -> KeyPair:
    with open_desk() as desk:
        if desk is None:
            raise StandUnusable(NO_GOST)
        desk.demand("genpkey", "-algorithm", name, "-pkeyopt", parameters, "-out", "private.pem")
        desk.demand("pkey", "-in", "private.pem", "-pubout", "-outform", "DER", "-out", "public.der")
        return KeyPair(desk.take("private.pem"), desk.take("public.der"))
