"""What every page of the staff needs: who is at work, whom they may look at, and the journal."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import abort, render_template, request
from sqlalchemy import Connection

from rp.access.current import current_principal, current_workplace, current_workplaces
from rp.access.events import Event, note
from rp.access.policy import Operation, Relation, is_allowed, may_ever
from rp.access.principal import Principal, Role
from rp.database import db
from rp.organisations.directory import Workplace
from rp.patients.directory import Patient, find_patient
from rp.realm import Realm
from rp.records.catalogue import RECORD_TYPES
from rp.records.record_type import Record, RecordType
from rp.relations.relation import relations_of
from rp.staff.sections import STAFF_SECTIONS, StaffSection
from rp.staff.words import role_name

MAX_IDENTIFIER_CHARACTERS = 36
MAX_VERSION_DIGITS = 9
NOT_FOR_ONESELF = frozenset({Operation.WRITE_RECORD, Operation.HOLD_DATA})
"""What nobody does with data of their own."""


def workplace() -> Workplace:
    """Where whoever asks is at work; the guard let in nobody else."""
    place = current_workplace()
    if place is None:
        abort(403)
    return place


@dataclass(frozen=True)
class Frame:
    """What stands beside every page of the staff: where one works, where else one could, and the sections."""

    place: Workplace
    role: str
    other_places: tuple[Workplace, ...]
    sections: tuple[StaffSection, ...]


def staff_frame() -> Frame:
    """The frame of `staff/page.html`, for whoever is at work."""
    place, principal = workplace(), current_principal()
    others = tuple(other for other in current_workplaces() if other.id != place.id)
    sections = tuple(section for section in STAFF_SECTIONS if may_ever(principal, section.operation))
    return Frame(place, role_name(place.role), others, sections)


def page(template: str, *, status: int = 200, **values: Any) -> tuple[str, int]:
    """A page with its status."""
    return render_template(template, **values), status


def seen_version() -> int:
    """The version of what was on the page whose form was sent."""
    text = request.form.get("version", "")
    if not text.isascii() or not text.isdecimal() or len(text) > MAX_VERSION_DIGITS:
        abort(400)
    return int(text)


def patient_for(connection: Connection, realm: Realm, patient_id: str, operation: Operation) -> Patient:
    """The patient, if this principal may do it with any record of theirs; the same 404 for nobody and for whom it is not."""
    found = find_patient(connection, realm, patient_id) if len(patient_id) <= MAX_IDENTIFIER_CHARACTERS else None
    if found is None or not _may(connection, operation, found.id):
        abort(404)
    return found


def may_with(connection: Connection, operation: Operation, record: Record) -> bool:
    """May this principal do it with that record?"""
    return _may(connection, operation, record.patient_id, record.type_name)


def may_correct(connection: Connection, record: Record) -> bool:
    """May this principal change or withdraw it? Whose organisation entered it, and whoever looks after the register."""
    principal = current_principal()
    is_theirs = record.organisation_id is not None and record.organisation_id == principal.organisation_id
    return may_with(connection, Operation.WRITE_RECORD, record) and (is_theirs or principal.role is Role.REGISTRAR)


def own_types(connection: Connection, operation: Operation, patient_id: str) -> tuple[RecordType, ...]:
    """The types of records with which this principal may do it for that patient."""
    return tuple(kind for kind in RECORD_TYPES if _may(connection, operation, patient_id, kind.name))


def is_own(patient_id: str) -> bool:
    """Is it whoever works here? Nobody vouches for themselves: their records another member of the staff writes."""
    return current_principal().patient_id == patient_id


def types_of(principal: Principal, operation: Operation) -> tuple[RecordType, ...]:
    """The types of records with which a principal at work may do it for whom the register does not know yet."""
    staff = frozenset({Relation.ANY})
    return tuple(kind for kind in RECORD_TYPES if is_allowed(principal, operation, record_type=kind.name, relations=staff))


def note_look(
    realm: Realm,
    event: Event,
    objects: list[str],
    *,
    outcome: str = "done",
    detail: Mapping[str, str | int] | None = None,
) -> None:
    """Write down at whom somebody looked, or tried to, before they see it."""
    db.session.rollback()  # the reading is over; SQLite would otherwise hold its snapshot while we write
    with realm.database.write() as connection:
        for object in objects:
            note(connection, realm, event, actor=current_principal().actor, object=object, outcome=outcome, detail=detail)


def _may(connection: Connection, operation: Operation, patient_id: str, record_type: str | None = None) -> bool:
    principal = current_principal()
    if operation in NOT_FOR_ONESELF and is_own(patient_id):
        return False
    relations = relations_of(connection, principal, patient_id)
    return is_allowed(principal, operation, record_type=record_type, relations=relations)
