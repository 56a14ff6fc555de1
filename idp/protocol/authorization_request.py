"""An authorization request: read, then judged by a list of checks whose order is the order of this file.

Two questions come first and are answered by a page, because until both are settled an answer could go anywhere: who
asks, and may the answer go there. Every later refusal is sent to the redirect URI (RFC 6749, 4.1.2.1).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from idp.errors import ClientUnknown, RequestRefused
from idp.protocol import claims, scopes
from idp.protocol import redirect_uri as redirect_uris
from idp.protocol.claims import ClaimsRequest
from idp.protocol.client import Client
from idp.protocol.pkce import check_challenge
from idp.protocol.vocabulary import (
    DISPLAYS,
    LEVELS,
    MAX_NONCE_LENGTH,
    MAX_PARAMETER_LENGTH,
    MAX_STATE_LENGTH,
    PROMPTS,
    RESPONSE_MODES,
    Dialect,
)

CORE = "OpenID Connect Core 1.0, 3.1.2.1"


@dataclass(frozen=True)
class AuthorizationRequest:
    """A judged request. `scope` and `claims` hold only what the client may have; `hinted_subject` is the citizen that an
    `id_token_hint` names. `essential_levels` are the only ones that may be stated, if there are any. `dialect` says how the
    client speaks, and `particulars` holds what only that dialect knows, as JSON can hold it. Where `must_act_for` is said, the
    person has to come on behalf of somebody of that kind, and says of whom."""

    client_id: str
    redirect_uri: str
    scope: frozenset[str]
    state: str | None = None
    nonce: str | None = None
    code_challenge: str | None = None
    prompt: frozenset[str] = frozenset()
    max_age: int | None = None
    acr_values: tuple[str, ...] = ()
    login_hint: str | None = None
    ui_locales: tuple[str, ...] = ()
    hinted_subject: str | None = None
    response_mode: str = "query"
    claims: ClaimsRequest = field(default_factory=ClaimsRequest)
    essential_levels: tuple[str, ...] = ()
    dialect: Dialect = "openid"
    particulars: Mapping[str, Any] = field(default_factory=dict)
    must_act_for: Literal["organisation"] | None = None


def check_client(parameters: Mapping[str, str], find_client: Callable[[str], Client | None]) -> Client:
    """Who asks? Raises ClientUnknown, in the same words whether the name is missing or was never known."""
    client = find_client(parameters.get("client_id", ""))
    if client is None:
        raise ClientUnknown("invalid_client", "client_id is missing or unknown", clause="RFC 6749, 4.1.2.1")
    check_dialect(client, "openid")
    return client


def check_dialect(client: Client, dialect: Dialect) -> None:
    """A client speaks one dialect, and the endpoints of the other are not for it. Raises ClientUnknown."""
    if client.dialect != dialect:
        spoken = {"openid": "the standard endpoints", "esia": "ESIA's endpoints, /aas/oauth2/…"}[client.dialect]
        raise ClientUnknown("unauthorized_client", f"this client is registered for {spoken} only", clause="RFC 6749, 5.2")


def check_redirect_uri(parameters: Mapping[str, str], client: Client) -> str:
    """May the answer go there? Raises ClientUnknown: OpenID Connect requires the parameter, so none is guessed."""
    uri = parameters.get("redirect_uri")
    if not uri:
        raise ClientUnknown("invalid_request", "redirect_uri is required", clause=CORE)
    if not redirect_uris.is_registered(uri, client.redirect_uris, application_type=client.application_type):
        raise ClientUnknown("invalid_request", "redirect_uri is not registered for this client", clause="RFC 9700, 4.1.3")
    return uri


Draft = AuthorizationRequest
Check = Callable[[Mapping[str, str], Client, Draft], Draft]


def _check_lengths(parameters: Mapping[str, str], client: Client, draft: Draft) -> Draft:
    limits = {"state": MAX_STATE_LENGTH, "nonce": MAX_NONCE_LENGTH}
    for name, value in parameters.items():
        if len(value) > limits.get(name, MAX_PARAMETER_LENGTH):
            raise RequestRefused(
                "invalid_request", f"{name if name in limits else 'a parameter'} is too long", clause="RFC 6749, 4.1.1"
            )
    return draft


def _check_response_type(parameters: Mapping[str, str], client: Client, draft: Draft) -> Draft:
    response_type = parameters.get("response_type")
    if not response_type:
        raise RequestRefused("invalid_request", "response_type is required", clause="RFC 6749, 3.1.1")
    if response_type != "code":
        raise RequestRefused("unsupported_response_type", "response_type must be code", clause="RFC 6749, 4.1.2.1")
    if response_type not in client.response_types or "authorization_code" not in client.grant_types:
        raise RequestRefused("unauthorized_client", "the client did not register this response_type", clause="RFC 6749, 4.1.2.1")
    return draft


def _check_response_mode(parameters: Mapping[str, str], client: Client, draft: Draft) -> Draft:
    mode = parameters.get("response_mode", "query")
    if mode not in RESPONSE_MODES:
        raise RequestRefused(
            "invalid_request", "response_mode must be query or form_post", clause="OAuth 2.0 Multiple Response Types, 2.1"
        )
    return replace(draft, response_mode=mode)


def response_mode_of(parameters: Mapping[str, str]) -> str:
    """How an error is to be sent, before the request has been judged."""
    mode = parameters.get("response_mode", "query")
    return mode if mode in RESPONSE_MODES else "query"


def _check_unsupported(parameters: Mapping[str, str], client: Client, draft: Draft) -> Draft:
    if "registration" in parameters:
        raise RequestRefused(
            "registration_not_supported", "the registration parameter is not supported", clause="OpenID Connect Core 1.0, 3.1.2.6"
        )
    return draft


def _check_scope(parameters: Mapping[str, str], client: Client, draft: Draft) -> Draft:
    if not parameters.get("scope"):
        raise RequestRefused("invalid_scope", "scope is required", clause=CORE)
    return replace(draft, scope=scopes.granted(parameters["scope"], client.grantable_scopes))


def _check_pkce(parameters: Mapping[str, str], client: Client, draft: Draft) -> Draft:
    return replace(draft, code_challenge=check_challenge(parameters, client))


def _check_prompt(parameters: Mapping[str, str], client: Client, draft: Draft) -> Draft:
    prompt = frozenset(parameters.get("prompt", "").split())
    if not prompt <= set(PROMPTS):
        raise RequestRefused("invalid_request", "prompt has an unknown value", clause=CORE)
    if "none" in prompt and len(prompt) > 1:
        raise RequestRefused("invalid_request", "prompt=none cannot be combined", clause=CORE)
    return replace(draft, prompt=prompt)


def _check_max_age(parameters: Mapping[str, str], client: Client, draft: Draft) -> Draft:
    text = parameters.get("max_age")
    if text is None:
        return replace(draft, max_age=client.default_max_age)
    if not (text.isascii() and text.isdecimal() and len(text) <= 9):
        raise RequestRefused("invalid_request", "max_age must be a number of seconds", clause=CORE)
    return replace(draft, max_age=int(text))


def _check_display(parameters: Mapping[str, str], client: Client, draft: Draft) -> Draft:
    """Our pages fit every window, so a known value changes nothing."""
    if parameters.get("display", "page") not in DISPLAYS:
        raise RequestRefused("invalid_request", f"display must be one of {', '.join(DISPLAYS)}", clause=CORE)
    return draft


def _check_claims(parameters: Mapping[str, str], client: Client, draft: Draft) -> Draft:
    """A level that is asked for as essential and that nobody can reach is refused before anybody is disturbed."""
    if "claims" not in parameters:
        return draft
    asked = claims.read(parameters["claims"], allowed=scopes.claims_of(client.grantable_scopes))
    if "openid" not in draft.scope:
        return draft  # no ID token and no userinfo: there is no place to hand claims out at
    if not asked.is_level_essential:
        return replace(draft, claims=asked, acr_values=asked.levels)
    essential = tuple(level for level in asked.levels if level in LEVELS)
    if not essential:
        raise RequestRefused(
            "unmet_authentication_requirements",
            "none of the essential acr values can be reached",
            clause="OpenID Connect Core 1.0, 5.5.1.1",
        )
    return replace(draft, claims=asked, acr_values=essential, essential_levels=essential)


def _read_the_rest(parameters: Mapping[str, str], client: Client, draft: Draft) -> Draft:
    return replace(
        draft,
        state=parameters.get("state"),
        nonce=parameters.get("nonce"),
        acr_values=draft.acr_values or tuple(parameters.get("acr_values", "").split()) or client.default_levels,
        login_hint=parameters.get("login_hint"),
        ui_locales=tuple(parameters.get("ui_locales", "").split()),
    )


CHECKS: tuple[Check, ...] = (
    _check_lengths,
    _check_response_type,
    _check_response_mode,
    _check_unsupported,
    _check_scope,
    _check_pkce,
    _check_prompt,
    _check_max_age,
    _check_display,
    _check_claims,
    _read_the_rest,
)
"""In this order. Unknown parameters are ignored (RFC 6749, 3.1)."""


def judge(parameters: Mapping[str, str], client: Client, redirect_uri: str) -> AuthorizationRequest:
    """Judge everything but client and redirect URI. Raises RequestRefused, whose answer goes to the redirect URI."""
    draft = AuthorizationRequest(client_id=client.client_id, redirect_uri=redirect_uri, scope=frozenset())
    for check in CHECKS:
        draft = check(parameters, client, draft)
    return draft
