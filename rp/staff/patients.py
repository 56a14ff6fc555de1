"""A patient as those see them who work with the register: the person, the records by type, one record with its history.

Reading is what citizens do too: the guard asks for what only people at work do, so that it is them whom it lets in.
"""

from flask import Blueprint, abort, request
from sqlalchemy import Connection

from rp.access.current import current_principal
from rp.access.events import Event
from rp.access.guard import guarded
from rp.access.policy import Operation, may_ever
from rp.database import db
from rp.forms.formats import show_snils
from rp.realm import Realm, current_realm
from rp.records.catalogue import BY_NAME
from rp.records.codes import CodeLabels
from rp.records.entering import entry_of, rests_on
from rp.records.record_type import Record, RecordType
from rp.records.store import find_record, records_of, versions_of
from rp.records.timeline import antibody_chart, make_groups, record_facts
from rp.records.types.laboratory_test.kinds import unit_name
from rp.records.types.laboratory_test.series import antibody_series
from rp.staff.desk import MAX_IDENTIFIER_CHARACTERS, is_own, may_correct, may_with, note_look, own_types, page, patient_for
from rp.staff.words import author_name

blueprint = Blueprint("staff_patients", __name__, url_prefix="/staff")


@blueprint.get("/patients/<patient_id>")
@guarded(Operation.FIND_PATIENT)
def patient(patient_id: str) -> tuple[str, int]:
    """The patient, and of their records those that whoever looks may see."""
    realm, connection = current_realm(), db.session.connection()
    found = patient_for(connection, realm, patient_id, Operation.LIST_RECORDS)
    seen = own_types(connection, Operation.LIST_RECORDS, found.id)
    written = own_types(connection, Operation.WRITE_RECORD, found.id)
    names = {kind.name for kind in seen}
    records = [record for record in records_of(connection, realm, found.id) if record.type_name in names]
    series = antibody_series(records)
    note_look(realm, Event.RECORDS_READ, [f"patient:{found.id}"])
    return page(
        "staff/patient.html",
        patient=found,
        said=request.args.get("said", ""),
        snils=show_snils(found.person.snils),
        groups=[group for group in make_groups(records, realm.room(CodeLabels), base="/staff/records") if group.name in names],
        written={kind.name: kind.entry_title() for kind in written},
        is_own=is_own(found.id),
        antibodies=antibody_chart(series) if series else None,
        antibody_unit=unit_name(series.unit) if series else "",
        may_hold=may_ever(current_principal(), Operation.HOLD_DATA) and not is_own(found.id),
    )


@blueprint.get("/records/<record_id>")
@guarded(Operation.FIND_PATIENT)
def record(record_id: str) -> tuple[str, int]:
    """One record: what it says now, and every version before, with who wrote it and why."""
    realm, connection = current_realm(), db.session.connection()
    found = record_for(record_id, Operation.READ_RECORD)
    labels, kind = realm.room(CodeLabels), BY_NAME[found.type_name]
    owner = patient_for(connection, realm, found.patient_id, Operation.READ_RECORD)
    former = versions_of(connection, realm, found)
    card = kind.card(found, labels)
    versions = [
        (version, author_name(connection, version.author), record_facts(version, kind.card(version, labels)))
        for version in (found, *former)
    ]
    can_correct = may_correct(connection, found)
    next_kind = _next_step(connection, realm, found)
    note_look(realm, Event.RECORD_READ, [f"record:{found.id}"])
    return page(
        "staff/record.html",
        patient=owner,
        record=found,
        said=request.args.get("said", ""),
        kind=kind,
        card=card,
        facts=record_facts(found, card),
        versions=versions,
        can_correct=can_correct,
        next_title=next_kind.entry_title() if next_kind else None,
        next_path=f"/staff/patients/{owner.id}/new/{next_kind.name}?proof={found.id}" if next_kind else None,
    )


def _next_step(connection: Connection, realm: Realm, record: Record) -> RecordType | None:
    """The type of record that this one proves, if there is none yet and whoever looks may write it."""
    entry = entry_of(connection, realm, patient_id=record.patient_id, organisation="")
    proof = BY_NAME[record.type_name].finding(record, entry.labels)
    if proof is None or not proof.is_proof or rests_on(entry, record.id) is not None:
        return None
    written = own_types(connection, Operation.WRITE_RECORD, record.patient_id)
    return next((kind for kind in written if kind.is_proved), None)


def record_for(record_id: str, operation: Operation) -> Record:
    """The record, if this principal may do it with it; the same 404 otherwise. Whoever tried is written down."""
    realm, connection = current_realm(), db.session.connection()
    found = find_record(connection, realm, record_id) if len(record_id) <= MAX_IDENTIFIER_CHARACTERS else None
    if found is None or not may_with(connection, operation, found):
        # No record and one of another kind of work are one answer, and one amount of work.
        note_look(realm, Event.RECORD_READ, [f"record:{found.id if found else 'none'}"], outcome="refused")
        abort(404)
    return found
