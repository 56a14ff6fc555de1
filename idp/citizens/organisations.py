"""Organisations, and who may act for them as what."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from sqlalchemy import Connection, Row, insert, select, update

from ground.database import table_of
from idp.audit import Event, record
from idp.citizens import identifiers
from idp.citizens.models import Membership, Organisation
from idp.realm import Realm
from idp.tombstones import Buried, bury

ORGANISATIONS, MEMBERSHIPS = table_of(Organisation), table_of(Membership)
IS_MEMBER = MEMBERSHIPS.c.ended_at.is_(None)
OF_MEMBER = (
    select(ORGANISATIONS, MEMBERSHIPS.c.position, MEMBERSHIPS.c.is_chief, MEMBERSHIPS.c.is_administrator)
    .join(MEMBERSHIPS, MEMBERSHIPS.c.organisation_id == ORGANISATIONS.c.id)
    .where(IS_MEMBER)
    .order_by(ORGANISATIONS.c.name, ORGANISATIONS.c.id)
)
Type = Literal["LEGAL", "AGENCY"]


@dataclass(frozen=True)
class Particulars:
    """What only ESIA tells of an organisation: its type, КПП, the codes of its legal form (ОПФ) and territory (ОКТМО), and what a
    body of power is."""

    type: Type = "LEGAL"
    short_name: str = ""
    kpp: str = ""
    leg: str = ""
    oktmo: str = ""
    agency_type: str = ""
    agency_territory: str = ""
    phone: str = ""
    email: str = ""
    address: str = ""


@dataclass(frozen=True)
class Known:
    """An organisation."""

    id: str
    name: str
    ogrn: str
    inn: str
    particulars: Particulars

    @property
    def short_name(self) -> str:
        return self.particulars.short_name or self.name


@dataclass(frozen=True)
class MemberOf(Known):
    """An organisation that somebody may act for, and what they are there."""

    position: str
    is_chief: bool
    is_administrator: bool


def enter(
    realm: Realm,
    connection: Connection,
    organisation_id: str,
    *,
    name: str,
    ogrn: str,
    inn: str,
    positions: Mapping[str, str],
    chiefs: Collection[str] = (),
    particulars: Particulars | None = None,
) -> bool:
    """Enter an organisation with its members, `positions` by citizen; `chiefs` are those who head it, and they administer it too.
    False when it is known: it stays as it is. Raises IdentifierMalformed."""
    if connection.execute(select(ORGANISATIONS.c.id).where(ORGANISATIONS.c.id == organisation_id)).first():
        return False
    now = realm.clock.now()
    row = {"id": organisation_id, "name": name, "ogrn": identifiers.ogrn(ogrn), "inn": identifiers.organisation_inn(inn)}
    told = asdict(particulars) if particulars is not None else None
    connection.execute(insert(ORGANISATIONS), row | {"particulars": told, "created_at": now})
    for citizen_id, position in positions.items():
        member = {"citizen_id": citizen_id, "organisation_id": organisation_id, "position": position, "begun_at": now}
        heads = {"is_chief": citizen_id in chiefs, "is_administrator": citizen_id in chiefs}
        connection.execute(insert(MEMBERSHIPS), member | heads)
    return True


def find(connection: Connection, organisation_id: str) -> Known | None:
    """The organisation with this id."""
    row = connection.execute(select(ORGANISATIONS).where(ORGANISATIONS.c.id == organisation_id)).first()
    return Known(**_known(row)) if row else None


def of_member(connection: Connection, citizen_id: str) -> Sequence[MemberOf]:
    """The organisations that this person may act for now, by name."""
    rows = connection.execute(OF_MEMBER.where(MEMBERSHIPS.c.citizen_id == citizen_id))
    return [
        MemberOf(**_known(row), position=row.position, is_chief=row.is_chief, is_administrator=row.is_administrator)
        for row in rows
    ]


def end_membership(realm: Realm, connection: Connection, citizen_id: str, organisation_id: str, *, actor: str) -> bool:
    """From now on this person may not act for this organisation. Says whether they might."""
    which = (MEMBERSHIPS.c.citizen_id == citizen_id, MEMBERSHIPS.c.organisation_id == organisation_id, IS_MEMBER)
    is_done = connection.execute(update(MEMBERSHIPS).where(*which), {"ended_at": realm.clock.now()}).rowcount == 1
    if is_done:
        detail = {"organisation": organisation_id}
        record(realm, connection, Event.MEMBERSHIP_ENDED, actor=actor, object=f"citizen:{citizen_id}", **detail)
        bury(realm, connection, Buried.MEMBERSHIP, citizen_id, organisation_id)
    return is_done


def _known(row: Row[Any]) -> dict[str, Any]:
    particulars = Particulars(**(row.particulars or {}))
    return {"id": row.id, "name": row.name, "ogrn": row.ogrn, "inn": row.inn, "particulars": particulars}
