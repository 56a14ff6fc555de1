"""Writing a new record, of a patient whom the register has or of one who comes into it with this record."""

from collections.abc import Mapping

from flask import Blueprint, abort, redirect, request
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError
from werkzeug.wrappers import Response

from ground.web.language import gettext as _
from rp.access.current import current_principal, require_session
from rp.access.events import Event, note
from rp.access.guard import guarded
from rp.access.policy import Operation
from rp.database import db
from rp.forms.form import FormRead
from rp.patients.directory import Patient, find_by_snils, register_patient
from rp.realm import Realm, current_realm
from rp.records.catalogue import BY_NAME
from rp.records.entering import Outcome, enter_record, entry_of, form_of
from rp.records.record_type import RecordType
from rp.staff.desk import note_look, own_types, page, patient_for, types_of, workplace
from rp.staff.newcomer import NEWCOMER, person_of

blueprint = Blueprint("staff_entry", __name__, url_prefix="/staff/patients")


@blueprint.get("/<patient_id>/new/<type_name>")
@guarded(Operation.WRITE_RECORD)
def empty(patient_id: str, type_name: str) -> tuple[str, int]:
    """The form of a record type."""
    realm, connection = current_realm(), db.session.connection()
    patient = patient_for(connection, realm, patient_id, Operation.WRITE_RECORD)
    kind = _kind(own_types(connection, Operation.WRITE_RECORD, patient.id), type_name)
    entry = entry_of(connection, realm, patient_id=patient.id, organisation=workplace().organisation.name)
    form = form_of(kind, entry)
    note_look(realm, Event.RECORDS_READ, [f"patient:{patient.id}"])
    proofs = {finding.record_id for finding in entry.findings if finding.is_proof}
    proof = request.args.get("proof", "")
    read = form.empty(pcr=proof) if proof in proofs else form.empty()
    no_proof = kind.is_proved and not proofs
    return page("staff/entry.html", patient=patient, kind=kind, form=form, read=read, known_id=None, no_proof=no_proof)


@blueprint.post("/<patient_id>/new/<type_name>")
@guarded(Operation.WRITE_RECORD)
def enter(patient_id: str, type_name: str) -> tuple[str, int] | Response:
    """Store it, or say what is wrong with it. A second press finds the record of the first."""
    realm, connection = current_realm(), db.session.connection()
    patient = patient_for(connection, realm, patient_id, Operation.WRITE_RECORD)
    kind = _kind(own_types(connection, Operation.WRITE_RECORD, patient.id), type_name)
    db.session.rollback()
    with realm.database.write() as writing:
        outcome = _enter(writing, realm, patient, kind, request.form)
        form = form_of(kind, entry_of(writing, realm, patient_id=patient.id, organisation=""))
    if outcome.record is not None:
        return redirect(f"/staff/records/{outcome.record.id}?said=entered", 303)
    status = 409 if outcome.known_id else 422
    known_id = outcome.known_id
    note_look(realm, Event.RECORDS_READ, [f"patient:{patient.id}"])
    return page(
        "staff/entry.html",
        status=status,
        patient=patient,
        kind=kind,
        form=form,
        read=outcome.read,
        known_id=known_id,
        no_proof=False,
    )


@blueprint.get("/new/<type_name>")
@guarded(Operation.WRITE_RECORD)
def empty_newcomer(type_name: str) -> tuple[str, int]:
    """The form of a person together with their first record: nobody comes into the register without one."""
    kind = _kind(types_of(current_principal(), Operation.WRITE_RECORD), type_name, is_newcomer=True)
    return _newcomer_page(kind, NEWCOMER.empty())


