"""Finding a citizen, and entering a new one."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, exists, false, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from ground.chance import draw_identifier
from ground.database import table_of
from idp.audit import Event, record
from idp.citizens import identifiers
from idp.citizens.last_administrator import demand_another
from idp.citizens.levels import level_of
from idp.citizens.models import (
    STAFF_ROLES,
    Child,
    Citizen,
    CitizenRole,
    IdentityProof,
    Incident,
    Lock,
    Membership,
    Person,
    PersonalData,
)
from idp.realm import Realm
from idp.tombstones import Buried, bury

CITIZENS, ROLES, INCIDENTS, MEMBERSHIPS, CHILDREN = map(table_of, (Citizen, CitizenRole, Incident, Membership, Child))
HAS_INCIDENT = exists().where(INCIDENTS.c.citizen_id == CITIZENS.c.id, INCIDENTS.c.closed_at.is_(None))
ROLE_NAMES = select(func.aggregate_strings(ROLES.c.role, " ")).where(ROLES.c.citizen_id == CITIZENS.c.id).scalar_subquery()
IS_CHILD = exists().where(CHILDREN.c.child_id == CITIZENS.c.id)
PEOPLE = select(CITIZENS, HAS_INCIDENT.label("has_incident"), ROLE_NAMES.label("role_names"), IS_CHILD.label("is_child"))
IS_STAFF = exists().where(ROLES.c.citizen_id == CITIZENS.c.id, ROLES.c.role.in_(STAFF_ROLES))
TERMS = select(
    CITIZENS.c.disabled_at,
    CITIZENS.c.second_factor_required,
    CITIZENS.c.first_sign_in_at,
    HAS_INCIDENT.label("has_incident"),
    IS_STAFF.label("is_staff"),
).where(CITIZENS.c.id == bindparam("citizen_id"))
LOCK = select(CITIZENS.c.locked_at, CITIZENS.c.unlocks_at, HAS_INCIDENT.label("has_incident")).where(
    CITIZENS.c.id == bindparam("citizen_id")
)


LOGINS = ("phone", "email", "snils")
"""What a citizen can be found by, and nobody shares."""


class CitizenExists(Exception):
    """The phone, e-mail or СНИЛС belongs to another citizen; `names` says which of them."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(", ".join(names))
        self.names = tuple(names)


def find(realm: Realm, connection: Connection, citizen_id: str) -> Person | None:
    """The citizen with this id."""
    row = connection.execute(PEOPLE.where(CITIZENS.c.id == citizen_id)).first()
    return _open(realm, row) if row else None


@dataclass(frozen=True)
class Terms:
    """On which terms a citizen is let in. Whoever works for the provider needs a second factor always."""

    is_shut_out: bool
    second_factor_required: bool
    is_newcomer: bool


def terms_of(connection: Connection, citizen_id: str) -> Terms | None:
    """The terms of a citizen, without what is sealed of them: cheap enough for every request of a client."""
    row = connection.execute(TERMS, {"citizen_id": citizen_id}).first()
    if row is None:
        return None
    return Terms(
        is_shut_out=row.disabled_at is not None or row.has_incident,
        second_factor_required=row.second_factor_required or row.is_staff,
        is_newcomer=row.first_sign_in_at is None,
    )


def hold(connection: Connection, citizen_id: str) -> None:
    """Until the end of the transaction whoever else holds this citizen waits: what is counted of them is counted by one at
    a time. (SQLite has one writer anyway.)"""
    connection.execute(select(CITIZENS.c.id).where(CITIZENS.c.id == citizen_id).with_for_update(key_share=True))


def lock_of(realm: Realm, connection: Connection, citizen_id: str) -> Lock | None:
    """Why this citizen cannot sign in now, without what is sealed of them."""
    row = connection.execute(LOCK, {"citizen_id": citizen_id}).first()
    return _lock(realm, row) if row is not None else None


def everybody(realm: Realm, connection: Connection) -> list[Person]:
    """All citizens, in the order they were entered. For test stands, which have a handful."""
    return [_open(realm, row) for row in connection.execute(PEOPLE.order_by(CITIZENS.c.created_at, CITIZENS.c.id))]


def staff(realm: Realm, connection: Connection) -> list[Person]:
    """Whoever works for the provider, by name."""
    people = [_open(realm, row) for row in connection.execute(PEOPLE.where(IS_STAFF))]
    return sorted(people, key=lambda person: (person.data.full_name, person.id))


def find_by_login(realm: Realm, connection: Connection, login: str) -> Person | None:
    """The citizen whose phone (both forms), e-mail or СНИЛС this is. Surrounding spaces do not count."""
    condition = _login_condition(realm, login.strip())
    if condition is None:
        return None
    row = connection.execute(PEOPLE.where(condition)).first()
    return _open(realm, row) if row else None


