"""The only place of the provider that signs a token: claims, then the seam, then the key, then the seam.

The encoder is ours because it is measurably leaner: 15 us above the bare signature, where a library takes 65 to 170.
A test compares it with joserfc.
"""

import hashlib
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import orjson

from ground.chance import draw_token
from idp.keyring.private import SigningKey, ring_of
from idp.protocol import scopes
from idp.protocol.client import Client
from idp.protocol.vocabulary import ACCESS_TOKEN_ALGORITHM, BACK_CHANNEL_LOGOUT_EVENT, TEST_MARK, EsiaAlgorithm
from idp.realm import Realm
from idp.tokens.families import Grant
from idp.tokens.subjects import subject_of

LOGOUT_TOKEN_SECONDS = 120
CLIENT_ASSERTION_SECONDS = 60
CLIENT_ASSERTION_ALGORITHM = "ES256"
ACCESS_TOKEN_TYPE, ID_TOKEN_TYPE, LOGOUT_TOKEN_TYPE = "at+jwt", "JWT", "logout+jwt"


def mint_access_token(realm: Realm, grant: Grant, client: Client, *, family_id: str) -> str:
    """An access token as a JWT of type `at+jwt` (RFC 9068, 2)."""
    claims = access_token_claims(realm, grant, client, family_id=family_id)
    return _seal(realm, claims, algorithm=ACCESS_TOKEN_ALGORITHM, media_type=ACCESS_TOKEN_TYPE)


def access_token_claims(realm: Realm, grant: Grant, client: Client, *, family_id: str) -> dict[str, Any]:
    """What an access token says (RFC 9068, 2.2). Its `jti` begins with the family it can be revoked by; one that a system has
    for itself is about the system, and says nothing of how sure we were of anybody."""
    now = realm.clock.now()
    claims: dict[str, Any] = {
        "iss": realm.issuer,
        "sub": grant.client_id if grant.is_own else subject_of(realm, client, grant.citizen_id),
        "aud": scopes.audience(grant.scopes, issuer=realm.issuer, registry_resource=realm.settings.registry_resource),
        "client_id": grant.client_id,
        "scope": scopes.spell(grant.scopes),
        "iat": now,
        "exp": now + realm.settings.lifetimes.access_token,
        "jti": f"{family_id}.{draw_token(realm.chance, 'access token')}",
    }
    if not grant.is_own:
        claims |= {"acr": grant.acr, "auth_time": grant.authenticated_at}
    return claims | _mark_of(grant)


def mint_id_token(
    realm: Realm,
    grant: Grant,
    client: Client,
    *,
    nonce: str | None,
    access_token: str,
    asked: Mapping[str, Any] = MappingProxyType({}),
) -> str:
    """An ID token for this client (OpenID Connect Core 1.0, 2), tied to the access token beside it (3.1.3.6).

    `asked` are claims about the person that the client asked for in it (5.5); none of them replaces one of ours.
    """
    claims = {**asked, **id_token_claims(realm, grant, client), "at_hash": half_hash(access_token, client.id_token_algorithm)}
    if nonce is not None:
        claims["nonce"] = nonce
    return _seal(realm, claims, algorithm=client.id_token_algorithm, media_type=ID_TOKEN_TYPE)


def id_token_claims(realm: Realm, grant: Grant, client: Client) -> dict[str, Any]:
    """What every ID token of this grant says, whatever stands beside it."""
    now = realm.clock.now()
    claims: dict[str, Any] = {
        "iss": realm.issuer,
        "sub": subject_of(realm, client, grant.citizen_id),
        "aud": client.client_id,
        "iat": now,
        "exp": now + realm.settings.lifetimes.id_token,
        "auth_time": grant.authenticated_at,
        "acr": grant.acr,
        "amr": list(grant.amr),
        "sid": grant.sid,
    }
    return claims | _mark_of(grant)


def mint_logout_token(realm: Realm, client: Client, *, citizen_id: str, sid: str) -> str:
    """A logout token (OpenID Connect Back-Channel Logout 1.0, 2.4), good for two minutes and never taken for an ID token."""
    claims = realm.seams.logout_token_claims(logout_token_claims(realm, client, citizen_id=citizen_id, sid=sid))
    return _seal(realm, claims, algorithm=client.id_token_algorithm, media_type=LOGOUT_TOKEN_TYPE)


