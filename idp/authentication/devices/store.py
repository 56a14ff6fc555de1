"""The devices of people: added, found by their token, called otherwise, taken away."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from ground.database import table_of
from idp.authentication.devices.models import Device
from idp.realm import Realm

DEVICES = table_of(Device)
FIND_BY_TOKEN = select(DEVICES).where(DEVICES.c.token_hash == bindparam("of_token"))
OF_CITIZEN = select(DEVICES).where(DEVICES.c.citizen_id == bindparam("of_citizen")).order_by(DEVICES.c.added_at, DEVICES.c.id)
MAX_NAME_LENGTH = 60


@dataclass(frozen=True)
class KnownDevice:
    """A device of a citizen, as it stands in its row."""

    id: str
    citizen_id: str
    name: str
    public_key: Mapping[str, Any]
    added_at: int
    used_at: int | None


def add(
    realm: Realm,
    connection: Connection,
    citizen_id: str,
    *,
    device_id: str,
    name: str,
    public_key: Mapping[str, str],
    token: str,
) -> None:
    """Give a citizen one device more. Its token is kept as a hash."""
    row = {
        "id": device_id,
        "citizen_id": citizen_id,
        "sealed": _seal(realm, device_id, name),
        "public_key": dict(public_key),
        "token_hash": hash_token(token),
        "added_at": realm.clock.now(),
    }
    connection.execute(insert(DEVICES), row)


def find_by_token(realm: Realm, connection: Connection, token: str) -> KnownDevice | None:
    """The device that shows this token."""
    row = connection.execute(FIND_BY_TOKEN, {"of_token": hash_token(token)}).first()
    return _open(realm, row) if row else None


def of_citizen(realm: Realm, connection: Connection, citizen_id: str) -> Sequence[KnownDevice]:
    """The devices of a citizen, oldest first."""
    return [_open(realm, row) for row in connection.execute(OF_CITIZEN, {"of_citizen": citizen_id})]


def has_one(connection: Connection, citizen_id: str) -> bool:
    return connection.execute(OF_CITIZEN, {"of_citizen": citizen_id}).first() is not None


def rename(realm: Realm, connection: Connection, citizen_id: str, device_id: str, name: str) -> bool:
    """Call a device otherwise. False when this citizen has no such one."""
    values = {"sealed": _seal(realm, device_id, name)}
    return connection.execute(update(DEVICES).where(*_which(citizen_id, device_id)), values).rowcount == 1


def remove(connection: Connection, citizen_id: str, device_id: str) -> bool:
    """From now on nothing that this device says is heard. False when this citizen has no such one."""
    return connection.execute(delete(DEVICES).where(*_which(citizen_id, device_id))).rowcount == 1


def mark_used(realm: Realm, connection: Connection, device_id: str) -> None:
    connection.execute(update(DEVICES).where(DEVICES.c.id == device_id), {"used_at": realm.clock.now()})


def forget(connection: Connection, citizen_id: str) -> None:
    """Remove the devices of a citizen who is removed."""
    connection.execute(delete(DEVICES).where(DEVICES.c.citizen_id == citizen_id))


def hash_token(token: str) -> bytes:
    """A token has 256 bits of its own: a bare hash is as good as a keyed one."""
    return hashlib.sha256(token.encode()).digest()


def _which(citizen_id: str, device_id: str) -> tuple[Any, ...]:
    return DEVICES.c.id == device_id, DEVICES.c.citizen_id == citizen_id


def _open(realm: Realm, row: Any) -> KnownDevice:
    name = realm.vault.open_fields(_place(row.id), row.sealed)["name"]
    return KnownDevice(row.id, row.citizen_id, name, row.public_key, row.added_at, row.used_at)


def _seal(realm: Realm, device_id: str, name: str) -> bytes:
    return realm.vault.seal_fields(_place(device_id), {"name": name[:MAX_NAME_LENGTH]})


def _place(device_id: str) -> str:
    return f"devices.sealed:{device_id}"
