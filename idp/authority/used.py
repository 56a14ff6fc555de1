"""The certificates that a person has signed in with."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from ground.chance import draw_identifier
from ground.database import table_of
from idp.authority import register
from idp.authority.models import UsedCertificate
from idp.realm import Realm

USED = table_of(UsedCertificate)


@dataclass(frozen=True)
class Facts:
    """By what a certificate is known, and until when it is good, in seconds."""

    serial: str
    issuer: str
    not_after: int


def remember(realm: Realm, connection: Connection, citizen_id: str, certificate: Facts, algorithm: str) -> None:
    """Somebody signed in with this certificate now."""
    now, issuer = realm.clock.now(), certificate.issuer[:200]
    which = (USED.c.citizen_id == citizen_id, USED.c.serial == certificate.serial, USED.c.issuer == issuer)
    if connection.execute(update(USED).where(*which), {"used_at": now}).rowcount:
        return
    row = {
        "id": draw_identifier(realm.chance, "used certificate"),
        "citizen_id": citizen_id,
        "serial": certificate.serial,
        "issuer": issuer,
        "algorithm": algorithm,
        "not_after": certificate.not_after,
        "first_used_at": now,
        "used_at": now,
    }
    connection.execute(insert(USED), row)


def of_person(connection: Connection, citizen_id: str) -> Sequence[Row[Any]]:
    """What this person has signed in with, the latest first."""
    query = select(USED).where(USED.c.citizen_id == citizen_id).order_by(USED.c.used_at.desc(), USED.c.id)
    return connection.execute(query).all()


def has_good_one(realm: Realm, connection: Connection, citizen_id: str) -> bool:
    """Has this person signed in with a certificate that has not run out, and is not known to be revoked?"""
    now = realm.clock.now()
    good = [row.serial for row in of_person(connection, citizen_id) if row.not_after > now]
    found = [register.find(connection, serial) for serial in good]
    return any(row is None or row.revoked_at is None for row in found)


def forget(connection: Connection, citizen_id: str) -> None:
    """Take all of a citizen who is removed off the list."""
    connection.execute(delete(USED).where(USED.c.citizen_id == citizen_id))
