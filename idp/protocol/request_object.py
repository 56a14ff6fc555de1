"""An authorization request as a JWT (RFC 9101; OpenID Connect Core 1.0, 6): what it may say, and what it replaces.

The signature is judged by whoever holds the client's keys; here are the rules that need nothing but the text.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from idp.errors import RequestRefused
from idp.protocol.client import Client
from idp.protocol.compact_jwt import UnverifiedJwt
from idp.protocol.vocabulary import CLIENT_SIGNING_ALGORITHMS, MAX_REQUEST_URI_LENGTH

CLAUSE = "RFC 9101, 6.3"
CLOCK_SKEW_SECONDS = 60
MAX_JTI_LENGTH = 256
MEDIA_TYPES = (None, "jwt", "oauth-authz-req+jwt")
PUSHED_PREFIX = "urn:ietf:params:oauth:request_uri:"
"""How a reference to a pushed request begins (RFC 9126, 2.2)."""

MAY_STAND_OUTSIDE = frozenset({"state", "nonce"})
"""What a client may vary around a signed object that it keeps (OpenID Connect Core 1.0, 6.2); it checks both itself."""
PARAMETERS = frozenset(
    {
        "response_type", "client_id", "redirect_uri", "scope", "state", "nonce", "response_mode", "display", "prompt", "max_age",
        "ui_locales", "claims_locales", "id_token_hint", "login_hint", "acr_values", "claims", "registration", "code_challenge",
        "code_challenge_method",
    }
)  # fmt: skip
"""Members of an object that are parameters. Others are of the JWT, or unknown and so ignored (RFC 6749, 3.1)."""


@dataclass(frozen=True)
class SingleUse:
    """The name of an object that must not come twice, and until when it has to be remembered; that and when it was made in
    seconds, if they are known."""

    jti: str
    expires_at: int | None
    issued_at: int | None = None


def check_request_uri(uri: str, client: Client, *, is_test: bool) -> str:
    """The address to fetch an object from, without its fragment. Raises RequestRefused. OpenID Connect Core 1.0, 6.2."""
    if len(uri) > MAX_REQUEST_URI_LENGTH or not uri.isascii() or not uri.isprintable():
        raise _refused_reference("request_uri must be at most 512 printable ASCII characters")
    address = uri.partition("#")[0]
    if address.partition(":")[0].lower() not in (("https", "http") if is_test else ("https",)):
        raise _refused_reference("request_uri must be an https address")
    if client.request_uris and address not in {registered.partition("#")[0] for registered in client.request_uris}:
        raise _refused_reference("request_uri is not registered for this client")
    return address


def is_signed(jwt: UnverifiedJwt, client: Client) -> bool:
    """Judge `alg` and `typ`; the signature of a signed object is still to be verified. Raises RequestRefused."""
    if jwt.media_type not in MEDIA_TYPES:
        raise _refused("the typ of the request object is that of another kind of token")
    registered = client.request_object_algorithm
    if registered is not None and jwt.algorithm != registered:
        raise _refused("the request object has another alg than the client registered")
    if jwt.algorithm == "none":
        if jwt.signature:
            raise _refused("an unsigned request object must have no signature")
        return False
    if jwt.algorithm not in CLIENT_SIGNING_ALGORITHMS:
        raise _refused("the alg of the request object is not supported")
    return True


def check_claims(jwt: UnverifiedJwt, *, client_id: str, issuer: str, now: int, is_signed: bool) -> SingleUse | None:
    """Judge what makes the object a message from this client to us, now. Raises RequestRefused.

    A signed object has to say from whom and to whom it is: otherwise one made for another provider would do. One that has
    our client as `sub` is an assertion of client authentication (RFC 9101, 10.8).
    """
    claims = jwt.claims
    if ("iss" in claims or is_signed) and claims.get("iss") != client_id:
        raise _refused("the iss of the request object must be the client_id")
    audience = claims.get("aud")
    if ("aud" in claims or is_signed) and issuer not in (audience if isinstance(audience, list) else [audience]):
        raise _refused("the aud of the request object must be this issuer")
    if claims.get("sub") == client_id:
        raise _refused("the request object must not have the client as sub")
    if "request" in claims or "request_uri" in claims:
        raise _refused("a request object must not hold another")
    expires_at = _time(claims, "exp")
    if expires_at is not None and expires_at + CLOCK_SKEW_SECONDS <= now:
        raise _refused("the request object has expired")
    for name in ("nbf", "iat"):
        begins_at = _time(claims, name)
        if begins_at is not None and begins_at - CLOCK_SKEW_SECONDS > now:
            raise _refused(f"the {name} of the request object is in the future")
    return _single_use(claims.get("jti"), _time(claims, "iat"), expires_at)


def merged(parameters: Mapping[str, str], jwt: UnverifiedJwt, *, is_signed: bool) -> dict[str, str]:
    """The parameters that count: those of the object before those outside. Raises RequestRefused when both name different
    clients or response types. Beside a signed object only what a client may vary around it counts (RFC 9101, 6.3)."""
    inside = {name: _as_text(name, value) for name, value in jwt.claims.items() if name in PARAMETERS}
    for name in ("client_id", "response_type"):
        if name in inside and name in parameters and inside[name] != parameters[name]:
            raise _refused(f"{name} in the request object differs from the one outside")
    outside = {
        name: value
        for name, value in parameters.items()
        if name not in ("request", "request_uri") and (not is_signed or name in MAY_STAND_OUTSIDE)
    }
    return {**outside, "client_id": parameters["client_id"], **inside}


def _as_text(name: str, value: Any) -> str:
    if isinstance(value, str) and "\0" not in value:
        return value
    if name == "claims" and isinstance(value, dict):
        return orjson.dumps(value).decode()
    if name == "max_age" and isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    raise _refused(f"{name} in the request object has the wrong type or a NUL")


def _time(claims: Mapping[str, Any], name: str) -> int | None:
    value = claims.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _refused(f"the {name} of the request object must be a number")
    return int(value)


def _single_use(jti: Any, issued_at: int | None, expires_at: int | None) -> SingleUse | None:
    if jti is None:
        return None
    if not isinstance(jti, str) or not 0 < len(jti) <= MAX_JTI_LENGTH:
        raise _refused(f"the jti of the request object must be a text of at most {MAX_JTI_LENGTH} characters")
    return SingleUse(jti, None if expires_at is None else expires_at + CLOCK_SKEW_SECONDS, issued_at)


def _refused(description: str) -> RequestRefused:
    return RequestRefused("invalid_request_object", description, clause=CLAUSE)


def _refused_reference(description: str) -> RequestRefused:
    return RequestRefused("invalid_request_uri", description, clause="RFC 9101, 6.2")
