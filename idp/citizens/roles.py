"""Roles of people: given and taken by an administrator, but for the one that is everybody's own to take.

Nobody gives a role of the staff to themselves, whoever gives roles does not watch over them, and one administrator stays.
"""

from sqlalchemy import Connection, delete, insert, select

from ground.database import table_of
from idp.audit import Event, record
from idp.citizens import directory
from idp.citizens.last_administrator import demand_another
from idp.citizens.models import STAFF_ROLES, CitizenRole
from idp.realm import Realm
from idp.tombstones import Buried, bury

ROLES = table_of(CitizenRole)
EXCLUDING = frozenset({"administrator", "officer"})
"""Of these a person has one at most: the journal of what administrators do is read by somebody else."""


class RoleNotGiven(Exception):
    """The role is not for this person: `reason` is `own` or `excluded`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def give(realm: Realm, connection: Connection, citizen_id: str, role: str, *, actor: str) -> bool:
    """Give a role. False when they have it. Raises RoleNotGiven."""
    directory.hold(connection, citizen_id)
    known = set(connection.execute(select(ROLES.c.role).where(ROLES.c.citizen_id == citizen_id)).scalars())
    if role in known:
        return False
    if role in STAFF_ROLES and actor == f"citizen:{citizen_id}":
        raise RoleNotGiven("own")
    if role in EXCLUDING and known & EXCLUDING:
        raise RoleNotGiven("excluded")
    row = {"citizen_id": citizen_id, "role": role, "given_at": realm.clock.now(), "given_by": actor}
    connection.execute(insert(ROLES), row)
    record(realm, connection, Event.ROLE_GIVEN, actor=actor, object=f"citizen:{citizen_id}", role=role)
    return True


def take(realm: Realm, connection: Connection, citizen_id: str, role: str, *, actor: str) -> bool:
    """Take a role away. False when they have it not. Raises LastAdministrator."""
    directory.hold(connection, citizen_id)
    if role == "administrator":
        demand_another(connection, citizen_id)
    taken = connection.execute(delete(ROLES).where(ROLES.c.citizen_id == citizen_id, ROLES.c.role == role)).rowcount
    if taken:
        record(realm, connection, Event.ROLE_TAKEN, actor=actor, object=f"citizen:{citizen_id}", role=role)
        bury(realm, connection, Buried.ROLE, citizen_id, role)
    return bool(taken)
