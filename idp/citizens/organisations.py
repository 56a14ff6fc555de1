"""Organisations, and who may act for them as what."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, insert, select, update

from ground.database import table_of
from idp.audit import Event, record
from idp.citizens import identifiers
from idp.citizens.models import Membership, Organisation
from idp.realm import Realm
from idp.tombstones import Buried, bury

ORGANISATIONS, MEMBERSHIPS = table_of(Organisation), table_of(Membership)
OF_MEMBER = (
    select(ORGANISATIONS, MEMBERSHIPS.c.position)
    .join(MEMBERSHIPS, MEMBERSHIPS.c.organisation_id == ORGANISATIONS.c.id)
    .where(MEMBERSHIPS.c.ended_at.is_(None))
    .order_by(ORGANISATIONS.c.name, ORGANISATIONS.c.id)
)


@dataclass(frozen=True)
class MemberOf:
    """An organisation that somebody may act for, and what they are there."""

    id: str
    name: str
    ogrn: str
    inn: str
    position: str


def enter(
    realm: Realm,
    connection: Connection,
    organisation_id: str,
    *,
    name: str,
    ogrn: str,
    inn: str,
    positions: Mapping[str, str],
) -> bool:
    """Enter an organisation with its members, `positions` by citizen. False when it is known: it stays as it is. Raises
    IdentifierMalformed."""
    if connection.execute(select(ORGANISATIONS.c.id).where(ORGANISATIONS.c.id == organisation_id)).first():
        return False
    now = realm.clock.now()
    row = {"id": organisation_id, "name": name, "ogrn": identifiers.ogrn(ogrn), "inn": identifiers.organisation_inn(inn)}
    connection.execute(insert(ORGANISATIONS), row | {"created_at": now})
    for citizen_id, position in positions.items():
        member = {"citizen_id": citizen_id, "organisation_id": organisation_id, "position": position, "begun_at": now}
        connection.execute(insert(MEMBERSHIPS), member)
    return True


def of_member(connection: Connection, citizen_id: str) -> Sequence[MemberOf]:
    """The organisations that this person may act for now, by name."""
    rows = connection.execute(OF_MEMBER.where(MEMBERSHIPS.c.citizen_id == citizen_id))
    return [MemberOf(row.id, row.name, row.ogrn, row.inn, row.position) for row in rows]


def end_membership(realm: Realm, connection: Connection, citizen_id: str, organisation_id: str, *, actor: str) -> bool:
    """From now on this person may not act for this organisation. Says whether they might."""
    which = (
        MEMBERSHIPS.c.citizen_id == citizen_id,
        MEMBERSHIPS.c.organisation_id == organisation_id,
        MEMBERSHIPS.c.ended_at.is_(None),
    )
    is_done = connection.execute(update(MEMBERSHIPS).where(*which), {"ended_at": realm.clock.now()}).rowcount == 1
    if is_done:
        detail = {"organisation": organisation_id}
        record(realm, connection, Event.MEMBERSHIP_ENDED, actor=actor, object=f"citizen:{citizen_id}", **detail)
        bury(realm, connection, Buried.MEMBERSHIP, citizen_id, organisation_id)
    return is_done