@blueprint.post("/new/<type_name>")
@guarded(Operation.WRITE_RECORD)
def enter_newcomer(type_name: str) -> tuple[str, int] | Response:
    """Register the person and store the record, or neither."""
    realm = current_realm()
    kind = _kind(types_of(current_principal(), Operation.WRITE_RECORD), type_name, is_newcomer=True)
    person_read = _read_newcomer()
    try:
        with realm.database.write() as connection:
            patient = _register(connection, realm, person_read)
            outcome = _enter(connection, realm, patient, kind, request.form)
            if outcome.record is None:
                raise _NothingStored(outcome.read)
    except IntegrityError:
        # Somebody else registered the person between our look and our row.
        with realm.database.read() as connection:
            registered = find_by_snils(connection, realm, person_read.values["snils"])
        if registered is None:
            raise
        return _newcomer_page(kind, person_read, status=409, known_patient_id=registered.id)
    except _KnownPatient as known:
        return _newcomer_page(kind, person_read, status=409, known_patient_id=str(known))
    except _NothingStored as nothing:
        return _newcomer_page(kind, person_read, nothing.read, status=422)
    return redirect(f"/staff/records/{outcome.record.id}?said=entered", 303)


def _read_newcomer() -> FormRead:
    """The person who was filled in. Nobody vouches for themselves, as somebody new neither."""
    read = NEWCOMER.read(request.form)
    if read.values.get("snils") != require_session().snils:
        return read
    return read.with_errors({"snils": _("Это ваш собственный СНИЛС. Вас вносит в регистр другой сотрудник.")})


class _NothingStored(Exception):
    """What was filled in is no record; the transaction is given up with the person in it."""

    def __init__(self, read: FormRead | None) -> None:
        super().__init__("nothing stored")
        self.read = read


class _KnownPatient(Exception):
    """The register has a patient of that СНИЛС; the text is their id."""


def _register(connection: Connection, realm: Realm, read: FormRead) -> Patient:
    """Register who was filled in. Raises _NothingStored, _KnownPatient."""
    if not read.is_valid:
        raise _NothingStored(None)
    known = find_by_snils(connection, realm, read.values["snils"])
    if known is not None:
        raise _KnownPatient(known.id)
    actor = current_principal().actor
    person = person_of(read.values, region=workplace().organisation.region)
    patient, _outcome = register_patient(connection, realm, person, author=actor)
    note(connection, realm, Event.PATIENT_REGISTERED, actor=actor, object=f"patient:{patient.id}")
    return patient


def _enter(connection: Connection, realm: Realm, patient: Patient, kind: RecordType, sent: Mapping[str, str]) -> Outcome:
    actor = current_principal().actor
    outcome = enter_record(
        connection,
        realm,
        patient_id=patient.id,
        kind=kind,
        sent=sent,
        organisation=workplace().organisation,
        author=actor,
    )
    if outcome.record is not None:
        detail: dict[str, str | int] = {"type": kind.name, "patient": patient.id}
        note(connection, realm, Event.RECORD_WRITTEN, actor=actor, object=f"record:{outcome.record.id}", detail=detail)
    return outcome


def _newcomer_page(
    kind: RecordType,
    person_read: FormRead,
    read: FormRead | None = None,
    *,
    status: int = 200,
    known_patient_id: str | None = None,
) -> tuple[str, int]:
    """The page of a newcomer, with everything that was typed. Who is told that the register has them has searched for them."""
    if known_patient_id is not None:
        note_look(current_realm(), Event.PATIENT_SEARCHED, [f"patient:{known_patient_id}"], detail={"by": "snils"})
    connection = db.session.connection()
    form = form_of(kind, entry_of(connection, current_realm(), patient_id="", organisation=""))
    return page(
        "staff/newcomer.html",
        status=status,
        kind=kind,
        person_form=NEWCOMER,
        person_read=person_read,
        form=form,
        read=read or (form.read(request.form) if request.method == "POST" else form.empty()),
        known_patient_id=known_patient_id,
    )


def _kind(allowed: tuple[RecordType, ...], type_name: str, *, is_newcomer: bool = False) -> RecordType:
    kind = BY_NAME.get(type_name)
    if kind is None or kind not in allowed or (kind.is_proved and is_newcomer):
        abort(404)
    return kind
