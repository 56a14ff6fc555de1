"""Which algorithms a signature may be made with, and which back end knows them.

The lists are of what is good: whatever is not named is refused, what was good once as weak, all else as unsupported.
"""

from enum import StrEnum
from typing import Any

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa

from idp.cms.message import SignedMessage
from idp.cms.verdict import Reason, SignatureRefused

RSA_BITS = range(2048, 8193)
EC_BITS = 256

DIGESTS = {
    "2.16.840.1.101.3.4.2.1": "sha256",
    "2.16.840.1.101.3.4.2.2": "sha384",
    "2.16.840.1.101.3.4.2.3": "sha512",
    "1.2.643.7.1.1.2.2": "streebog256",
    "1.2.643.7.1.1.2.3": "streebog512",
}
WEAK_DIGESTS = frozenset({"1.2.840.113549.2.5", "1.3.14.3.2.26", "1.2.643.2.2.9"})
"""MD5, SHA-1 and ГОСТ Р 34.11-94."""
RSA_PLAIN = "1.2.840.113549.1.1.1"
RSA_PSS = "1.2.840.113549.1.1.10"
SIGNATURES = {
    RSA_PLAIN: "rsa",
    "1.2.840.113549.1.1.11": "rsa-sha256",
    "1.2.840.113549.1.1.12": "rsa-sha384",
    "1.2.840.113549.1.1.13": "rsa-sha512",
    RSA_PSS: "rsa-pss",
    "1.2.840.10045.4.3.2": "ecdsa-sha256",
    "1.2.840.10045.4.3.3": "ecdsa-sha384",
    "1.2.840.10045.4.3.4": "ecdsa-sha512",
    "1.3.101.112": "ed25519",
    "1.3.101.113": "ed448",
    "1.2.643.7.1.1.1.1": "gost2012-256",
    "1.2.643.7.1.1.1.2": "gost2012-512",
    "1.2.643.7.1.1.3.2": "gost2012-256",
    "1.2.643.7.1.1.3.3": "gost2012-512",
}
WEAK_SIGNATURES = frozenset(
    {
        "1.2.840.113549.1.1.4",
        "1.2.840.113549.1.1.5",
        "1.2.840.10045.4.1",
        "1.2.840.10040.4.3",
        "1.2.643.2.2.3",
        "1.2.643.2.2.19",
    }
)
"""With MD5 or SHA-1, and ГОСТ Р 34.10-2001."""
KEYS: dict[str, type] = {
    "rsa": rsa.RSAPublicKey,
    "ecdsa": ec.EllipticCurvePublicKey,
    "ed25519": ed25519.Ed25519PublicKey,
    "ed448": ed448.Ed448PublicKey,
}
"""The key that an algorithm needs."""
ClassicKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey | ed448.Ed448PublicKey
GOST_DIGESTS = {"gost2012-256": "streebog256", "gost2012-512": "streebog512"}


class Family(StrEnum):
    """Who can compute it: a library of ours, or an engine that has to be there."""

    CLASSIC = "classic"
    GOST = "gost"


def check_algorithms(message: SignedMessage) -> tuple[Family, str]:
    """The family of a signature and its algorithm as a word. Raises SignatureRefused where it is weak or nobody knows it."""
    # How the authority signed the certificate counts as much as how the person signed.
    _signature(message.certificate.signature_algorithm_oid.dotted_string)
    return check_signing(message.certificate, message.digest_algorithm, message.signature_algorithm, message.signature_parameters)


def check_signing(certificate: x509.Certificate, digest_oid: str, signature_oid: str, parameters: Any) -> tuple[Family, str]:
    """The same of what one signer says, whoever signed the certificate."""
    digest, signature = _known(DIGESTS, WEAK_DIGESTS, digest_oid), _signature(signature_oid)
    key = certificate.public_key_algorithm_oid.dotted_string
    if signature in GOST_DIGESTS:
        if SIGNATURES.get(key) != signature or digest != GOST_DIGESTS[signature]:
            raise SignatureRefused(Reason.MALFORMED, "key, digest and signature are of different algorithms")
        return Family.GOST, signature
    if not isinstance(strong_key(certificate), KEYS[signature.partition("-")[0]]):
        raise SignatureRefused(Reason.MALFORMED, "key and signature are of different algorithms")
    if signature_oid == RSA_PSS:
        _check_pss(parameters, digest_oid)
    word = f"{signature}-{digest}" if signature_oid in (RSA_PLAIN, RSA_PSS) else signature
    if word.startswith(("rsa-", "ecdsa-")) and not word.endswith(digest):
        raise SignatureRefused(Reason.MALFORMED, "the signature is of another digest than the one it names")
    return Family.CLASSIC, word


def _signature(oid: str) -> str:
    return _known(SIGNATURES, WEAK_SIGNATURES, oid)


def _known(good: dict[str, str], weak: frozenset[str], oid: str) -> str:
    if oid in weak:
        raise SignatureRefused(Reason.WEAK_ALGORITHM, f"the algorithm {oid} protects nothing any more")
    if oid not in good:
        raise SignatureRefused(Reason.UNSUPPORTED, f"the algorithm {oid} is not known here")
    return good[oid]


def strong_key(certificate: x509.Certificate) -> ClassicKey:
    """The key of a certificate, unless it is of GOST. Raises SignatureRefused where it is weak or of a kind nobody knows."""
    try:
        key = certificate.public_key()
    except (ValueError, UnsupportedAlgorithm):
        raise SignatureRefused(Reason.UNSUPPORTED, "the public key of the certificate is not of a kind known here") from None
    if isinstance(key, rsa.RSAPublicKey):
        if key.key_size < RSA_BITS.start:
            raise SignatureRefused(Reason.WEAK_ALGORITHM, f"the RSA key has {key.key_size} bits of at least {RSA_BITS.start}")
        if key.key_size not in RSA_BITS:
            raise SignatureRefused(Reason.UNSUPPORTED, f"the RSA key has {key.key_size} bits of at most {RSA_BITS.stop - 1}")
    elif isinstance(key, ec.EllipticCurvePublicKey):
        if key.curve.key_size < EC_BITS:
            raise SignatureRefused(Reason.WEAK_ALGORITHM, f"the curve has {key.curve.key_size} bits of at least {EC_BITS}")
    elif not isinstance(key, ed25519.Ed25519PublicKey | ed448.Ed448PublicKey):
        raise SignatureRefused(Reason.UNSUPPORTED, "the public key of the certificate is not of a kind known here")
    return key


def _check_pss(parameters: Any, digest_oid: str) -> None:
    """PSS names its digests in its parameters, and without them means SHA-1 (RFC 4055, 3.1)."""
    mask = parameters["mask_gen_algorithm"]["parameters"]["algorithm"].dotted
    for oid in (parameters["hash_algorithm"]["algorithm"].dotted, mask):
        _known(DIGESTS, WEAK_DIGESTS, oid)
        if oid != digest_oid:
            raise SignatureRefused(Reason.MALFORMED, "the signature is of another digest than the one it names")
