"""Locks of an account.

    open ──five wrong passwords in a row──▶ locked ──recovered──▶ locked until `unlocks_at` ──time──▶ open
    open ──an officer, or a rule──▶ shut by an incident ──an officer──▶ open

The first is lifted by the owner and never lapses by itself; the second is lifted by an officer alone. Neither lifts the other.
"""

from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, insert, or_, select, update

from ground.chance import draw_identifier
from ground.database import table_of
from idp.audit import Event, record
from idp.citizens.models import Citizen, Incident
from idp.realm import Realm
from idp.tombstones import Buried, bury

CITIZENS, INCIDENTS = map(table_of, (Citizen, Incident))
IncidentRow = Row[Any]
"""A row of `incidents`."""


def lock(realm: Realm, connection: Connection, citizen_id: str, *, because: str) -> bool:
    """Lock an account until its owner recovers it. False when it is locked already."""
    now = realm.clock.now()
    is_open = or_(CITIZENS.c.locked_at.is_(None), CITIZENS.c.unlocks_at <= now)
    statement = update(CITIZENS).where(CITIZENS.c.id == citizen_id, is_open)
    if connection.execute(statement, {"locked_at": now, "unlocks_at": None}).rowcount != 1:
        return False
    record(
        realm, connection, Event.ACCOUNT_LOCKED, actor=f"citizen:{citizen_id}", object=f"citizen:{citizen_id}", because=because
    )
    bury(realm, connection, Buried.ACCOUNT_LOCKED, citizen_id)
    return True


def unlock(realm: Realm, connection: Connection, citizen_id: str, *, by: str, actor: str) -> int | None:
    """Lift the lock after wrong passwords, as soon as the settings say; the second from which one can sign in, or None when
    it is not locked. A lock that is being lifted already keeps its time."""
    now = realm.clock.now()
    unlocks_at = now + realm.settings.unlock_seconds
    is_locked = (CITIZENS.c.locked_at.is_not(None), CITIZENS.c.unlocks_at.is_(None))
    statement = update(CITIZENS).where(CITIZENS.c.id == citizen_id, *is_locked)
    if connection.execute(statement, {"unlocks_at": unlocks_at}).rowcount != 1:
        return _unlocks_at(connection, citizen_id, now)
    record(realm, connection, Event.ACCOUNT_UNLOCKED, actor=actor, object=f"citizen:{citizen_id}", by=by, at=unlocks_at)
    return unlocks_at


def open_incident(realm: Realm, connection: Connection, citizen_id: str, *, rule: str, reason: str, actor: str) -> str | None:
    """Shut an account for a danger and return the id of the incident; None when the same rule has it shut already. Whoever
    calls it ends what is signed in, too: see `authentication.incident`."""
    # Two at once: the second waits here and then finds the first.
    connection.execute(select(CITIZENS.c.id).where(CITIZENS.c.id == citizen_id).with_for_update(key_share=True))
    known = select(INCIDENTS.c.id).where(*_open_ones(citizen_id), INCIDENTS.c.rule == rule)
    if rule != "officer" and connection.execute(known).first():
        return None
    incident_id = draw_identifier(realm.chance, "incident")
    row = {
        "id": incident_id,
        "citizen_id": citizen_id,
        "rule": rule,
        "sealed": realm.vault.seal_fields(f"incidents:{incident_id}", {"reason": reason}),
        "opened_by": actor,
        "opened_at": realm.clock.now(),
    }
    connection.execute(insert(INCIDENTS), row)
    record(realm, connection, Event.INCIDENT_OPENED, actor=actor, object=f"citizen:{citizen_id}", incident=incident_id, rule=rule)
    bury(realm, connection, Buried.INCIDENT, citizen_id, rule)
    return incident_id


def close_incident(realm: Realm, connection: Connection, incident_id: str, *, actor: str) -> bool:
    """The danger is over. False when there is no such incident, or it is closed."""
    row = connection.execute(select(INCIDENTS).where(INCIDENTS.c.id == incident_id)).first()
    statement = update(INCIDENTS).where(INCIDENTS.c.id == incident_id, INCIDENTS.c.closed_at.is_(None))
    closed = connection.execute(statement, {"closed_by": actor, "closed_at": realm.clock.now()}).rowcount
    if row is None or not closed:
        return False
    record(realm, connection, Event.INCIDENT_CLOSED, actor=actor, object=f"citizen:{row.citizen_id}", incident=incident_id)
    return True


def incidents(connection: Connection, *, citizen_id: str | None = None, limit: int = 100) -> list[IncidentRow]:
    """Incidents, open ones first, the newest first; of one citizen, or of all."""
    query = select(INCIDENTS).order_by(INCIDENTS.c.closed_at.is_not(None), INCIDENTS.c.opened_at.desc(), INCIDENTS.c.id)
    query = query.where(INCIDENTS.c.citizen_id == citizen_id) if citizen_id is not None else query
    return list(connection.execute(query.limit(limit)))


def incident(connection: Connection, incident_id: str) -> IncidentRow | None:
    """The incident of this id."""
    row: IncidentRow | None = connection.execute(select(INCIDENTS).where(INCIDENTS.c.id == incident_id)).first()
    return row


def reason_of(realm: Realm, row: IncidentRow) -> str:
    """Why somebody opened it, in their words: they may name people, so it stands sealed."""
    return str(realm.vault.open_fields(f"incidents:{row.id}", row.sealed)["reason"])


def _open_ones(citizen_id: str) -> tuple[ColumnElement[bool], ...]:
    return (INCIDENTS.c.citizen_id == citizen_id, INCIDENTS.c.closed_at.is_(None))


def _unlocks_at(connection: Connection, citizen_id: str, now: int) -> int | None:
    unlocks_at: int | None = connection.execute(select(CITIZENS.c.unlocks_at).where(CITIZENS.c.id == citizen_id)).scalar()
    return unlocks_at if unlocks_at is not None and unlocks_at > now else None
