"""The stored passkeys: found by what a device answers, added, used, renamed, removed."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, and_, bindparam, delete, insert, or_, select, update

from ground.chance import draw_identifier
from ground.database import table_of
from idp.authentication.methods.webauthn.models import Passkey, PasskeyHandle
from idp.realm import Realm

PASSKEYS = table_of(Passkey)
HANDLES = table_of(PasskeyHandle)
HANDLE_BYTES = 32
FIND = select(PASSKEYS).where(PASSKEYS.c.credential_id == bindparam("credential_id"))
OF_PERSON = select(PASSKEYS).where(PASSKEYS.c.citizen_id == bindparam("citizen_id"))
FIND_HANDLE = select(HANDLES.c.handle).where(HANDLES.c.citizen_id == bindparam("citizen_id"))
COUNTS = or_(
    PASSKEYS.c.sign_count < bindparam("new_count"),
    and_(PASSKEYS.c.sign_count == 0, bindparam("new_count") == 0),
)
"""A counter that is kept goes up with every signature; devices that keep none say 0 for ever (WebAuthn Level 3, 6.1.1)."""
USE = update(PASSKEYS).where(PASSKEYS.c.id == bindparam("of_id"), COUNTS)


class PasskeyExists(Exception):
    """Somebody has a passkey of this credential id."""


@dataclass(frozen=True)
class KnownPasskey:
    """A stored passkey. `may_be_synced` is its flag BE, which it keeps for ever; added and last used: in seconds."""

    id: str
    citizen_id: str
    credential_id: bytes
    public_key: bytes
    may_be_synced: bool
    transports: tuple[str, ...]
    name: str
    added_at: int
    used_at: int | None


@dataclass(frozen=True)
class NewPasskey:
    """What a device said of the passkey that it has made; `public_key` is a COSE key."""

    credential_id: bytes
    public_key: bytes
    sign_count: int
    may_be_synced: bool
    is_synced: bool
    transports: tuple[str, ...]
    aaguid: str


def find(realm: Realm, connection: Connection, credential_id: bytes) -> KnownPasskey | None:
    """The passkey that a device names."""
    row = connection.execute(FIND, {"credential_id": credential_id}).first()
    return _open(realm, row) if row else None


def of_person(realm: Realm, connection: Connection, citizen_id: str) -> list[KnownPasskey]:
    """Every passkey of a person, oldest first."""
    query = OF_PERSON.order_by(PASSKEYS.c.created_at, PASSKEYS.c.id)
    return [_open(realm, row) for row in connection.execute(query, {"citizen_id": citizen_id})]


def has_any(connection: Connection, citizen_id: str) -> bool:
    return connection.execute(OF_PERSON.limit(1), {"citizen_id": citizen_id}).first() is not None


def find_handle(connection: Connection, citizen_id: str) -> bytes | None:
    """How the person's devices call them, if any ever was asked to."""
    handle: bytes | None = connection.execute(FIND_HANDLE, {"citizen_id": citizen_id}).scalar()
    return handle


def give_handle(realm: Realm, connection: Connection, citizen_id: str) -> bytes:
    """The same, drawn on first use. One for all passkeys of a person, so that a device keeps one of them and not many."""
    handle = find_handle(connection, citizen_id)
    if handle is None:
        handle = realm.chance.draw("passkey handle", HANDLE_BYTES)
        connection.execute(insert(HANDLES), {"citizen_id": citizen_id, "handle": handle})
    return handle


def add(realm: Realm, connection: Connection, citizen_id: str, new: NewPasskey, *, name: str) -> str:
    """Keep a passkey and return its id. Raises PasskeyExists, whoever has it."""
    if find(realm, connection, new.credential_id) is not None:
        raise PasskeyExists
    passkey_id = draw_identifier(realm.chance, "passkey")
    row = {
        "id": passkey_id,
        "citizen_id": citizen_id,
        "credential_id": new.credential_id,
        "public_key": new.public_key,
        "sign_count": new.sign_count,
        "is_backup_eligible": new.may_be_synced,
        "is_backed_up": new.is_synced,
        "transports": list(new.transports),
        "aaguid": new.aaguid,
        "sealed": _seal(realm, passkey_id, name),
        "created_at": realm.clock.now(),
    }
    connection.execute(insert(PASSKEYS), row)
    return passkey_id


def count_use(realm: Realm, connection: Connection, passkey: KnownPasskey, *, sign_count: int, is_synced: bool) -> bool:
    """Note a signature. False, and nothing is noted, when its counter did not go up: there are two of this key."""
    values = {"sign_count": sign_count, "is_backed_up": is_synced, "used_at": realm.clock.now()}
    return connection.execute(USE, {"of_id": passkey.id, "new_count": sign_count, **values}).rowcount == 1


def rename(realm: Realm, connection: Connection, citizen_id: str, passkey_id: str, name: str) -> bool:
    statement = update(PASSKEYS).where(PASSKEYS.c.id == passkey_id, PASSKEYS.c.citizen_id == citizen_id)
    return connection.execute(statement, {"sealed": _seal(realm, passkey_id, name)}).rowcount == 1


def remove(connection: Connection, citizen_id: str, passkey_id: str) -> bool:
    statement = delete(PASSKEYS).where(PASSKEYS.c.id == passkey_id, PASSKEYS.c.citizen_id == citizen_id)
    return connection.execute(statement).rowcount == 1


def forget(connection: Connection, citizen_id: str) -> None:
    """Remove what is kept of a citizen who is removed."""
    for table in (PASSKEYS, HANDLES):
        connection.execute(delete(table).where(table.c.citizen_id == citizen_id))


def _seal(realm: Realm, passkey_id: str, name: str) -> bytes:
    return realm.vault.seal_fields(f"passkeys:{passkey_id}", {"name": name})


def _open(realm: Realm, row: Any) -> KnownPasskey:
    return KnownPasskey(
        id=row.id,
        citizen_id=row.citizen_id,
        credential_id=row.credential_id,
        public_key=row.public_key,
        may_be_synced=row.is_backup_eligible,
        transports=tuple(row.transports),
        name=realm.vault.open_fields(f"passkeys:{row.id}", row.sealed)["name"],
        added_at=row.created_at,
        used_at=row.used_at,
    )
