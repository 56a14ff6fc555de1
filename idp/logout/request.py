"""A logout request of a client, judged (OpenID Connect RP-Initiated Logout 1.0, 2 and 3)."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from idp.clients import registry
from idp.errors import RequestRefused
from idp.protocol.client import Client
from idp.realm import Realm
from idp.sessions.store import Session
from idp.tokens import hint as hints
from idp.tokens.hint import Hint

CLAUSE = "OpenID Connect RP-Initiated Logout 1.0, 3"


@dataclass(frozen=True)
class LogoutRequest:
    """Who asks for a logout and where the browser goes afterwards. `is_certain` says that nobody needs to be asked."""

    client: Client | None
    return_uri: str | None
    state: str | None
    is_certain: bool


def judge(realm: Realm, connection: Connection, parameters: Mapping[str, str], session: Session | None) -> LogoutRequest:
    """Judge the request. Raises RequestRefused, which a page answers: nothing is redirected to an unknown address.

    A hint that names the session of this very browser proves that its own client asks; everything else could be a
    link in somebody's mail, so the person is asked.
    """
    hint = hints.read(realm, connection, parameters["id_token_hint"]) if parameters.get("id_token_hint") else None
    client = _client(connection, parameters, hint)
    return_uri = parameters.get("post_logout_redirect_uri")
    if return_uri and (client is None or return_uri not in client.post_logout_redirect_uris):
        raise RequestRefused("invalid_request", "post_logout_redirect_uri is not registered for this client", clause=CLAUSE)
    is_certain = session is None or (hint is not None and hint.sid == session.sid)
    return LogoutRequest(client=client, return_uri=return_uri, state=parameters.get("state"), is_certain=is_certain)


def _client(connection: Connection, parameters: Mapping[str, str], hint: Hint | None) -> Client | None:
    named = parameters.get("client_id")
    if hint is not None and named and named != hint.client_id:
        raise RequestRefused("invalid_request", "client_id is not the one the id_token_hint was issued to", clause=CLAUSE)
    client_id = hint.client_id if hint is not None else named
    return registry.find(connection, client_id) if client_id else None
