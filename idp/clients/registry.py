"""Registering information systems and finding them again."""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, select, update

from ground.chance import draw_identifier, draw_token
from ground.database import table_of
from idp.audit import Event, record
from idp.clients.models import InformationSystem
from idp.protocol.client import Client
from idp.realm import Realm

SYSTEMS = table_of(InformationSystem)
FIND = select(SYSTEMS).where(SYSTEMS.c.client_id == bindparam("client_id"), SYSTEMS.c.disabled_at.is_(None))


def hash_secret(secret: str) -> bytes:
    """A client secret is 256 random bits, so one SHA-256 is enough to store it by."""
    return hashlib.sha256(secret.encode()).digest()


def find(connection: Connection, client_id: str) -> Client | None:
    """The client of this name, unless it is disabled."""
    if not client_id or len(client_id) > 100 or "\0" in client_id:
        return None
    row = connection.execute(FIND, {"client_id": client_id}).first()
    if row is None:
        return None
    terms: Mapping[str, Any] = row.terms
    return Client(
        client_id=row.client_id,
        name=row.name,
        secret_hash=row.secret_hash,
        redirect_uris=tuple(terms["redirect_uris"]),
        post_logout_redirect_uris=tuple(terms.get("post_logout_redirect_uris", ())),
        authentication=terms["token_endpoint_auth_method"],
        scopes=frozenset(terms["scope"].split()),
        grant_types=tuple(terms["grant_types"]),
        response_types=tuple(terms["response_types"]),
        application_type=terms.get("application_type", "web"),
        id_token_algorithm=terms.get("id_token_signed_response_alg", "RS256"),
        require_pkce=row.require_pkce,
        resource=row.resource,
        organisation=terms.get("organisation", ""),
        purpose=terms.get("purpose", ""),
        default_levels=tuple(terms.get("default_acr_values", ())),
    )


def count(connection: Connection) -> int:
    """How many clients there are."""
    return int(connection.execute(select(func.count()).select_from(SYSTEMS)).scalar_one())


def register(realm: Realm, connection: Connection, client: Client, *, actor: str) -> tuple[Client, str | None]:
    """Store a new client and give it back with its secret, which is shown this once and never again.

    An empty `client_id` is drawn. A client that brings a `secret_hash` keeps it; a public one gets no secret.
    """
    secret = None
    if not client.client_id:
        client = replace(client, client_id=draw_identifier(realm.chance, "client"))
    if not client.is_public and client.secret_hash is None:
        secret = draw_token(realm.chance, "client secret")
        client = replace(client, secret_hash=hash_secret(secret))
    connection.execute(insert(SYSTEMS), {**_as_row(client), "created_at": realm.clock.now()})
    record(realm, connection, Event.CLIENT_REGISTERED, actor=actor, object=f"client:{client.client_id}")
    return client, secret


def replace_terms(realm: Realm, connection: Connection, client: Client, *, actor: str) -> None:
    """Store new terms of a client that exists."""
    row = _as_row(client)
    connection.execute(update(SYSTEMS).where(SYSTEMS.c.client_id == row.pop("client_id")), row)
    record(realm, connection, Event.CLIENT_REGISTERED, actor=actor, object=f"client:{client.client_id}", outcome="changed")


def metadata(client: Client) -> dict[str, Any]:
    """The registered metadata in the words of RFC 7591, 2 and OpenID Connect Registration 1.0, 2."""
    document: dict[str, Any] = {
        "redirect_uris": list(client.redirect_uris),
        "token_endpoint_auth_method": client.authentication,
        "grant_types": list(client.grant_types),
        "response_types": list(client.response_types),
        "application_type": client.application_type,
        "scope": " ".join(sorted(client.scopes)),
        "id_token_signed_response_alg": client.id_token_algorithm,
    }
    optional = {
        "post_logout_redirect_uris": list(client.post_logout_redirect_uris),
        "default_acr_values": list(client.default_levels),
    }
    return document | {name: value for name, value in optional.items() if value}


def _as_row(client: Client) -> dict[str, Any]:
    return {
        "client_id": client.client_id,
        "name": client.name,
        "secret_hash": client.secret_hash,
        "terms": {**metadata(client), "organisation": client.organisation, "purpose": client.purpose},
        "require_pkce": client.require_pkce,
        "resource": client.resource,
    }
