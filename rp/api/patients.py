"""What the systems of organisations ask: finding a patient, who the patient is, reading records and adding one.

Whom a system has nothing to do with, and whom nobody knows, is the same 404 with the same bytes: it is decided by ids, before
anything is opened. docs/registry-api.md tells it to those who use it, `description.py` to their tools.
"""

import re

from flask import Blueprint, Response, request
from sqlalchemy import Connection

from rp.access.current import current_principal
from rp.access.events import Event, note
from rp.access.policy import READ, WRITE, Operation, is_allowed
from rp.access.principal import Principal, Role
from rp.api.answers import access_denied, already_known, answer, not_found
from rp.api.bearer import by_token, current_organisation
from rp.api.body import read_object
from rp.api.new_record import read_texts, read_type, unknown_members, wrong_values
from rp.api.shown import shown_person, shown_record, shown_records
from rp.database import db
from rp.forms.formats import FieldRefused, read_snils
from rp.patients.directory import find_patient, id_by_snils
from rp.realm import Realm, current_realm
from rp.records.disclosure import shown_to_insurers
from rp.records.entering import enter_record, entry_of, form_of
from rp.records.record_type import Record
from rp.records.store import records_of
from rp.relations.hiding import hidden_groups
from rp.relations.relation import relations_of

ID_CHARACTERS = 36
IDENTIFIER = re.compile(r"[0-9a-f-]{36}")
"""What may stand in the journal: nobody writes a text of their own there."""

blueprint = Blueprint("patients", __name__, url_prefix="/patients")


@blueprint.get("")
@by_token(Operation.FIND_PATIENT, scope=READ)
def find() -> Response:
    """The patient of a СНИЛС (`?snils=`), as a list of none or one: the ids by which everything else is asked."""
    realm, principal = current_realm(), current_principal()
    unknown = sorted(set(request.args) - {"snils"})
    if unknown:
        raise unknown_members(unknown)
    try:
        snils = read_snils(request.args.get("snils", ""))
    except FieldRefused as error:
        raise wrong_values({"snils": str(error)}) from error
    connection = db.session.connection()
    patient_id = id_by_snils(connection, realm, snils)
    # Asked of nobody too, so that somebody whom the system may not know of takes as long.
    is_known = _may(connection, principal, Operation.READ_IDENTITY, patient_id or "")
    found = [patient_id] if patient_id and is_known else []
    db.session.rollback()
    subject = f"patient:{found[0]}" if found else "patients"
    _note(realm, principal, Event.PATIENT_SEARCHED, subject, {"found": len(found)})
    return answer({"patients": [{"id": patient_id} for patient_id in found]})


@blueprint.get("/<patient_id>")
@by_token(Operation.READ_IDENTITY, scope=READ)
def identity(patient_id: str) -> Response:
    """Who the patient is. A partner is told by the patient's consent, and what the register has confirmed."""
    realm, principal = current_realm(), current_principal()
    connection = db.session.connection()
    is_known = _may(connection, principal, Operation.READ_IDENTITY, patient_id)
    patient = find_patient(connection, realm, patient_id) if is_known else None
    db.session.rollback()
    if patient is None:
        raise _refused(realm, principal, Event.IDENTITY_READ, patient_id)
    _note(realm, principal, Event.IDENTITY_READ, f"patient:{patient.id}")
    return answer(shown_person(patient))


@blueprint.get("/<patient_id>/records")
@by_token(Operation.LIST_RECORDS, scope=READ)
def records(patient_id: str) -> Response:
    """The records that this system may read, newest first. What a patient hides from insurers, an insurer does not see."""
    realm, principal = current_realm(), current_principal()
    connection = db.session.connection()
    is_known = _may(connection, principal, Operation.LIST_RECORDS, patient_id)
    if not is_known or find_patient(connection, realm, patient_id) is None:
        db.session.rollback()
        raise _refused(realm, principal, Event.API_READ, patient_id)
    shown = _readable(connection, realm, principal, patient_id)
    db.session.rollback()
    _note(realm, principal, Event.API_READ, f"patient:{patient_id}", {"records": len(shown)})
    return answer({"records": shown_records(realm, shown)})


@blueprint.post("/<patient_id>/records")
@by_token(Operation.WRITE_RECORD, scope=WRITE)
def add(patient_id: str) -> Response:
    """Add a record in the name of the system's organisation: 201 and the record, or 409 when the register has it already."""
    realm, principal, organisation = current_realm(), current_principal(), current_organisation()
    given = read_object()
    connection = db.session.connection()
    relations = relations_of(connection, principal, patient_id[:ID_CHARACTERS])
    if not is_allowed(principal, Operation.WRITE_RECORD, relations=relations):
        db.session.rollback()
        raise _refused(realm, principal, Event.RECORD_WRITTEN, patient_id)
    is_known = find_patient(connection, realm, patient_id) is not None
    db.session.rollback()
    if not is_known:
        raise _refused(realm, principal, Event.RECORD_WRITTEN, patient_id)
    kind = read_type(given)
    if not is_allowed(principal, Operation.WRITE_RECORD, record_type=kind.name, relations=relations):
        raise access_denied(f"an organisation of this kind adds no records of the type {kind.name}")
    with realm.database.write() as writing:
        entry = entry_of(writing, realm, patient_id=patient_id, organisation=organisation.name)
        texts = read_texts(given, form_of(kind, entry))
        outcome = enter_record(
            writing,
            realm,
            patient_id=patient_id,
            kind=kind,
            sent=texts,
            organisation=organisation,
            author=principal.actor,
            is_repeated=True,
        )
        if outcome.known_id is not None:
            raise already_known(outcome.known_id)
        if outcome.record is None:
            raise wrong_values(outcome.read.errors)
        subject, detail = f"record:{outcome.record.id}", {"type": kind.name, "patient": patient_id}
        note(writing, realm, Event.RECORD_WRITTEN, actor=principal.actor, object=subject, detail=detail)
    return answer(shown_record(realm, outcome.record), 201)


def _may(connection: Connection, principal: Principal, operation: Operation, patient_id: str) -> bool:
    if len(patient_id) > ID_CHARACTERS:
        return False
    return is_allowed(principal, operation, relations=relations_of(connection, principal, patient_id))


def _readable(connection: Connection, realm: Realm, principal: Principal, patient_id: str) -> list[Record]:
    relations = relations_of(connection, principal, patient_id)
    found = [
        record
        for record in records_of(connection, realm, patient_id)
        if is_allowed(principal, Operation.LIST_RECORDS, record_type=record.type_name, relations=relations)
    ]
    return shown_to_insurers(found, hidden_groups(connection, patient_id)) if principal.role is Role.INSURER else found


def _note(realm: Realm, principal: Principal, event: Event, subject: str, detail: dict[str, str | int] | None = None) -> None:
    with realm.database.write() as connection:
        note(connection, realm, event, actor=principal.actor, object=subject, detail=detail)


def _refused(realm: Realm, principal: Principal, event: Event, patient_id: str) -> Exception:
    """The 404, written down: about the patient where there is one, so that the patient sees who tried."""
    subject = f"patient:{patient_id}" if IDENTIFIER.fullmatch(patient_id) else "patients"
    with realm.database.write() as connection:
        note(connection, realm, event, actor=principal.actor, object=subject, outcome="refused")
    return not_found()
