"""What a client may publish as its keys (RFC 7517; RFC 7591, 2): public, strong enough, and not too many of them."""

from base64 import urlsafe_b64decode
from collections.abc import Mapping
from typing import Any, Final

from joserfc.errors import JoseError
from joserfc.jwk import JWKRegistry

from idp.errors import RequestRefused

MAX_KEYS: Final = 20
MIN_RSA_BITS: Final = 2048
MAX_RSA_BITS: Final = 8192
CURVES: Final[Mapping[str, tuple[str, ...]]] = {"EC": ("P-256", "P-384", "P-521"), "OKP": ("Ed25519", "X25519")}
PRIVATE_MEMBERS: Final = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})


def check_key_set(document: Any) -> Mapping[str, Any]:
    """Judge a JWK Set that a client registers by value. Raises RequestRefused; a key of a kind we do not know is refused."""
    keys = document.get("keys") if isinstance(document, Mapping) else None
    if not isinstance(keys, list) or not 0 < len(keys) <= MAX_KEYS:
        raise _refused(f"jwks must be a JWK Set of one to {MAX_KEYS} keys")
    for key in keys:
        _check_key(key)
    return {"keys": keys}


def _check_key(key: Any) -> None:
    if not isinstance(key, dict):
        raise _refused("each key of jwks must be a JSON object")
    kind = key.get("kty")
    if kind == "oct" or key.keys() & PRIVATE_MEMBERS:
        raise _refused("jwks must hold public keys only: no oct, no private members")
    if kind != "RSA" and key.get("crv") not in CURVES.get(str(kind), ()):
        raise _refused("each key of jwks must be RSA, EC (P-256, P-384, P-521) or OKP (Ed25519, X25519)")
    if not isinstance(key.get("kid", ""), str) or len(key.get("kid", "")) > 200:
        raise _refused("kid must be a text of at most 200 characters")
    if kind == "RSA" and not MIN_RSA_BITS <= _bits(key.get("n")) <= MAX_RSA_BITS:
        raise _refused(f"an RSA key of jwks must have {MIN_RSA_BITS} to {MAX_RSA_BITS} bits")
    try:
        JWKRegistry.import_key(key)
    except (JoseError, KeyError, TypeError, ValueError):
        raise _refused("a key of jwks is no public key of its kind") from None


def _bits(modulus: Any) -> int:
    """How long a modulus is, counted before anything is computed with it; 0 when it is none."""
    if not isinstance(modulus, str) or not modulus.isascii() or len(modulus) > MAX_RSA_BITS:
        return 0
    try:
        return int.from_bytes(urlsafe_b64decode(modulus + "=" * (-len(modulus) % 4)), "big").bit_length()
    except ValueError:
        return 0


def _refused(description: str) -> RequestRefused:
    return RequestRefused("invalid_client_metadata", description, clause="RFC 7591, 2")
