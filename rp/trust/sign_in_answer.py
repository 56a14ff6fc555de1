"""Judging the provider's answer to a sign-in, from the parameters of the callback to a verified person."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import requests
from authlib.integrations.base_client.errors import OAuthError

from rp.realm import Realm
from rp.trust.errors import AnswerRefused, ProviderUnavailable, SignInDeclined
from rp.trust.id_token import judge_id_token
from rp.trust.patience import patience, seconds_left
from rp.trust.provider import Provider, read_json
from rp.trust.rights import check_rights
from rp.trust.sign_in_request import authlib_session

MAX_CODE_CHARACTERS = 2048
CLAIMS = (
    "family_name",
    "given_name",
    "middle_name",
    "birthdate",
    "gender",
    "snils",
    "inn",
    "phone_number",
    "email",
    "passport_series",
    "passport_number",
)
CHECKED = ("phone_number_verified", "email_verified", "passport_verified")
"""Whether the provider checked what it says; only a plain «yes» counts."""
DIGITS = "0123456789"
NOT_CONFIRMED = "account_not_confirmed"
"""The first word of the description by which the provider says why it answers `access_denied`."""


@dataclass(frozen=True)
class Tokens:
    """The tokens of one sign-in; they stay on the server, sealed."""

    access_token: str = field(repr=False)
    id_token: str = field(repr=False)
    expires_at: int
    refresh_token: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class VerifiedPerson:
    """Who signed in, as the provider vouches for it. Claims the person did not give are None.

    `claims` has everything that was given of what `CLAIMS` and `CHECKED` name, `organisations`, and `has_signature`.
    """

    issuer: str
    subject: str
    acr: str
    provider_session: str | None
    birth_date: str | None = field(repr=False)
    snils: str | None = field(repr=False)
    claims: Mapping[str, Any] = field(repr=False)
    tokens: Tokens


def check_answer_parameters(realm: Realm, arguments: Mapping[str, str]) -> str:
    """The code of the callback's parameters. Raises SignInDeclined, AnswerRefused.

    `iss` comes first: an error, too, counts only when it is the provider's (RFC 9207, 2.4).
    """
    if arguments.get("iss") != realm.settings.issuer:
        raise AnswerRefused("the iss parameter is missing or of another provider (RFC 9207)")
    if "error" in arguments:
        code = arguments["error"]
        is_clean = code.isascii() and code.isprintable() and len(code) <= 64
        raise SignInDeclined(code if is_clean else "invalid_error", _reason(code, arguments.get("error_description", "")))
    code = arguments.get("code", "")
    if not code or len(code) > MAX_CODE_CHARACTERS:
        raise AnswerRefused("the code is missing")
    return code


def redeem_code(realm: Realm, code: str, *, nonce: str, code_verifier: str, required_acr: str | None = None) -> VerifiedPerson:
    """Exchange the code and judge everything that comes back, which must say the level that was asked for, or the one we require.
    Raises AnswerRefused, ProviderUnavailable.

    Whoever may not be served here is turned away before anything else is asked about them.
    """
    with patience(realm):
        required = required_acr or realm.settings.required_acr
        return _redeem(realm, code, nonce=nonce, code_verifier=code_verifier, required_acr=required)


def _redeem(realm: Realm, code: str, *, nonce: str, code_verifier: str, required_acr: str) -> VerifiedPerson:
    answer = _fetch_tokens(realm, code, code_verifier)
    access_token, id_token = answer.get("access_token"), answer.get("id_token")
    if not isinstance(access_token, str) or not isinstance(id_token, str):
        raise AnswerRefused("the token answer lacks a token")
    if str(answer.get("token_type", "")).lower() != "bearer":
        raise AnswerRefused("the token type is not Bearer")
    claims = judge_id_token(realm, id_token, nonce=nonce, access_token=access_token, required_acr=required_acr)
    check_rights(claims)
    given = _fetch_userinfo(realm, access_token, subject=claims["sub"])
    lifetime = answer.get("expires_in")
    return VerifiedPerson(
        issuer=claims["iss"],
        subject=claims["sub"],
        acr=claims["acr"],
        provider_session=_text(claims, "sid"),
        birth_date=_text(given, "birthdate"),
        snils=_text(given, "snils"),
        claims={**_known_claims(given), "has_signature": claims.get("has_signature") is True},
        tokens=Tokens(
            access_token=access_token,
            id_token=id_token,
            expires_at=realm.clock.now() + (lifetime if isinstance(lifetime, int) else 0),
            refresh_token=_text(answer, "refresh_token"),
        ),
    )


def ask_again(realm: Realm, tokens: Tokens, claims: Mapping[str, Any], *, subject: str) -> dict[str, Any]:
    """The claims of a session as the provider tells them now; what only the ID token says stays. Raises AnswerRefused,
    ProviderUnavailable."""
    given = _fetch_userinfo(realm, tokens.access_token, subject=subject)
    return {**_known_claims(given), "has_signature": claims.get("has_signature") is True}


def _known_claims(given: Mapping[str, Any]) -> dict[str, Any]:
    """The claims that the registry remembers for the length of a session: texts of the known names, and the organisations.

    СНИЛС is brought to its eleven digits; a member of the wrong type is as good as none.
    """
    claims: dict[str, Any] = {name: text for name in CLAIMS if (text := _text(given, name)) is not None}
    if "snils" in claims:
        claims["snils"] = "".join(character for character in claims["snils"] if character in DIGITS)
    claims |= {name: given.get(name) is True for name in CHECKED}
    organisations = given.get("organisations")
    entries = organisations if isinstance(organisations, list) else []
    claims["organisations"] = [
        {name: str(entry.get(name) or "") for name in ("ogrn", "name", "position")}
        for entry in entries
        if isinstance(entry, Mapping) and isinstance(entry.get("ogrn"), str)
    ]
    return claims


def _reason(code: str, description: str) -> str:
    """What stands behind an error, by the first word of its description, where that is a word we know.

    The description is nobody's signed word, so it only chooses between pages that are both true of `access_denied`.
    """
    is_told = code == "access_denied" and description.split(":")[0] == NOT_CONFIRMED
    return "unconfirmed" if is_told else ""


def _fetch_tokens(realm: Realm, code: str, code_verifier: str) -> Mapping[str, Any]:
    endpoint = realm.room(Provider).metadata().token_endpoint
    try:
        with authlib_session(realm) as session:
            answer = session.fetch_token(
                endpoint,
                grant_type="authorization_code",
                code=code,
                code_verifier=code_verifier,
                allow_redirects=False,
                timeout=seconds_left(realm),
            )
    except OAuthError as error:
        raise AnswerRefused(f"the token endpoint answers {str(error.error)[:64]}") from error
    except (requests.RequestException, ValueError, TypeError, AttributeError, RecursionError) as error:
        # Authlib takes for granted that JSON is an object.
        raise ProviderUnavailable(f"the token endpoint cannot be used ({type(error).__name__})") from error
    if not isinstance(answer, Mapping):
        raise ProviderUnavailable("the token endpoint's answer is no object")
    return answer


def _fetch_userinfo(realm: Realm, access_token: str, *, subject: str) -> Mapping[str, Any]:
    """The claims of the person, who must be the one of the ID token (Core 1.0, 5.3.2)."""
    provider = realm.room(Provider)
    with provider.session() as session:
        given = read_json(
            session, "GET", provider.metadata().userinfo_endpoint, headers={"Authorization": f"Bearer {access_token}"}
        )
    if not isinstance(given, Mapping) or given.get("sub") != subject:
        raise AnswerRefused("userinfo is of another subject")
    return given


def _text(claims: Mapping[str, Any], name: str) -> str | None:
    value = claims.get(name)
    return value if isinstance(value, str) and value else None