def _login_condition(realm: Realm, login: str) -> Any:
    """A text is a phone, an e-mail or a СНИЛС by its form; no text is two of them."""
    for name, normalise in (("phone", identifiers.phone), ("email", identifiers.email), ("snils", identifiers.snils)):
        try:
            value = normalise(login)
        except identifiers.IdentifierMalformed:
            continue
        return CITIZENS.c[f"{name}_index"] == realm.vault.blind_index(name, value)
    return None


def enter(
    realm: Realm,
    connection: Connection,
    data: PersonalData,
    *,
    phone_is_verified: bool = False,
    email_is_verified: bool = False,
    second_factor_required: bool = False,
    risk_is_judged: bool = True,
    is_newcomer: bool = False,
    actor: str,
    citizen_id: str | None = None,
) -> str:
    """Enter a new citizen and return the id, which is drawn unless somebody chose it. Raises CitizenExists.

    Whoever did not sign up by themselves is taken for somebody who signed in long ago: nothing is asked of them.
    """
    if taken := taken_by_others(realm, connection, data):
        raise CitizenExists(taken)
    citizen_id = citizen_id or draw_identifier(realm.chance, "citizen")
    now = realm.clock.now()
    row = {
        "id": citizen_id,
        "sealed": realm.vault.seal_fields(f"citizens:{citizen_id}", data.as_fields()),
        **_indexes(realm, data),
        "passport_index": _passport_index(realm, data),
        "phone_verified_at": now if phone_is_verified else None,
        "email_verified_at": now if email_is_verified else None,
        "second_factor_required": second_factor_required,
        "risk_is_judged": risk_is_judged,
        "passport_checked_at": now if data.has_passport else None,
        "created_at": now,
        "changed_at": now,
        "first_sign_in_at": None if is_newcomer else now,
    }
    _write(realm, connection, insert(CITIZENS), row, data)
    record(realm, connection, Event.CITIZEN_CREATED, actor=actor, object=f"citizen:{citizen_id}")
    return citizen_id


def change(realm: Realm, connection: Connection, person: Person, *, actor: str) -> None:
    """Store what a citizen is from now on. Raises CitizenExists and LastAdministrator."""
    if taken := taken_by_others(realm, connection, person.data, besides=person.id):
        raise CitizenExists(taken)
    hold(connection, person.id)
    known = connection.execute(PEOPLE.where(CITIZENS.c.id == person.id)).one()
    if person.is_disabled and known.disabled_at is None:
        demand_another(connection, person.id)
    was = level_of(_open(realm, known))
    now = realm.clock.now()

    def since(stored: int | None, is_so: bool) -> int | None:
        return (now if stored is None else stored) if is_so else None

    row = {
        "sealed": realm.vault.seal_fields(f"citizens:{person.id}", person.data.as_fields()),
        **_indexes(realm, person.data),
        "passport_index": _passport_index(realm, person.data),
        "phone_verified_at": since(known.phone_verified_at, person.phone_is_verified),
        "email_verified_at": since(known.email_verified_at, person.email_is_verified),
        "second_factor_required": person.second_factor_required,
        "risk_is_judged": person.risk_is_judged,
        "disabled_at": since(known.disabled_at, person.is_disabled),
        "passport_checked_at": since(known.passport_checked_at, person.document_is_checked and person.data.has_passport),
        "changed_at": now,
    }
    _write(realm, connection, update(CITIZENS).where(CITIZENS.c.id == person.id), row, person.data, besides=person.id)
    record(realm, connection, Event.CITIZEN_CHANGED, actor=actor, object=f"citizen:{person.id}")
    if was != level_of(person) == "confirmed":
        record(realm, connection, Event.ACCOUNT_CONFIRMED, actor=actor, object=f"citizen:{person.id}")
    if person.is_disabled and known.disabled_at is None:
        bury(realm, connection, Buried.CITIZEN_DISABLED, person.id)
    for name, verified_at in (("phone", known.phone_verified_at), ("email", known.email_verified_at)):
        if verified_at is not None and row[f"{name}_index"] != getattr(known, f"{name}_index"):
            bury(realm, connection, Buried.CONTACT, person.id, name)


