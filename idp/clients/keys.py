"""The public keys of a client, or of another peer that publishes them, and whether a JWT was signed with one of them.

Registered by value (`jwks`) or by reference (`jwks_uri`). What is fetched is kept for five minutes by the realm's clock;
a `kid` that is not among it is a reason to look again, so that a client may rotate, but not for every message of a forger.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import orjson
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, JWKRegistry, Key, OKPKey, RSAKey
from joserfc.jws import JWSRegistry

from ground.fetch import FetchFailed
from idp.protocol.compact_jwt import UnverifiedJwt
from idp.realm import Realm

KEPT_SECONDS = 300
FAILURE_KEPT_SECONDS = 10
MAX_LOOKS = 6
"""How often one address is asked in five minutes, whatever unknown keys are named."""
MAX_KEYS = 50
MIN_RSA_BITS = 2048
PRIVATE_MEMBERS = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})


class KeysUnusable(Exception):
    """The client has no keys that we can get at. The message says why, in ASCII."""


class HasKeys(Protocol):
    """Somebody whose keys are known by value or by reference."""

    @property
    def jwks(self) -> Mapping[str, Any] | None: ...

    @property
    def jwks_uri(self) -> str | None: ...


class SignatureWrong(Exception):
    """No key of the client made this signature. The message says why, in ASCII."""


@dataclass(frozen=True)
class _Copy:
    """What an address answered: the keys, or why there are none. `looks` counts from `since`; times are seconds."""

    keys: tuple[Key, ...]
    failure: str
    fetched_at: int
    since: int
    looks: int


def check_signature(
    realm: Realm, client: HasKeys, jwt: UnverifiedJwt, *, algorithms: Collection[str], timeout: float | None = None
) -> None:
    """Judge the signature of a JWT by the client's keys. May fetch, so never call it inside a transaction; `timeout` is how
    many seconds that may take.

    `algorithms` are asymmetric ones. Raises SignatureWrong, KeysUnusable.
    """
    if jwt.algorithm not in algorithms:
        raise SignatureWrong(f"alg must be {' or '.join(algorithms)}")
    model = JWSRegistry.algorithms[jwt.algorithm]
    for key in keys_of(realm, client, kid=jwt.kid, timeout=timeout):
        if jwt.kid is not None and key.get("kid") not in (None, jwt.kid):
            continue
        if key.get("alg") not in (None, jwt.algorithm):
            continue
        try:
            model.check_key(key)
            if model.verify(jwt.message, jwt.signature, key):
                return
        except (JoseError, ValueError):
            continue
    raise SignatureWrong("no key of the client verifies the signature")


def keys_of(realm: Realm, client: HasKeys, *, kid: str | None = None, timeout: float | None = None) -> tuple[Key, ...]:
    """The keys of a client that can verify; a `kid` that is not among them has the address asked again.

    Raises KeysUnusable.
    """
    if client.jwks is not None:
        return _usable(client.jwks)
    if client.jwks_uri is None:
        raise KeysUnusable("the client registered neither jwks nor jwks_uri")
    copies: dict[str, _Copy] = realm.remember("keys of clients", dict)
    copy = copies.get(client.jwks_uri)
    if copy is None or not _may_serve(realm, copy, kid):
        copy = copies[client.jwks_uri] = _look(realm, client.jwks_uri, copy, timeout)
    if copy.failure:
        raise KeysUnusable(copy.failure)
    return copy.keys


def _may_serve(realm: Realm, copy: _Copy, kid: str | None) -> bool:
    # A clock that was set back makes no copy last longer.
    age = realm.clock.now() - copy.fetched_at
    if not 0 <= age < (FAILURE_KEPT_SECONDS if copy.failure else KEPT_SECONDS):
        return False
    is_known = kid is None or any(key.get("kid") in (None, kid) for key in copy.keys)
    return is_known or bool(copy.failure) or copy.looks >= MAX_LOOKS


def _look(realm: Realm, address: str, before: _Copy | None, timeout: float | None) -> _Copy:
    now = realm.clock.now()
    is_counting = before is not None and 0 <= now - before.since < KEPT_SECONDS
    since, looks = (before.since, before.looks + 1) if before is not None and is_counting else (now, 1)
    try:
        answer = realm.fetch.get(address, headers={"Accept": "application/jwk-set+json, application/json"}, timeout=timeout)
        if answer.status_code != 200:
            return _Copy((), "jwks_uri does not answer with a key set", now, since, looks)
        return _Copy(_usable(orjson.loads(answer.content)), "", now, since, looks)
    except FetchFailed:
        return _Copy((), "jwks_uri cannot be fetched", now, since, looks)
    except (orjson.JSONDecodeError, KeysUnusable):
        return _Copy((), "jwks_uri does not answer with a key set", now, since, looks)


def _usable(document: Any) -> tuple[Key, ...]:
    """The keys of a JWK Set that may verify; those of a kind we do not know are passed over (RFC 7517, 5)."""
    members = document.get("keys") if isinstance(document, Mapping) else None
    if not isinstance(members, list) or len(members) > MAX_KEYS:
        raise KeysUnusable("the client's key set is no JWK Set")
    return tuple(key for member in members if (key := _import(member)) is not None)


def _import(member: Any) -> Key | None:
    if not isinstance(member, dict) or member.keys() & PRIVATE_MEMBERS or member.get("use", "sig") != "sig":
        return None
    try:
        if member.get("kty") == "RSA" and len(member["n"]) < MIN_RSA_BITS // 6:
            return None
        key = JWKRegistry.import_key(member)
        return key if isinstance(key, RSAKey | ECKey | OKPKey) else None
    except (JoseError, KeyError, TypeError, ValueError):
        return None
