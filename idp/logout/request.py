"""A logout request of a client, judged (OpenID Connect RP-Initiated Logout 1.0, 2 and 3)."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from sqlalchemy import Connection

from idp.clients import registry
from idp.errors import RequestRefused
from idp.protocol.client import Client
from idp.protocol.vocabulary import MAX_PARAMETER_LENGTH, MAX_STATE_LENGTH
from idp.realm import Realm
from idp.sessions.store import Session
from idp.tokens import hint as hints
from idp.tokens.hint import Hint

CLAUSE = "OpenID Connect RP-Initiated Logout 1.0, 3"
PARAMETERS = ("id_token_hint", "client_id", "post_logout_redirect_uri", "state")


@dataclass(frozen=True)
class LogoutRequest:
    """Who asks for a logout and where the browser goes afterwards. `is_certain` says that nobody needs to be asked."""

    client: Client | None
    return_uri: str | None
    state: str | None
    is_certain: bool

    @property
    def destination(self) -> str | None:
        """Where the browser goes in the end: the registered address with the state, or nowhere."""
        if self.return_uri is None or self.state is None:
            return self.return_uri
        return f"{self.return_uri}{'&' if '?' in self.return_uri else '?'}{urlencode({'state': self.state})}"


def judge(realm: Realm, connection: Connection, parameters: Mapping[str, str], session: Session | None) -> LogoutRequest:
    """Judge the request. Raises RequestRefused, which a page answers: nothing is redirected to an unknown address.

    A hint that names the session of this very browser proves that its own client asks, be it an ID token or, for a client
    that keeps tokens out of addresses, the bare `sid` as `logout_hint`; everything else could be a link in somebody's
    mail, so the person is asked.
    """
    _check_sizes(parameters)
    hint = hints.read(realm, connection, parameters["id_token_hint"]) if "id_token_hint" in parameters else None
    client = _client(connection, parameters, hint)
    return_uri = parameters.get("post_logout_redirect_uri")
    if return_uri is not None:
        _check_return_uri(return_uri, client)
    hinted_sids = {hint.sid if hint is not None else None, parameters.get("logout_hint")}
    is_certain = session is None or session.sid in hinted_sids
    return LogoutRequest(client=client, return_uri=return_uri, state=parameters.get("state"), is_certain=is_certain)


def _check_sizes(parameters: Mapping[str, str]) -> None:
    for name in PARAMETERS:
        limit = MAX_STATE_LENGTH if name == "state" else MAX_PARAMETER_LENGTH
        if "\0" in parameters.get(name, ""):  # PostgreSQL would raise
            raise RequestRefused("invalid_request", f"{name} has a null character", clause=CLAUSE)
        if len(parameters.get(name, "")) > limit:
            raise RequestRefused("invalid_request", f"{name} is longer than {limit} characters", clause=CLAUSE)


def _check_return_uri(return_uri: str, client: Client | None) -> None:
    """An address is compared character by character with what its own client registered, or not followed (3)."""
    if client is None:
        raise RequestRefused(
            "invalid_request",
            "post_logout_redirect_uri needs an id_token_hint or a client_id that says whose it is",
            clause=CLAUSE,
        )
    if return_uri not in client.post_logout_redirect_uris:
        raise RequestRefused("invalid_request", "post_logout_redirect_uri is not registered for this client", clause=CLAUSE)


def _client(connection: Connection, parameters: Mapping[str, str], hint: Hint | None) -> Client | None:
    """The client that asks, as the hint proves or `client_id` claims. Who is neither known nor named is None."""
    named = parameters.get("client_id")
    if hint is not None and named is not None and named != hint.client_id:
        raise RequestRefused("invalid_request", "client_id is not the one the id_token_hint was issued to", clause=CLAUSE)
    client_id = hint.client_id if hint is not None else named
    return registry.find(connection, client_id) if client_id else None
