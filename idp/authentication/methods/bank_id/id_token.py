"""May this ID token of the bank be believed? The rules of OpenID Connect Core 1.0, 3.1.3.7, once its signature is right."""

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from idp.protocol.compact_jwt import UnverifiedJwt

ALGORITHMS: Final = ("RS256", "PS256", "ES256", "EdDSA")
"""What a bank may sign with. Neither `none`, nor HS256: there is no secret between us that it could be made with."""
CLOCK_SKEW_SECONDS: Final = 60
MAX_AGE_SECONDS: Final = 600
"""An ID token answers a question of this minute, for a person whom the bank has just asked; an old one is a replay."""
MAX_SUBJECT_LENGTH: Final = 255
MAX_SHOWN_LENGTH: Final = 40
MAX_NAME_LENGTH: Final = 100
REFERENCES: Final = frozenset(
    {
        "face", "fpt", "geo", "hwk", "iris", "kba", "mca", "mfa", "otp", "pin", "pop", "pwd", "rba", "retina", "sc", "sms", "swk",
        "tel", "user", "vbm", "wia",
    }
)  # fmt: skip
"""The words of RFC 8176, 2. Whatever else a bank says of how it asked is not passed on."""


class NotBelieved(Exception):
    """The ID token fails a check. The message names the check, in ASCII, for the journal."""


@dataclass(frozen=True)
class Expected:
    """What an ID token that answers us says of who made it, for whom, and in answer to what."""

    issuer: str
    client_id: str
    nonce: str
    now: int


@dataclass(frozen=True)
class Customer:
    """Somebody as the bank knows them. `amr` is how the bank says that it asked; account and card are masked by it. Names and day
    of birth are told where a bank is linked, by a bank that tells them."""

    issuer: str
    subject: str
    amr: tuple[str, ...] = ()
    account: str | None = None
    card: str | None = None
    family_name: str | None = None
    given_name: str | None = None
    middle_name: str | None = None
    birthdate: str | None = None


def judge(token: UnverifiedJwt, expected: Expected) -> Customer:
    """The customer of whom a token with a right signature speaks. Raises NotBelieved."""
    if token.media_type not in (None, "jwt") or "events" in token.claims:
        raise NotBelieved("it is a token of another kind")
    for check in CHECKS:
        check(token.claims, expected)
    references = token.claims.get("amr")
    words = references if isinstance(references, list) else []
    return Customer(
        issuer=expected.issuer,
        subject=token.claims["sub"],
        amr=tuple(dict.fromkeys(word for word in words if isinstance(word, str) and word in REFERENCES)),
        account=_shown(token.claims, "bank_account"),
        card=_shown(token.claims, "bank_card"),
        family_name=_told(token.claims, "family_name", MAX_NAME_LENGTH),
        given_name=_told(token.claims, "given_name", MAX_NAME_LENGTH),
        middle_name=_told(token.claims, "middle_name", MAX_NAME_LENGTH),
        birthdate=_told(token.claims, "birthdate", 10),
    )


def _check_issuer(claims: Mapping[str, Any], expected: Expected) -> None:
    if claims.get("iss") != expected.issuer:
        raise NotBelieved("iss is another issuer")


def _check_subject(claims: Mapping[str, Any], _expected: Expected) -> None:
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= MAX_SUBJECT_LENGTH or "\0" in subject:
        raise NotBelieved("sub is missing or is no subject")


def _check_audience(claims: Mapping[str, Any], expected: Expected) -> None:
    """We stand in `aud`; beside others we are the one it was made for, which `azp` says (rules 3 to 5)."""
    audience = claims.get("aud")
    listed = audience if isinstance(audience, list) else [audience]
    if expected.client_id not in listed:
        raise NotBelieved("aud is another client")
    if ("azp" in claims or len(listed) > 1) and claims.get("azp") != expected.client_id:
        raise NotBelieved("azp is missing or another client")


def _check_times(claims: Mapping[str, Any], expected: Expected) -> None:
    """It is good now, was made now, and the bank asked for the password now: we asked for all three (`max_age`)."""
    now = expected.now
    if _moment(claims, "exp") <= now - CLOCK_SKEW_SECONDS:
        raise NotBelieved("it has expired")
    for name in ("iat", "auth_time"):
        moment = _moment(claims, name)
        if moment > now + CLOCK_SKEW_SECONDS:
            raise NotBelieved(f"{name} is in the future")
        if moment < now - MAX_AGE_SECONDS - CLOCK_SKEW_SECONDS:
            raise NotBelieved(f"{name} is too long ago")


def _check_nonce(claims: Mapping[str, Any], expected: Expected) -> None:
    """A bank that does not repeat our nonce is not believed, whatever it says about supporting one (rule 11)."""
    nonce = claims.get("nonce")
    if not isinstance(nonce, str) or not hmac.compare_digest(nonce.encode(), expected.nonce.encode()):
        raise NotBelieved("nonce is missing or of another request")


CHECKS: tuple[Callable[[Mapping[str, Any], Expected], None], ...] = (
    _check_issuer,
    _check_subject,
    _check_audience,
    _check_times,
    _check_nonce,
)


def _moment(claims: Mapping[str, Any], name: str) -> float:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise NotBelieved(f"{name} is missing")
    return value


def _shown(claims: Mapping[str, Any], name: str) -> str | None:
    """What the bank wants shown of an account or a card; nothing long or strange is stored."""
    return _told(claims, name, MAX_SHOWN_LENGTH)


def _told(claims: Mapping[str, Any], name: str, longest: int) -> str | None:
    value = claims.get(name)
    return value if isinstance(value, str) and 0 < len(value) <= longest and value.isprintable() else None
