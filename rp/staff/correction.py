"""Putting a record right, and withdrawing one that was entered by mistake. Both want a reason, and keep what was."""

from flask import Blueprint, abort, redirect, request
from werkzeug.wrappers import Response

from ground.web.language import gettext as _
from rp.access.current import current_principal
from rp.access.events import Event, note
from rp.access.guard import guarded
from rp.access.policy import Operation
from rp.database import db
from rp.forms.form import Field, Form, FormRead
from rp.realm import current_realm
from rp.records.catalogue import BY_NAME
from rp.records.codes import CodeLabels
from rp.records.entering import RecordLeansOnIt, correct_record, entry_of, form_of, withdraw
from rp.records.record_type import Record
from rp.records.store import MAX_REASON_CHARACTERS, VersionConflict, find_record
from rp.records.timeline import record_facts
from rp.staff.desk import may_correct, note_look, page, patient_for, seen_version
from rp.staff.patients import record_for

blueprint = Blueprint("staff_correction", __name__, url_prefix="/staff/records")

REASON = Form(
    (
        Field(
            "why",
            lambda: _("Почему"),
            widget="long",
            hint=lambda: _("Останется в истории записи"),
            max_characters=MAX_REASON_CHARACTERS,
            missing=lambda: _("Напишите, почему."),
        ),
    )
)


@blueprint.get("/<record_id>/correct")
@guarded(Operation.WRITE_RECORD)
def open_correction(record_id: str) -> tuple[str, int]:
    """The form of the record's type with what the record says now."""
    record = _own_record(record_id)
    texts = BY_NAME[record.type_name].values_of(record)
    return _correction(record, None, REASON.empty(), texts=texts)


@blueprint.post("/<record_id>/correct")
@guarded(Operation.WRITE_RECORD)
def correct(record_id: str) -> tuple[str, int] | Response:
    """Write the next version. Who was slower is told so, sees what the record says now, and loses nothing of the typing."""
    realm, record = current_realm(), _own_record(record_id)
    kind, expected_version = BY_NAME[record.type_name], seen_version()
    reason_read, actor = REASON.read(request.form), current_principal().actor
    db.session.rollback()
    if not reason_read.is_valid:
        form = form_of(
            kind, entry_of(db.session.connection(), realm, patient_id=record.patient_id, organisation="", corrected=record)
        )
        return _correction(record, form.read(request.form), reason_read, status=422, version=expected_version)
    with realm.database.write() as connection:
        outcome = correct_record(
            connection,
            realm,
            record=record,
            kind=kind,
            sent=request.form,
            expected_version=expected_version,
            author=actor,
            reason=reason_read.values["why"],
        )
        if outcome.record is not None:
            detail: dict[str, str | int] = {"version": outcome.record.version, "patient": record.patient_id}
            note(connection, realm, Event.RECORD_CHANGED, actor=actor, object=f"record:{record.id}", detail=detail)
    if outcome.record is not None:
        return redirect(f"/staff/records/{record.id}?said=corrected", 303)
    status = 409 if outcome.is_stale or outcome.known_id else 422
    current = find_record(db.session.connection(), realm, record.id) or abort(404)
    return _correction(
        current,
        outcome.read,
        reason_read,
        status=status,
        is_stale=outcome.is_stale,
        is_same=outcome.is_same,
        known_id=outcome.known_id,
        version=current.version if outcome.is_stale else expected_version,
    )


@blueprint.get("/<record_id>/withdraw")
@guarded(Operation.WRITE_RECORD)
def open_withdrawal(record_id: str) -> tuple[str, int]:
    """What is withdrawn, and why."""
    record = _own_record(record_id)
    return _withdrawal(record, REASON.empty())


@blueprint.post("/<record_id>/withdraw")
@guarded(Operation.WRITE_RECORD)
def withdraw_entry(record_id: str) -> tuple[str, int] | Response:
    """Withdraw it: nobody is shown it any more, and it stays for those who must account for it."""
    realm, record = current_realm(), _own_record(record_id)
    reason_read, actor = REASON.read(request.form), current_principal().actor
    if not reason_read.is_valid:
        return _withdrawal(record, reason_read, status=422)
    expected_version = seen_version()
    db.session.rollback()
    try:
        with realm.database.write() as connection:
            reason = reason_read.values["why"]
            withdraw(connection, realm, record=record, expected_version=expected_version, author=actor, reason=reason)
            detail: dict[str, str | int] = {"patient": record.patient_id}
            note(connection, realm, Event.RECORD_WITHDRAWN, actor=actor, object=f"record:{record.id}", detail=detail)
    except VersionConflict:
        return _withdrawal(_own_record(record_id), reason_read, status=409, is_stale=True)
    except RecordLeansOnIt as error:
        return _withdrawal(record, reason_read, status=409, refusal=str(error))
    return redirect(f"/staff/patients/{record.patient_id}?said=withdrawn", 303)


def _own_record(record_id: str) -> Record:
    """The record, if this principal may change it."""
    record = record_for(record_id, Operation.WRITE_RECORD)
    if not may_correct(db.session.connection(), record):
        abort(403)
    return record


def _correction(
    record: Record,
    read: FormRead | None,
    reason_read: FormRead,
    *,
    status: int = 200,
    texts: dict[str, str] | None = None,
    is_stale: bool = False,
    is_same: bool = False,
    known_id: str | None = None,
    version: int | None = None,
) -> tuple[str, int]:
    note_look(current_realm(), Event.RECORD_READ, [f"record:{record.id}"])
    realm, connection = current_realm(), db.session.connection()
    kind = BY_NAME[record.type_name]
    patient = patient_for(connection, realm, record.patient_id, Operation.WRITE_RECORD)
    form = form_of(kind, entry_of(connection, realm, patient_id=patient.id, organisation="", corrected=record))
    card = kind.card(record, realm.room(CodeLabels))
    return page(
        "staff/correction.html",
        status=status,
        patient=patient,
        record=record,
        version=version or record.version,
        kind=kind,
        card=card,
        facts=record_facts(record, card),
        form=form,
        read=read or form.empty(**(texts or {})),
        reason_form=REASON,
        reason_read=reason_read,
        is_stale=is_stale,
        is_same=is_same,
        known_id=known_id,
    )


def _withdrawal(
    record: Record, reason_read: FormRead, *, status: int = 200, is_stale: bool = False, refusal: str = ""
) -> tuple[str, int]:
    note_look(current_realm(), Event.RECORD_READ, [f"record:{record.id}"])
    realm, connection = current_realm(), db.session.connection()
    kind = BY_NAME[record.type_name]
    patient = patient_for(connection, realm, record.patient_id, Operation.WRITE_RECORD)
    card = kind.card(record, realm.room(CodeLabels))
    return page(
        "staff/withdrawal.html",
        status=status,
        patient=patient,
        record=record,
        card=card,
        facts=record_facts(record, card),
        reason_form=REASON,
        reason_read=reason_read,
        is_stale=is_stale,
        refusal=refusal,
    )
