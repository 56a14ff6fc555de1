"""Keys of a client and JWTs made with them, as a client makes them: with joserfc, which the provider does not sign with."""

from base64 import urlsafe_b64encode
from collections.abc import Mapping
from typing import Any

import orjson
from joserfc.jwk import ECKey, Key, OKPKey, RSAKey
from joserfc.jws import JWSRegistry


def make_key(algorithm: str, *, kid: str | None = None) -> Key:
    """A key pair that can make signatures of an algorithm."""
    key: Key
    if algorithm in ("RS256", "PS256"):
        key = RSAKey.generate_key(2048)
    elif algorithm == "ES256":
        key = ECKey.generate_key("P-256")
    else:
        key = OKPKey.generate_key("Ed25519")
    key.ensure_kid()
    if kid is not None:
        key = type(key).import_key(key.as_dict(private=True) | {"kid": kid})
    return key


def public_set(*keys: Key) -> dict[str, Any]:
    """What a client publishes."""
    return {"keys": [key.as_dict(private=False) for key in keys]}


def signed(key: Key, claims: Mapping[str, Any], *, algorithm: str, header: Mapping[str, Any] | None = None) -> str:
    """A compact JWT. Members of `header` that are None are left out."""
    members = {"alg": algorithm, "kid": key.kid} | dict(header or {})
    message = f"{_part({name: value for name, value in members.items() if value is not None})}.{_part(claims)}"
    signature = JWSRegistry.algorithms[algorithm].sign(message.encode(), key)
    return f"{message}.{urlsafe_b64encode(signature).rstrip(b'=').decode()}"


def unsigned(claims: Mapping[str, Any], *, header: Mapping[str, Any] | None = None) -> str:
    """A JWT of alg none."""
    return f"{_part({'alg': 'none'} | dict(header or {}))}.{_part(claims)}."


def _part(members: Mapping[str, Any]) -> str:
    return urlsafe_b64encode(orjson.dumps(members)).rstrip(b"=").decode()
