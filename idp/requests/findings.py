"""What is worth a word about a stored request: judged when somebody asks, never before its answer."""

from collections.abc import Callable
from dataclasses import dataclass

from idp.protocol.client import Client
from idp.protocol.compact_jwt import JwtMalformed, take_apart
from idp.protocol.redirect_uri import is_registered
from idp.protocol.scopes import OFFLINE_ACCESS, SCOPES
from idp.requests.exchange import Exchange

AUTHORIZATION_PATHS = frozenset({"/oauth2/authorize", "/oauth2/par"})
SECRETS = ("client_secret_basic", "client_secret_post")


@dataclass(frozen=True)
class Finding:
    """A warning: `code` for programs, `text` for the client's developer, `clause` names the rule."""

    code: str
    text: str
    clause: str


def judge(exchange: Exchange, client: Client | None) -> tuple[Finding, ...]:
    """Everything worth a word, for the client that sent the request, if it is known."""
    if client is None:
        return ()
    found = (check(exchange, client) for check in CHECKS)
    return tuple(finding for finding in found if finding is not None)


def _check_dialect(exchange: Exchange, client: Client) -> Finding | None:
    """The answer is the one that strangers get."""
    if exchange.status < 400:
        return None
    is_at_standard = exchange.path.startswith("/oauth2/")
    if client.dialect == "esia" and is_at_standard:
        text = (
            "the client speaks ESIA's dialect, and this is an endpoint of OpenID Connect: it is served at /aas/oauth2/v2/ac and "
        )
        text += "/aas/oauth2/v3/te, or at /aas/oauth2/ac and /aas/oauth2/te"
    elif client.dialect == "openid" and exchange.path.startswith(("/aas/", "/rs/", "/idp/ext/")):
        text = (
            "the client speaks OpenID Connect, and this is an endpoint of ESIA's dialect: it is served at /oauth2/authorize and "
        )
        text += "/oauth2/token. A system of ESIA's dialect is registered by propusk client create --dialect esia"
    else:
        return None
    return Finding("dialect_differs", text, "RFC 6749, 5.2")


def _check_redirect_uri(exchange: Exchange, client: Client) -> Finding | None:
    """The page that refuses it shows no address, which may be a forger's. The developer has to see both."""
    if exchange.path not in AUTHORIZATION_PATHS or exchange.status < 400:
        return None
    uri = exchange.parameters.get("redirect_uri")
    if not uri or is_registered(uri, client.redirect_uris, application_type=client.application_type):
        return None
    return Finding(
        "redirect_uri_not_registered",
        f"redirect_uri is {uri}, and registered is {' and '.join(client.redirect_uris) or 'none'}. They are compared letter by "
        "letter: scheme, host, port, path and the last slash",
        "RFC 9700, 4.1.3",
    )


def _check_proof(exchange: Exchange, client: Client) -> Finding | None:
    """The answer says nothing of what was wrong, for whoever guesses a secret reads it, too."""
    if client.dialect != "openid" or exchange.status != 401 or b'"invalid_client"' not in exchange.answer_body:
        return None
    presented, registered = _presented(exchange), client.authentication
    if registered not in presented.split(" or "):
        return Finding(
            "client_authentication_differs",
            f"the client registered token_endpoint_auth_method {registered}, and the request came by {presented}: register that, "
            "or set your library to what is registered",
            "RFC 7591, 2; RFC 6749, 2.3",
        )
    if registered in SECRETS:
        return Finding(
            "client_secret_wrong", "the method is the registered one, and the secret is not this client's", "RFC 6749, 2.3.1"
        )
    return None


def _presented(exchange: Exchange) -> str:
    form = exchange.parameters
    if "client_assertion" in form:
        # Which of the two can be known by its signature only.
        return "private_key_jwt or client_secret_jwt"
    if exchange.headers.get("authorization", "").lower().startswith("basic "):
        return "client_secret_basic"
    return "client_secret_post" if form.get("client_secret") else "none"


def _check_scope(exchange: Exchange, client: Client) -> Finding | None:
    """What nobody grants is left out of the answer without a word."""
    parameters = exchange.parameters
    if exchange.path not in AUTHORIZATION_PATHS or {"request_uri", "request"} & parameters.keys():
        return None
    left_out = sorted(set(parameters.get("scope", "").split()) - client.grantable_scopes)
    if not left_out:
        return None
    unknown = [name for name in left_out if name not in SCOPES]
    reasons = [f"no scope of this provider is {' or '.join(unknown)}"] if unknown else []
    reasons += [f"the client did not register {_how(name)}" for name in left_out if name in SCOPES]
    return Finding(
        "scope_left_out",
        f"scope is granted without {' and '.join(left_out)}: {'; '.join(reasons)}",
        "OpenID Connect Core 1.0, 3.1.2.1",
    )


def _how(scope: str) -> str:
    """`offline_access` is what a client that refreshes may ask for."""
    return "the grant type refresh_token" if scope == OFFLINE_ACCESS else f"the scope {scope}"


def _check_pkce(exchange: Exchange, client: Client) -> Finding | None:
    """A client that must use PKCE is refused without it, and reads of it there."""
    if exchange.path not in AUTHORIZATION_PATHS or client.must_use_pkce:
        return None
    parameters = exchange.parameters
    # What stands behind a reference is judged where it was pushed; what is fetched we do not keep.
    if not parameters or "request_uri" in parameters:
        return None
    if parameters.get("code_challenge") or _challenge_of_object(parameters.get("request")):
        return None
    return Finding(
        "pkce_missing",
        "code_challenge is missing: whoever gets hold of the code could use it. Send an S256 challenge with every request, "
        "and register require_pkce so that one without it is refused",
        "FAPI 2.0 Security Profile, 5.3.2.2; OWASP ASVS 5.0, 10.4.6",
    )


def _challenge_of_object(text: str | None) -> bool:
    try:
        return bool(take_apart(text or "").claims.get("code_challenge"))
    except JwtMalformed:
        return False


CHECKS: tuple[Callable[[Exchange, Client], Finding | None], ...] = (
    _check_dialect,
    _check_redirect_uri,
    _check_proof,
    _check_scope,
    _check_pkce,
)
