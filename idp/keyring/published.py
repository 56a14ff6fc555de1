"""What everybody may know of the keys: the key set that is published, and what verifies our own tokens."""

from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from idp.cms.gost_2012 import public_key
from idp.keyring.gost import GostPrivateKey
from idp.keyring.private import SigningKey, ring_of
from idp.protocol.vocabulary import EsiaAlgorithm
from idp.realm import Realm

NOT_A_TOKEN = (JoseError, ValueError, TypeError, RecursionError)
"""What joserfc raises for text that is not a token these keys signed. The last two escape it: a header whose `crit` is a
number is iterated before it is judged, and a deep payload is parsed by recursion."""


def key_set(realm: Realm) -> dict[str, Any]:
    """The JWK Set of the realm: the public part of every key it has but those of ESIA (RFC 7517, 5)."""
    ring = ring_of(realm)
    ring.refresh()
    return {"keys": [key.public_jwk() for key in reversed(ring.keys) if key.is_standard]}


def describe_keys(realm: Realm) -> list[tuple[str, str, int]]:
    """`kid`, algorithm and time of making of every key, the oldest first."""
    ring = ring_of(realm)
    ring.refresh()
    return [(key.kid, key.algorithm, key.made_at) for key in ring.keys]


def verifying_keys(realm: Realm) -> KeySet:
    """The same keys as objects that verify, imported once for each change of the ring."""
    ring = ring_of(realm)
    ring.refresh()
    return ring.verifying


def is_signed_by_us(realm: Realm, message: bytes, signature: bytes, *, algorithm: EsiaAlgorithm) -> bool:
    """Did one of our keys of this algorithm sign the message? For tokens of ESIA, which name no key."""
    ring = ring_of(realm)
    ring.refresh()
    return any(_verifies(key, message, signature) for key in reversed(ring.keys) if key.algorithm == algorithm)


def _verifies(key: SigningKey, message: bytes, signature: bytes) -> bool:
    if isinstance(key.private, GostPrivateKey):
        return public_key(key.private.public_key_info).verify(message, signature)
    assert isinstance(key.private, rsa.RSAPrivateKey), "ESIA knows no other"
    try:
        key.private.public_key().verify(signature, message, padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature:
        return False
    return True
