"""The numbers by which the ESIA dialect names people and organisations (OID): given at first need, and for ever."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, Literal

from sqlalchemy import Connection, Select, bindparam, delete, insert, select
from sqlalchemy.exc import IntegrityError

from ground.database import table_of
from idp.citizens.models import Oid
from idp.realm import Realm

OIDS = table_of(Oid)
FIRST = 1_000_000_000
"""Numbers of ESIA have ten digits."""
Named = Literal["citizen_id", "organisation_id"]
NUMBER: Mapping[Named, Select[Any]] = {
    "citizen_id": select(OIDS.c.number).where(OIDS.c.citizen_id == bindparam("id")),
    "organisation_id": select(OIDS.c.number).where(OIDS.c.organisation_id == bindparam("id")),
}
"""Asked with every token, so built once."""


def oid_of_citizen(connection: Connection, citizen_id: str) -> int:
    """The number of a person. May write."""
    return _oid(connection, "citizen_id", citizen_id)


def oid_of_organisation(connection: Connection, organisation_id: str) -> int:
    """The number of an organisation. May write."""
    return _oid(connection, "organisation_id", organisation_id)


def known_oids(connection: Connection, named: Named, ids: Sequence[str]) -> dict[str, int]:
    """The numbers of those of these that have one. Does not write."""
    column = OIDS.c[named]
    rows = connection.execute(select(column, OIDS.c.number).where(column.in_(ids)))
    return {str(identifier): FIRST + number for identifier, number in rows}


def citizen_of(connection: Connection, oid: int) -> str | None:
    """The person of this number."""
    return _named(connection, "citizen_id", oid)


def organisation_of(connection: Connection, oid: int) -> str | None:
    """The organisation of this number."""
    return _named(connection, "organisation_id", oid)


def forget(connection: Connection, citizen_id: str) -> None:
    """The person is gone. Their number is never given again: numbers only grow."""
    connection.execute(delete(OIDS).where(OIDS.c.citizen_id == citizen_id))


def give(connection: Connection, citizens: Sequence[str], organisations: Sequence[str]) -> None:
    """Numbers for all of these who have none, in this order. The seed is entered by one at a time."""
    names: tuple[tuple[Named, Sequence[str]], ...] = (("citizen_id", citizens), ("organisation_id", organisations))
    for named, ids in names:
        known = known_oids(connection, named, ids)
        missing: list[dict[str, str]] = [{named: each} for each in ids if each not in known]
        if missing:
            connection.execute(insert(OIDS), missing)


def begin_anew(realm: Realm, connection: Connection) -> None:
    """The stand starts over: nobody has a number, and the first is given first again."""
    statement = "DELETE FROM sqlite_sequence WHERE name = 'oids'"
    if not realm.database.is_sqlite:
        statement = "SELECT setval(pg_get_serial_sequence('oids', 'number'), 1, false)"
    connection.exec_driver_sql(statement)


def _oid(connection: Connection, named: Named, identifier: str) -> int:
    known = connection.execute(NUMBER[named], {"id": identifier}).scalar()
    if known is None:
        with suppress(IntegrityError), connection.begin_nested():  # somebody else may give it at the same moment
            connection.execute(insert(OIDS), {named: identifier})
        known = connection.execute(NUMBER[named], {"id": identifier}).scalar_one()
    return FIRST + int(known)


def _named(connection: Connection, named: Named, oid: int) -> str | None:
    number = oid - FIRST
    if not 0 < number < 2**31:
        return None
    identifier: str | None = connection.execute(select(OIDS.c[named]).where(OIDS.c.number == number)).scalar()
    return identifier
