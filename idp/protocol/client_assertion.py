"""The assertion by which a client proves who it is: a JWT about itself (RFC 7523, 3; OpenID Connect Core 1.0, 9).

The audience is one string: our issuer, the token endpoint, or the endpoint that was called (RFC 9126, 2). An array is
refused even when we stand in it, because a server that shares the array with us could use the assertion here
(RFC 7523bis, 4; FAPI 2.0, 5.3.2.1).
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from idp.errors import RequestRefused
from idp.protocol.client import Client
from idp.protocol.vocabulary import CLIENT_SIGNING_ALGORITHMS, SECRET_SIGNING_ALGORITHMS

ASSERTION_TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
CLOCK_SKEW_SECONDS: Final = 60
LONGEST_LIFETIME_SECONDS: Final = 3600
"""Clients make assertions for a minute or five; an hour is what Authlib's own client asks for when it is told nothing."""
MAX_JTI_LENGTH: Final = 512
CLAUSE: Final = "RFC 7523, 3"


@dataclass(frozen=True)
class Use:
    """What has to be remembered of an accepted assertion, and until when, so that it is accepted once. `born_at` is when it
    was made at the earliest; all in seconds."""

    jti: str
    expires_at: int
    born_at: int


def algorithms_for(client: Client) -> tuple[str, ...]:
    """The algorithms that an assertion of this client may have: the registered one, or what its method allows."""
    if client.authentication_algorithm is not None:
        return (client.authentication_algorithm,)
    return SECRET_SIGNING_ALGORITHMS if client.authentication == "client_secret_jwt" else CLIENT_SIGNING_ALGORITHMS


def unverified_client_id(claims: Mapping[str, Any], form_client_id: str | None) -> str:
    """Whom an assertion that nobody has verified yet claims to speak for. Raises RequestRefused.

    A `client_id` beside it is not needed, and must be the same when it is there (RFC 7521, 4.2).
    """
    subject = claims.get("sub")
    if not isinstance(subject, str) or not subject:
        raise refused("the assertion needs sub, the client_id")
    if form_client_id not in (None, "", subject):
        raise refused("client_id and the sub of the assertion differ")
    return subject


def check_claims(claims: Mapping[str, Any], *, client_id: str, audiences: Collection[str], now: int) -> Use:
    """Judge the claims of an assertion whose signature was found right. Raises RequestRefused."""
    if claims.get("iss") != client_id or claims.get("sub") != client_id:
        raise refused("iss and sub of the assertion must both be the client_id")
    audience = claims.get("aud")
    if not isinstance(audience, str) or audience not in audiences:
        raise refused("aud of the assertion must be one string: the issuer or the URL of the token endpoint")
    expires_at = _moment(claims, "exp")
    if expires_at is None:
        raise refused("the assertion needs exp")
    if expires_at <= now:
        raise refused("the assertion has expired")
    if expires_at > now + LONGEST_LIFETIME_SECONDS + CLOCK_SKEW_SECONDS:
        raise refused(f"the assertion may live for {LONGEST_LIFETIME_SECONDS} seconds at most")
    for name in ("nbf", "iat"):
        moment = _moment(claims, name)
        if moment is not None and moment > now + CLOCK_SKEW_SECONDS:
            raise refused(f"{name} of the assertion is in the future")
    jti = claims.get("jti")
    if not isinstance(jti, str) or not jti or len(jti) > MAX_JTI_LENGTH:
        raise refused(f"the assertion needs jti, a text of at most {MAX_JTI_LENGTH} characters")
    issued_at = _moment(claims, "iat")
    return Use(jti, expires_at, expires_at - LONGEST_LIFETIME_SECONDS if issued_at is None else issued_at)


def refused(description: str) -> RequestRefused:
    """The answer to every assertion that proves nothing."""
    return RequestRefused("invalid_client", description, clause=CLAUSE, status=401)


def _moment(claims: Mapping[str, Any], name: str) -> int | None:
    """A NumericDate in whole seconds; fractions are allowed (RFC 7519, 2)."""
    value = claims.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1 << 53:
        raise refused(f"{name} of the assertion must be a number of seconds")
    return int(value)
