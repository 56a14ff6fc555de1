"""Registering information systems, finding them again, changing and disabling them."""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, bindparam, case, func, insert, select, update

from ground.chance import draw_identifier, draw_token
from ground.database import table_of
from idp.audit import Event, record
from idp.clients.models import InformationSystem
from idp.protocol.client import Client, as_metadata, from_metadata
from idp.realm import Realm
from idp.tombstones import Buried, bury

SYSTEMS = table_of(InformationSystem)
DECIDED = ("sector", "resource", "organisation", "purpose", "dialect", "esia_algorithm")
"""What is not registered by the client but decided about it."""
HOUR = 3600

FIND = select(SYSTEMS).where(SYSTEMS.c.client_id == bindparam("client_id"), SYSTEMS.c.disabled_at.is_(None))
NOBODYS_HASH = bytes(32)


@dataclass(frozen=True)
class Registered:
    """A client as it stands in the list, disabled or not. Seconds in `created_at` and `disabled_at`."""

    client: Client
    created_at: int
    disabled_at: int | None


def hash_secret(secret: str) -> bytes:
    """A client secret is 256 random bits, so one SHA-256 is enough to store it by."""
    return hashlib.sha256(secret.encode()).digest()


def secret_is_right(client: Client | None, secret: str) -> bool:
    """Compare a secret with the stored hash, in constant time, and with nobody's when there is no client."""
    expected = client.secret_hash if client is not None else None
    is_equal = hmac.compare_digest(expected or NOBODYS_HASH, hash_secret(secret))
    return expected is not None and is_equal


def find(connection: Connection, client_id: str) -> Client | None:
    """The client of this name, unless it is disabled."""
    row = _row(connection, client_id)
    return _as_client(row) if row is not None else None


def find_registered(connection: Connection, client_id: str) -> Registered | None:
    """The same with what its list says of it."""
    row = _row(connection, client_id)
    return Registered(_as_client(row), row.created_at, row.disabled_at) if row is not None else None


def was_registered(connection: Connection, client_id: str) -> bool:
    """Has there ever been a client of this name?"""
    return connection.execute(select(SYSTEMS.c.client_id).where(SYSTEMS.c.client_id == client_id)).first() is not None


def find_by_token(connection: Connection, client_id: str, registration_token: str) -> Registered | None:
    """The client whose registration this token opens (RFC 7592, 3). Unknown, disabled and wrong look alike."""
    row = _row(connection, client_id)
    given = hash_secret(registration_token)
    expected = row.registration_token_hash if row is not None else None
    if not hmac.compare_digest(expected or bytes(len(given)), given) or row is None or expected is None:
        return None
    return Registered(_as_client(row), row.created_at, row.disabled_at)


def open_secret(realm: Realm, connection: Connection, client_id: str) -> str | None:
    """The secret of a client that signs with it, or None where only its hash is stored."""
    row = _row(connection, client_id)
    if row is None or row.sealed_secret is None:
        return None
    return realm.vault.open(_place(client_id), row.sealed_secret).decode()


def count(connection: Connection) -> int:
    """How many clients there are, disabled ones too."""
    return int(connection.execute(select(func.count()).select_from(SYSTEMS)).scalar_one())


def count_from(realm: Realm, connection: Connection, address: str) -> int:
    """How many clients an address registered within the last hour."""
    since = realm.clock.now() - HOUR
    which = (SYSTEMS.c.registered_from == _address_index(realm, address), SYSTEMS.c.created_at > since)
    return int(connection.execute(select(func.count()).select_from(SYSTEMS).where(*which)).scalar_one())


def everything(connection: Connection) -> Sequence[Registered]:
    """Every client there ever was, by name."""
    rows = connection.execute(select(SYSTEMS).order_by(SYSTEMS.c.client_id))
    return [Registered(_as_client(row), row.created_at, row.disabled_at) for row in rows]


def that_begin_sign_in(realm: Realm, connection: Connection, *, limit: int) -> Sequence[Client]:
    """The clients that registered where a sign-in at them may be begun: the registry, then the newest others, newest last."""
    is_ours = SYSTEMS.c.decided["resource"].as_string() == realm.settings.registry_resource
    can_begin = SYSTEMS.c.terms["initiate_login_uri"].as_string().is_not(None)
    query = select(SYSTEMS).where(can_begin, SYSTEMS.c.disabled_at.is_(None))
    order = (case((is_ours, 0), else_=1), SYSTEMS.c.created_at.desc(), SYSTEMS.c.client_id)
    newest_last = [_as_client(row) for row in connection.execute(query.order_by(*order).limit(limit)).all()[::-1]]
    return sorted(newest_last, key=lambda client: client.resource != realm.settings.registry_resource)