def prove_identity(realm: Realm, connection: Connection, citizen_id: str, *, by: IdentityProof, actor: str) -> None:
    """Somebody who may vouch for it has seen that this person is who they say. A stronger proof is not replaced."""
    person = find(realm, connection, citizen_id)
    row = {"identity_proved_at": realm.clock.now(), "identity_proved_by": by}
    statement = update(CITIZENS).where(CITIZENS.c.id == citizen_id, CITIZENS.c.identity_proved_by.is_(None))
    if connection.execute(statement, row).rowcount:
        record(realm, connection, Event.IDENTITY_PROVED, actor=actor, object=f"citizen:{citizen_id}", by=by)
        if person is not None and level_of(person) != "confirmed":
            record(realm, connection, Event.ACCOUNT_CONFIRMED, actor=actor, object=f"citizen:{citizen_id}")


def note_first_sign_in(realm: Realm, connection: Connection, citizen_id: str) -> bool:
    """The first sign-in is over, and what it asks for is never asked again. True once."""
    is_first = (CITIZENS.c.id == citizen_id, CITIZENS.c.first_sign_in_at.is_(None))
    return connection.execute(update(CITIZENS).where(*is_first), {"first_sign_in_at": realm.clock.now()}).rowcount == 1


def remove(realm: Realm, connection: Connection, citizen_id: str, *, actor: str) -> None:
    """Take a citizen's row away. What other rooms keep of them is theirs to end and to forget before, and that it is not the last
    administrator is for whoever decides it to ask: an older copy of the database may know of no other."""
    for table in (ROLES, INCIDENTS, MEMBERSHIPS):
        connection.execute(delete(table).where(table.c.citizen_id == citizen_id))
    connection.execute(delete(CITIZENS).where(CITIZENS.c.id == citizen_id))
    record(realm, connection, Event.CITIZEN_REMOVED, actor=actor, object=f"citizen:{citizen_id}")
    bury(realm, connection, Buried.CITIZEN, citizen_id)


def taken_by_others(realm: Realm, connection: Connection, data: PersonalData, *, besides: str | None = None) -> list[str]:
    """Which of phone, e-mail and СНИЛС another citizen has."""
    indexes = _indexes(realm, data)
    wanted = or_(false(), *(CITIZENS.c[name] == value for name, value in indexes.items() if value is not None))
    rows = connection.execute(select(CITIZENS).where(wanted, CITIZENS.c.id != (besides or ""))).mappings().all()
    return [name for name in LOGINS if any(row[f"{name}_index"] == indexes[f"{name}_index"] is not None for row in rows)]


def _write(
    realm: Realm, connection: Connection, statement: Any, row: dict[str, Any], data: PersonalData, *, besides: str | None = None
) -> None:
    """Write a citizen's row. Raises CitizenExists where somebody who came at the same time has what they have."""
    try:
        with connection.begin_nested():
            connection.execute(statement, row)
    except IntegrityError:
        raise CitizenExists(taken_by_others(realm, connection, data, besides=besides)) from None


def is_passport_of_another(realm: Realm, connection: Connection, data: PersonalData, *, besides: str) -> bool:
    """Has somebody else this very passport?"""
    query = select(CITIZENS.c.id).where(CITIZENS.c.passport_index == _passport_index(realm, data), CITIZENS.c.id != besides)
    return connection.execute(query).first() is not None


def _passport_index(realm: Realm, data: PersonalData) -> bytes | None:
    """People may share one on a test stand, so it is no unique column."""
    passport = f"{data.passport_series} {data.passport_number}"
    return realm.vault.blind_index("passport", passport) if data.has_passport else None


def _indexes(realm: Realm, data: PersonalData) -> dict[str, bytes | None]:
    """What somebody is found by. An address is kept as its owner spells it, and found whichever way."""
    spelled = {"phone": data.phone, "email": data.email and data.email.lower(), "snils": data.snils}
    return {f"{name}_index": realm.vault.blind_index(name, value) if value else None for name, value in spelled.items()}


def _open(realm: Realm, row: Row[Any]) -> Person:
    return Person(
        id=row.id,
        data=PersonalData.from_fields(realm.vault.open_fields(f"citizens:{row.id}", row.sealed)),
        phone_is_verified=row.phone_verified_at is not None,
        email_is_verified=row.email_verified_at is not None,
        second_factor_required=row.second_factor_required,
        risk_is_judged=row.risk_is_judged,
        is_disabled=row.disabled_at is not None,
        document_is_checked=row.passport_checked_at is not None,
        identity_proved_by=row.identity_proved_by,
        roles=frozenset((row.role_names or "").split()),
        lock=_lock(realm, row),
        is_child=bool(row.is_child),
        is_newcomer=row.first_sign_in_at is None,
        changed_at=row.created_at if row.changed_at is None else row.changed_at,
    )


def _lock(realm: Realm, row: Row[Any]) -> Lock | None:
    if row.has_incident:
        return "incident"
    is_locked = row.locked_at is not None and (row.unlocks_at is None or row.unlocks_at > realm.clock.now())
    return "failures" if is_locked else None
