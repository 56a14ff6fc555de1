"""Telling clients through the browser that a session is over (OpenID Connect Front-Channel Logout 1.0)."""

from urllib.parse import urlencode

from sqlalchemy import Connection

from idp.clients import registry
from idp.realm import Realm
from idp.tokens import families


def frames(realm: Realm, connection: Connection, sid: str) -> list[str]:
    """The addresses to load in frames, with `iss` and `sid`: one for each client of the session that asked for it (2)."""
    clients = (registry.find(connection, client_id) for client_id in families.clients_of_session(connection, sid))
    return [
        with_parameters(client.frontchannel_logout_uri, iss=realm.issuer, sid=sid)
        for client in clients
        if client is not None and client.frontchannel_logout_uri is not None
    ]


def with_parameters(address: str, **parameters: str) -> str:
    """The address with parameters added to its query."""
    return f"{address}{'&' if '?' in address else '?'}{urlencode(parameters)}"
