"""Registering information systems and finding them again."""

import hashlib
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, select, update

from ground.chance import draw_identifier, draw_token
from ground.database import table_of
from idp.audit import Event, record
from idp.clients.models import InformationSystem
from idp.protocol.client import Client, as_metadata, from_metadata
from idp.realm import Realm

SYSTEMS = table_of(InformationSystem)
DECIDED = ("sector", "resource", "organisation", "purpose")
"""What is not registered by the client but decided about it."""

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
    return from_metadata(row.terms, client_id=row.client_id, secret_hash=row.secret_hash, **row.decided)


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


def _as_row(client: Client) -> dict[str, Any]:
    return {
        "client_id": client.client_id,
        "secret_hash": client.secret_hash,
        "terms": as_metadata(client),
        "decided": {name: getattr(client, name) for name in DECIDED},
    }