def logout_token_claims(realm: Realm, client: Client, *, citizen_id: str, sid: str) -> dict[str, Any]:
    """What a logout token says. It always names session and subject: a client that keeps sessions by either finds them.
    There is no `nonce`."""
    now = realm.clock.now()
    return {
        "iss": realm.issuer,
        "sub": subject_of(realm, client, citizen_id),
        "aud": client.client_id,
        "iat": now,
        "exp": now + LOGOUT_TOKEN_SECONDS,
        "jti": draw_token(realm.chance, "logout token"),
        "sid": sid,
        "events": {BACK_CHANNEL_LOGOUT_EVENT: {}},
    }


def mint_client_assertion(realm: Realm, *, client_id: str, audience: str) -> str:
    """Who we are where we are a client ourselves: at the bank (RFC 7523, 3; OpenID Connect Core 1.0, 9). Good for a minute."""
    now = realm.clock.now()
    claims = {
        "iss": client_id,
        "sub": client_id,
        "aud": audience,
        "iat": now,
        "exp": now + CLIENT_ASSERTION_SECONDS,
        "jti": draw_token(realm.chance, "client assertion"),
    }
    return _seal(realm, claims, algorithm=CLIENT_ASSERTION_ALGORITHM, media_type="JWT")


def mint_for_test(
    realm: Realm, claims: Mapping[str, Any], *, header: Mapping[str, Any], algorithm: str, escapes_slashes: bool = False
) -> str:
    """A token of any claims, for the test API: signed with a published key and marked, whatever the claims say.

    `header` adds to `alg`, `typ` and `kid` or replaces them, a member that is None removes one; `alg` stays what signs.
    Raises TypeError for what JSON cannot hold.
    """
    assert realm.acts_for_test, "any token is minted for the test API only"
    key = ring_of(realm).signing_key(algorithm)
    members = {"typ": ID_TOKEN_TYPE, "kid": key.kid, **header, "alg": key.algorithm}
    given = {name: value for name, value in members.items() if value is not None}
    return _sign(realm, key, given, {**claims, TEST_MARK: True}, escapes_slashes=escapes_slashes)


def mint_esia(realm: Realm, claims: Mapping[str, Any], *, header: Mapping[str, Any], algorithm: EsiaAlgorithm) -> str:
    """A code or token of the ESIA dialect. The claims are `protocol.esia`'s; slashes are escaped in its JSON, as ESIA does it."""
    key = ring_of(realm).signing_key(algorithm)
    return _sign(realm, key, {**header, "alg": algorithm}, dict(claims), escapes_slashes=True)


def check_esia_key(realm: Realm, algorithm: EsiaAlgorithm) -> None:
    """Can codes and tokens be signed by this algorithm here? Raises GostUnavailable, before anything is used up for them."""
    ring_of(realm).signing_key(algorithm)


def mint_userinfo(realm: Realm, client: Client, claims: dict[str, Any], *, algorithm: str) -> str:
    """Userinfo as a JWT for a client that registered an algorithm for it (OpenID Connect Core 1.0, 5.3.2)."""
    return _seal(realm, {"iss": realm.issuer, "aud": client.client_id, **claims}, algorithm=algorithm, media_type="JWT")


def half_hash(token: str, algorithm: str) -> str:
    """The left half of the hash of a token, in base64url (OpenID Connect Core 1.0, 3.1.3.6).

    The hash is the one that `algorithm` signs with: SHA-512 for Ed25519 (RFC 8032, 5.1), SHA-256 for our others.
    """
    digest = (hashlib.sha512 if algorithm == "EdDSA" else hashlib.sha256)(token.encode("ascii")).digest()
    return _base64url(digest[: len(digest) // 2])


def _seal(realm: Realm, claims: dict[str, Any], *, algorithm: str, media_type: str) -> str:
    key = ring_of(realm).signing_key(algorithm)
    return _sign(realm, key, {"alg": key.algorithm, "typ": media_type, "kid": key.kid}, claims)


def _sign(realm: Realm, key: SigningKey, header: dict[str, Any], claims: dict[str, Any], *, escapes_slashes: bool = False) -> str:
    payload = orjson.dumps(realm.seams.token_claims(claims))
    if escapes_slashes:
        payload = payload.replace(b"/", b"\\/")  # JSON has slashes in texts only
    message = f"{_base64url(orjson.dumps(header))}.{_base64url(payload)}"
    token = f"{message}.{_base64url(key.sign(message.encode('ascii')))}"
    return realm.seams.sealed_token(token)


def _mark_of(grant: Grant) -> dict[str, Any]:
    return {TEST_MARK: True} if grant.is_made_by_test else {}


def _base64url(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode("ascii")