def register(
    realm: Realm,
    connection: Connection,
    client: Client,
    *,
    actor: str,
    secret: str | None = None,
    registration_token: str | None = None,
    address: str | None = None,
) -> tuple[Client, str | None]:
    """Store a new client and give it back with its secret, which is shown this once and never again.

    An empty `client_id` is drawn. A client that brings a `secret_hash` keeps it; one that needs no secret gets none.
    `secret` is the one to give it, where somebody chose it.
    `registration_token` will open the registration to whoever holds it; `address` is counted.
    """
    if not client.client_id:
        client = replace(client, client_id=draw_identifier(realm.chance, "client"))
    if client.has_secret and client.secret_hash is None:
        secret = secret or draw_token(realm.chance, "client secret")
        client = replace(client, secret_hash=hash_secret(secret))
    values = _as_row(client) | {
        "sealed_secret": _seal(realm, client, secret),
        "registration_token_hash": hash_secret(registration_token) if registration_token else None,
        "registered_from": _address_index(realm, address) if address is not None else None,
        "created_at": realm.clock.now(),
    }
    connection.execute(insert(SYSTEMS), values)
    record(realm, connection, Event.CLIENT_REGISTERED, actor=actor, object=f"client:{client.client_id}")
    return client, secret


def replace_terms(
    realm: Realm, connection: Connection, client: Client, *, actor: str, secret: str | None = None
) -> tuple[Client, str | None]:
    """Store new terms of a client that exists, and give it back with its new secret, if it had to get one.

    `secret` is the client's present one, where the caller knows it. A client that begins to sign with its secret gets a
    new one otherwise, because we keep no copy of the old one; a client that needs none loses it.
    """
    drawn = None
    if not client.has_secret:
        client = replace(client, secret_hash=None)
    sealed = _row_of(connection, client.client_id).sealed_secret if client.signs_with_secret else None
    if client.has_secret and (client.secret_hash is None or (client.signs_with_secret and sealed is None)):
        drawn = None if secret is not None and client.secret_hash is not None else draw_token(realm.chance, "client secret")
        secret = drawn or secret or ""
        client = replace(client, secret_hash=hash_secret(secret))
        sealed = _seal(realm, client, secret)
    row = _as_row(client) | {"sealed_secret": sealed}
    connection.execute(update(SYSTEMS).where(SYSTEMS.c.client_id == row.pop("client_id")), row)
    record(realm, connection, Event.CLIENT_REGISTERED, actor=actor, object=f"client:{client.client_id}", outcome="changed")
    if drawn is not None:
        bury(realm, connection, Buried.CLIENT_SECRET, client.client_id)
    return client, drawn


def renew_secret(realm: Realm, connection: Connection, client: Client, *, actor: str, secret: str | None = None) -> str:
    """Give a client a new secret, drawn unless somebody chose it; the old one is worth nothing from now on."""
    secret = secret or draw_token(realm.chance, "client secret")
    values = {"secret_hash": hash_secret(secret), "sealed_secret": _seal(realm, client, secret)}
    connection.execute(update(SYSTEMS).where(SYSTEMS.c.client_id == client.client_id), values)
    record(realm, connection, Event.CLIENT_REGISTERED, actor=actor, object=f"client:{client.client_id}", outcome="new secret")
    bury(realm, connection, Buried.CLIENT_SECRET, client.client_id)
    return secret


def disable(realm: Realm, connection: Connection, client_id: str, *, actor: str) -> bool:
    """Let a client in no more. Says whether it was let in. Its tokens are not ours to revoke: see tokens/families."""
    which = (SYSTEMS.c.client_id == client_id, SYSTEMS.c.disabled_at.is_(None))
    values = {"disabled_at": realm.clock.now(), "registration_token_hash": None, "sealed_secret": None}
    is_done = connection.execute(update(SYSTEMS).where(*which), values).rowcount == 1
    if is_done:
        record(realm, connection, Event.CLIENT_DISABLED, actor=actor, object=f"client:{client_id}")
        bury(realm, connection, Buried.CLIENT, client_id)
    return is_done


def _row(connection: Connection, client_id: str) -> Any:
    if not client_id or len(client_id) > 100 or "\0" in client_id:
        return None
    return connection.execute(FIND, {"client_id": client_id}).first()


def _row_of(connection: Connection, client_id: str) -> Any:
    return connection.execute(select(SYSTEMS).where(SYSTEMS.c.client_id == client_id)).one()


def _as_client(row: Any) -> Client:
    return from_metadata(row.terms, client_id=row.client_id, secret_hash=row.secret_hash, **row.decided)


def _as_row(client: Client) -> dict[str, Any]:
    return {
        "client_id": client.client_id,
        "secret_hash": client.secret_hash,
        "terms": as_metadata(client),
        "decided": {name: getattr(client, name) for name in DECIDED},
    }


def _seal(realm: Realm, client: Client, secret: str | None) -> bytes | None:
    """The secret, sealed for its row, where the method needs its value."""
    if secret is None or not client.signs_with_secret:
        return None
    return realm.vault.seal(_place(client.client_id), secret.encode())


def _place(client_id: str) -> str:
    return f"information_systems.sealed_secret:{client_id}"


def _address_index(realm: Realm, address: str) -> bytes:
    return realm.vault.blind_index("information_systems.registered_from", address)
