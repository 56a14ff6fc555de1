"""Roles of people: given and taken by an administrator, but for the one that is everybody's own to take."""

from sqlalchemy import Connection, delete, func, insert, select

from ground.database import table_of
from idp.audit import Event, record
from idp.citizens.models import CitizenRole
from idp.realm import Realm
from idp.tombstones import Buried, bury

ROLES = table_of(CitizenRole)


class LastAdministrator(Exception):
    """Nobody would be left who can give roles."""


def give(realm: Realm, connection: Connection, citizen_id: str, role: str, *, actor: str) -> bool:
    """Give a role. False when they have it."""
    has_it = select(ROLES.c.role).where(ROLES.c.citizen_id == citizen_id, ROLES.c.role == role)
    if connection.execute(has_it).first():
        return False
    row = {"citizen_id": citizen_id, "role": role, "given_at": realm.clock.now(), "given_by": actor}
    connection.execute(insert(ROLES), row)
    record(realm, connection, Event.ROLE_GIVEN, actor=actor, object=f"citizen:{citizen_id}", role=role)
    return True


def take(realm: Realm, connection: Connection, citizen_id: str, role: str, *, actor: str) -> bool:
    """Take a role away. False when they have it not. Raises LastAdministrator."""
    # Held, so that of two administrators who take each other's role at once one stays.
    holders = select(ROLES.c.citizen_id).where(ROLES.c.role == role).with_for_update()
    others = [row.citizen_id for row in connection.execute(holders) if row.citizen_id != citizen_id]
    if role == "administrator" and not others:
        raise LastAdministrator
    taken = connection.execute(delete(ROLES).where(ROLES.c.citizen_id == citizen_id, ROLES.c.role == role)).rowcount
    if taken:
        record(realm, connection, Event.ROLE_TAKEN, actor=actor, object=f"citizen:{citizen_id}", role=role)
        bury(realm, connection, Buried.ROLE, citizen_id, role)
    return bool(taken)


def count_of(connection: Connection, role: str) -> int:
    """How many people have a role."""
    return int(connection.execute(select(func.count()).where(ROLES.c.role == role)).scalar_one())
