"""Finding a citizen, and entering a new one."""

from typing import Any

from sqlalchemy import Connection, Row, insert, or_, select

from ground.chance import draw_identifier
from ground.database import table_of
from idp.audit import Event, record
from idp.citizens import identifiers
from idp.citizens.models import Citizen, Person, PersonalData
from idp.realm import Realm

CITIZENS = table_of(Citizen)


class CitizenExists(Exception):
    """The phone, e-mail or СНИЛС belongs to another citizen."""


def find(realm: Realm, connection: Connection, citizen_id: str) -> Person | None:
    """The citizen with this id."""
    row = connection.execute(select(CITIZENS).where(CITIZENS.c.id == citizen_id)).first()
    return _open(realm, row) if row else None


def everybody(realm: Realm, connection: Connection) -> list[Person]:
    """All citizens, in the order they were entered. For test stands, which have a handful."""
    return [_open(realm, row) for row in connection.execute(select(CITIZENS).order_by(CITIZENS.c.created_at, CITIZENS.c.id))]


def find_by_login(realm: Realm, connection: Connection, login: str) -> Person | None:
    """The citizen whose phone (both forms), e-mail or СНИЛС this is. Surrounding spaces do not count."""
    condition = _login_condition(realm, login.strip())
    if condition is None:
        return None
    row = connection.execute(select(CITIZENS).where(condition)).first()
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
    actor: str,
) -> str:
    """Enter a new citizen and return the id. Raises CitizenExists."""
    indexes = {
        f"{name}_index": realm.vault.blind_index(name, value)
        for name, value in (("phone", data.phone), ("email", data.email), ("snils", data.snils))
        if value
    }
    taken = or_(*(CITIZENS.c[name] == value for name, value in indexes.items()))
    if indexes and connection.execute(select(CITIZENS.c.id).where(taken)).first():
        raise CitizenExists
    citizen_id = draw_identifier(realm.chance, "citizen")
    now = realm.clock.now()
    row = {
        "id": citizen_id,
        "sealed": realm.vault.seal_fields(f"citizens:{citizen_id}", data.as_fields()),
        **indexes,
        "phone_verified_at": now if phone_is_verified else None,
        "email_verified_at": now if email_is_verified else None,
        "second_factor_required": second_factor_required,
        "created_at": now,
    }
    connection.execute(insert(CITIZENS), row)
    record(realm, connection, Event.CITIZEN_CREATED, actor=actor, object=f"citizen:{citizen_id}")
    return citizen_id


def _open(realm: Realm, row: Row[Any]) -> Person:
    return Person(
        id=row.id,
        data=PersonalData.from_fields(realm.vault.open_fields(f"citizens:{row.id}", row.sealed)),
        phone_is_verified=row.phone_verified_at is not None,
        email_is_verified=row.email_verified_at is not None,
        second_factor_required=row.second_factor_required,
        is_disabled=row.disabled_at is not None,
    )
