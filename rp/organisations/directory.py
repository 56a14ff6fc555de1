"""Entering and finding organisations, their systems and their people."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from ground.chance import draw_identifier
from ground.database import table_of
from rp.organisations.models import OrganisationClient, OrganisationRow, StaffMember
from rp.realm import Realm

KINDS = ("medical", "laboratory", "insurer", "partner", "authority")
STAFF_ROLES = ("doctor", "laboratory", "registrar")
"""What somebody can be at an organisation, as far as the registry has pages for them."""

_ORGANISATIONS, _STAFF = table_of(OrganisationRow), table_of(StaffMember)
_CLIENTS = table_of(OrganisationClient)
_BY_ID = select(_ORGANISATIONS).where(_ORGANISATIONS.c.id == bindparam("id"))
_BY_OGRN = select(_ORGANISATIONS).where(_ORGANISATIONS.c.ogrn == bindparam("ogrn"))
_OF_KINDS = (
    select(_ORGANISATIONS).where(_ORGANISATIONS.c.kind.in_(bindparam("kinds", expanding=True))).order_by(_ORGANISATIONS.c.name)
)
_OF_CLIENT = select(_ORGANISATIONS).join(_CLIENTS).where(_CLIENTS.c.client_id == bindparam("client_id"))
_WORKPLACE = (
    select(_STAFF.c.id.label("staff_id"), _STAFF.c.role, *_ORGANISATIONS.c)
    .join(_ORGANISATIONS, _ORGANISATIONS.c.id == _STAFF.c.organisation_id)
    .where(_STAFF.c.id == bindparam("staff_id"))
)
_WORKPLACES = (
    select(_STAFF.c.id.label("staff_id"), _STAFF.c.role, *_ORGANISATIONS.c)
    .join(_ORGANISATIONS, _ORGANISATIONS.c.id == _STAFF.c.organisation_id)
    .where(_STAFF.c.snils_index == bindparam("snils_index"), _STAFF.c.ended_at.is_(None))
    .order_by(_ORGANISATIONS.c.name, _STAFF.c.role)
)


@dataclass(frozen=True)
class Organisation:
    """An organisation that the register knows. ОГРН has 13 digits, the region is a number such as 77."""

    id: str
    kind: str
    name: str
    ogrn: str
    region: str


@dataclass(frozen=True)
class Workplace:
    """A role that somebody has at an organisation; `id` is the staff member's."""

    id: str
    role: str
    organisation: Organisation


@dataclass(frozen=True)
class NewOrganisation:
    """An organisation to be entered, with the client ids of its systems and its staff: (СНИЛС of eleven digits, role, name)."""

    kind: str
    name: str
    ogrn: str
    region: str
    clients: tuple[str, ...] = ()
    staff: tuple[tuple[str, str, str], ...] = field(default=(), repr=False)


def enter_organisation(connection: Connection, realm: Realm, new: NewOrganisation) -> tuple[Organisation, bool]:
    """Enter an organisation or bring it up to date; staff whom it does not name lose the role. True when it is news."""
    row: dict[str, Any] = {"kind": new.kind, "name": new.name, "ogrn": new.ogrn, "region": new.region}
    known = find_by_ogrn(connection, new.ogrn)
    organisation_id = known.id if known else draw_identifier(realm.chance, "organisation")
    if known is None:
        connection.execute(insert(OrganisationRow), {"id": organisation_id, "created_at": realm.clock.now(), **row})
    else:
        connection.execute(update(OrganisationRow).where(_ORGANISATIONS.c.id == known.id).values(row))
    organisation = Organisation(organisation_id, **row)
    is_news = known != organisation
    is_news |= _enter_clients(connection, organisation_id, new.clients)
    is_news |= _enter_staff(connection, realm, organisation_id, new.staff)
    return organisation, is_news


def _enter_clients(connection: Connection, organisation_id: str, clients: Iterable[str]) -> bool:
    known = set(connection.execute(select(_CLIENTS.c.client_id)).scalars())
    rows = [{"client_id": client_id, "organisation_id": organisation_id} for client_id in clients if client_id not in known]
    if rows:
        connection.execute(insert(OrganisationClient), rows)
    return bool(rows)


def _enter_staff(connection: Connection, realm: Realm, organisation_id: str, staff: Iterable[tuple[str, str, str]]) -> bool:
    now = realm.clock.now()
    at_work = select(_STAFF).where(_STAFF.c.organisation_id == organisation_id, _STAFF.c.ended_at.is_(None))
    gone = {(row["snils_index"], row["role"]): row["id"] for row in connection.execute(at_work).mappings()}
    changed = False
    for snils, role, name in staff:
        index = realm.vault.blind_index("snils", snils)
        if gone.pop((index, role), None) is not None:
            continue
        staff_id, changed = draw_identifier(realm.chance, "staff member"), True
        row = {"id": staff_id, "organisation_id": organisation_id, "snils_index": index, "role": role}
        sealed = realm.vault.seal_fields(f"staff_members:{staff_id}", {"name": name})
        connection.execute(insert(StaffMember), {**row, "sealed": sealed, "granted_at": now})
    for staff_id in gone.values():
        connection.execute(update(StaffMember).where(_STAFF.c.id == staff_id).values(ended_at=now))
        changed = True
    return changed


def find_organisation(connection: Connection, organisation_id: str) -> Organisation | None:
    """The organisation of that id."""
    return _organisation(connection.execute(_BY_ID, {"id": organisation_id}).mappings().first())


def find_by_ogrn(connection: Connection, ogrn: str) -> Organisation | None:
    """The organisation of that ОГРН."""
    return _organisation(connection.execute(_BY_OGRN, {"ogrn": ogrn}).mappings().first())


def organisations_of_kinds(connection: Connection, kinds: Iterable[str]) -> list[Organisation]:
    """All organisations of these kinds, by name."""
    found = connection.execute(_OF_KINDS, {"kinds": tuple(kinds)}).mappings().all()
    return [organisation for row in found if (organisation := _organisation(row)) is not None]


def organisation_of_client(connection: Connection, client_id: str) -> Organisation | None:
    """Whose system it is; None for an application of nobody we know."""
    return _organisation(connection.execute(_OF_CLIENT, {"client_id": client_id}).mappings().first())


def workplaces_of(connection: Connection, realm: Realm, *, snils: str | None, ogrns: Iterable[str]) -> tuple[Workplace, ...]:
    """Where somebody works by our own rows and, now, by the word of the provider (`ogrns`) too. СНИЛС is eleven digits."""
    vouched = frozenset(ogrns)
    if snils is None or not vouched:
        return ()
    rows = connection.execute(_WORKPLACES, {"snils_index": realm.vault.blind_index("snils", snils)}).mappings()
    places = [(row["staff_id"], row["role"], _organisation(row)) for row in rows if row["ogrn"] in vouched]
    return tuple(Workplace(staff_id, role, found) for staff_id, role, found in places if found is not None)


def find_workplace(connection: Connection, staff_id: str) -> Workplace | None:
    """The workplace of that id, also of somebody who has left it."""
    row = connection.execute(_WORKPLACE, {"staff_id": staff_id}).mappings().first()
    organisation = _organisation(row)
    return None if row is None or organisation is None else Workplace(row["staff_id"], row["role"], organisation)


def _organisation(row: Any) -> Organisation | None:
    return None if row is None else Organisation(row["id"], row["kind"], row["name"], row["ogrn"], row["region"])
