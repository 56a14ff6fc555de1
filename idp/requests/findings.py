"""What is worth a word about a stored request: judged when somebody asks, never before its answer."""

from collections.abc import Callable
from dataclasses import dataclass

from idp.protocol.client import Client
from idp.protocol.compact_jwt import JwtMalformed, take_apart
from idp.requests.exchange import Exchange

AUTHORIZATION_PATHS = frozenset({"/oauth2/authorize", "/oauth2/par"})


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


CHECKS: tuple[Callable[[Exchange, Client], Finding | None], ...] = (_check_pkce,)
