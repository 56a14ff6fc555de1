"""May this ID token open a session? Authlib's checks of OpenID Connect Core 1.0, 3.1.3.7, and those it leaves out."""

import base64
import hashlib
import hmac
from collections.abc import Callable, Mapping
from typing import Any

from authlib.oidc.core import CodeIDToken
from joserfc.errors import JoseError

from rp.realm import Realm
from rp.trust.assurance import reaches
from rp.trust.errors import AnswerRefused, AssuranceTooLow
from rp.trust.provider import Provider
from rp.trust.signed_token import ALGORITHMS, SignatureRefused, verify_signature

LEEWAY_SECONDS = 60
MAX_AGE_SECONDS = 600
"""An ID token answers a request of this minute; one made long ago is a replay (3.1.3.7, rule 10)."""

Claims = Mapping[str, Any]


def judge_id_token(
    realm: Realm, token: object, *, nonce: str, access_token: str, required_acr: str | None = None
) -> dict[str, Any]:
    """The claims of an ID token that is the answer to our request. Raises AnswerRefused, ProviderUnavailable."""
    supported = realm.room(Provider).metadata().id_token_algorithms
    try:
        header, claims = verify_signature(realm, token, allowed=supported & frozenset(ALGORITHMS))
    except SignatureRefused as error:
        raise AnswerRefused(f"ID token: {error}") from error
    # A logout token of the same key and claims is no sign-in (Back-Channel Logout 1.0, 2.4); `typ` of an ID token is optional.
    if str(header.get("typ", "JWT")).upper() != "JWT" or "events" in claims:
        raise AnswerRefused("ID token: it is a token of another kind")
    for check in STRICT_CHECKS:
        check(realm, claims)
    if not hmac.compare_digest(claims["at_hash"].encode(), half_hash(access_token, header["alg"]).encode()):
        raise AnswerRefused("ID token: at_hash is of another access token")
    judged = CodeIDToken(
        claims,
        header,
        options={
            "iss": {"essential": True, "value": realm.settings.issuer},
            "aud": {"essential": True, "value": realm.settings.client_id},
        },
        params={"nonce": nonce, "client_id": realm.settings.client_id},
    )
    try:
        judged.validate(now=realm.clock.now(), leeway=LEEWAY_SECONDS)
    except JoseError as error:
        raise AnswerRefused(f"ID token: {error.error} {getattr(error, 'claim', '')}".rstrip()) from error
    check_assurance(claims.get("acr"), required=required_acr or realm.settings.required_acr)
    return claims


def half_hash(access_token: str, algorithm: str) -> str:
    """What `at_hash` must be (3.1.3.6). Authlib cannot say it for Ed25519, whose hash is SHA-512 (RFC 8032, 5.1)."""
    digest = hashlib.sha512 if algorithm in ("EdDSA", "Ed25519") else hashlib.sha256
    half = digest(access_token.encode("ascii", "replace")).digest()
    return base64.urlsafe_b64encode(half[: len(half) // 2]).rstrip(b"=").decode("ascii")


def check_assurance(acr: object, *, required: str) -> None:
    """Refuse an `acr` that is absent, unknown or weaker than the required one."""
    if not reaches(acr, required):
        raise AssuranceTooLow(required)


def _check_presence(_realm: Realm, claims: Claims) -> None:
    """Optional by the standard, asked for by us: without them Authlib checks nothing (nonce, at_hash)."""
    for name in ("sub", "nonce", "at_hash"):
        if not isinstance(claims.get(name), str) or not claims[name]:
            raise AnswerRefused(f"ID token: {name} is missing")
    for name in ("exp", "iat"):
        if not isinstance(claims.get(name), (int, float)) or isinstance(claims.get(name), bool):
            raise AnswerRefused(f"ID token: {name} is missing")
    if len(claims["sub"]) > 255:
        raise AnswerRefused("ID token: sub is longer than 255 characters")


def _check_audience(realm: Realm, claims: Claims) -> None:
    """Several audiences need `azp`, and `azp` is us whenever it stands there (3.1.3.7, rules 3 to 5)."""
    audience = claims.get("aud")
    listed = audience if isinstance(audience, list) else [audience]
    if realm.settings.client_id not in listed:
        raise AnswerRefused("ID token: aud is another client")
    if len(listed) > 1 and "azp" not in claims:
        raise AnswerRefused("ID token: azp is missing")
    if claims.get("azp", realm.settings.client_id) != realm.settings.client_id:
        raise AnswerRefused("ID token: azp is another client")


def _check_issued_now(realm: Realm, claims: Claims) -> None:
    now = realm.clock.now()
    if claims["iat"] > now + LEEWAY_SECONDS:
        raise AnswerRefused("ID token: iat is in the future")
    if claims["iat"] < now - MAX_AGE_SECONDS:
        raise AnswerRefused("ID token: iat is too long ago")


STRICT_CHECKS: tuple[Callable[[Realm, Claims], None], ...] = (_check_presence, _check_audience, _check_issued_now)
