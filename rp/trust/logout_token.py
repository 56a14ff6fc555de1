"""Does the provider tell us that a session is over? The checks of OpenID Connect Back-Channel Logout 1.0, 2.6."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from rp.realm import Realm
from rp.trust.errors import LogoutTokenRefused
from rp.trust.provider import Provider
from rp.trust.signed_token import ALGORITHMS, SignatureRefused, verify_signature

EVENT = "http://schemas.openid.net/event/backchannel-logout"
LEEWAY_SECONDS = 60
MAX_AGE_SECONDS = 600
"""A token made longer ago is refused whatever its `exp`, so that its `jti` need not be remembered for ever."""
MAX_NAME_CHARACTERS = 255

Claims = Mapping[str, Any]


@dataclass(frozen=True)
class VerifiedLogout:
    """Whose session is over: one session (`provider_session`), or every one of the subject when there is only a subject."""

    issuer: str
    subject: str | None
    provider_session: str | None
    token_id: str


def judge_logout_token(realm: Realm, token: object) -> VerifiedLogout:
    """Judge a logout token; that it is used once only is for the caller. Raises LogoutTokenRefused, ProviderUnavailable."""
    supported = realm.room(Provider).metadata().id_token_algorithms
    try:
        header, claims = verify_signature(realm, token, allowed=supported & frozenset(ALGORITHMS))
    except SignatureRefused as error:
        raise LogoutTokenRefused(str(error)) from error
    if str(header.get("typ", "")).lower().removeprefix("application/") != "logout+jwt":
        raise LogoutTokenRefused("typ is not logout+jwt")
    for check in CHECKS:
        check(realm, claims)
    return VerifiedLogout(
        issuer=claims["iss"], subject=claims.get("sub"), provider_session=claims.get("sid"), token_id=claims["jti"]
    )


def _check_parties(realm: Realm, claims: Claims) -> None:
    if claims.get("iss") != realm.settings.issuer:
        raise LogoutTokenRefused("iss is another provider")
    audience = claims.get("aud")
    if realm.settings.client_id not in (audience if isinstance(audience, list) else [audience]):
        raise LogoutTokenRefused("aud is another client")


def _check_times(realm: Realm, claims: Claims) -> None:
    now = realm.clock.now()
    for name in ("iat", "exp"):
        if not isinstance(claims.get(name), (int, float)) or isinstance(claims.get(name), bool):
            raise LogoutTokenRefused(f"{name} is missing")
    if claims["exp"] <= now - LEEWAY_SECONDS:
        raise LogoutTokenRefused("the token has expired")
    if claims["iat"] > now + LEEWAY_SECONDS:
        raise LogoutTokenRefused("iat is in the future")
    if claims["iat"] <= now - MAX_AGE_SECONDS:
        raise LogoutTokenRefused("iat is too long ago")


def _check_event(_realm: Realm, claims: Claims) -> None:
    """`events` says what the token is; a `nonce` would let it pass for an ID token, so there must be none."""
    events = claims.get("events")
    if not isinstance(events, Mapping) or not isinstance(events.get(EVENT), Mapping):
        raise LogoutTokenRefused("events does not name a logout")
    if "nonce" in claims:
        raise LogoutTokenRefused("there is a nonce")


def _check_names(_realm: Realm, claims: Claims) -> None:
    for name in ("sub", "sid", "jti"):
        value = claims.get(name)
        if name in claims and not (isinstance(value, str) and 0 < len(value) <= MAX_NAME_CHARACTERS and value.isprintable()):
            raise LogoutTokenRefused(f"{name} is not a name")
    if "jti" not in claims:
        raise LogoutTokenRefused("jti is missing")
    if "sub" not in claims and "sid" not in claims:
        raise LogoutTokenRefused("there is neither sub nor sid")


CHECKS: tuple[Callable[[Realm, Claims], None], ...] = (_check_parties, _check_times, _check_event, _check_names)
