"""Signing as a citizen would, with their key, for the stand and for tests: a detached CMS message (RFC 5652)."""

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs7

from idp.authority.private_keys import NO_GOST
from idp.cms.openssl import open_desk
from idp.errors import StandUnusable

GOST = ("1.2.643.7.1.1.1.1", "1.2.643.7.1.1.1.2")


def sign(content: bytes, certificate: bytes, private: bytes) -> bytes:
    """A detached signature over exactly `content`, in DER.

    The certificate is in DER, the key in PEM. Raises StandUnusable for GOST where the machine cannot compute it.
    """
    signer = x509.load_der_x509_certificate(certificate)
    if signer.public_key_algorithm_oid.dotted_string in GOST:
        return _sign_gost(content, signer, private)
    key = serialization.load_pem_private_key(private, None)
    if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise TypeError(f"a {type(key).__name__} does not sign here")
    builder = pkcs7.PKCS7SignatureBuilder().set_data(content).add_signer(signer, key, hashes.SHA256())
    options = [pkcs7.PKCS7Options.DetachedSignature, pkcs7.PKCS7Options.Binary, pkcs7.PKCS7Options.NoCapabilities]
    return builder.sign(serialization.Encoding.DER, options)


def _sign_gost(content: bytes, signer: x509.Certificate, private: bytes) -> bytes:
    with open_desk() as desk:
        if desk is None:
            raise StandUnusable(NO_GOST)
        desk.demand(
            "cms", "-sign", "-binary", "-nosmimecap", "-outform", "DER", "-out", "signature.der",
            "-in", desk.put("content", content),
            "-signer", desk.put("signer.pem", signer.public_bytes(serialization.Encoding.PEM)),
            "-inkey", desk.put("private.pem", private),
        )  # fmt: skip
        return desk.take("signature.der")
