"""Writing records down by hand, or by a system that fills the same fields: form, draft, number, store.

Whoever calls has asked the policy, and notes what became of it in the journal.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from sqlalchemy import Connection, bindparam, select

from ground.database import table_of
from ground.web.language import gettext as _
from ground.web.language import local_moment
from rp.forms.form import Form, FormRead
from rp.organisations.directory import Organisation
from rp.patients.models import PatientRow
from rp.realm import Realm
from rp.records.catalogue import BY_NAME
from rp.records.codes import CodeLabels
from rp.records.numbers import issue_number
from rp.records.record_type import Draft, Entry, Record, RecordType, ValuesRefused
from rp.records.store import (
    AlreadyKnown,
    VersionConflict,
    add_record,
    change_record,
    known_record,
    records_of,
    withdraw_record,
)

_PATIENTS = table_of(PatientRow)
_HOLD = select(_PATIENTS.c.id).where(_PATIENTS.c.id == bindparam("patient_id")).with_for_update()


@dataclass(frozen=True)
class Outcome:
    """What became of a form: the record it made, or what the form says about itself.

    `known_id` is the record that tells of the same event already; `is_stale` when somebody changed the record meanwhile,
    `is_same` when a correction changes nothing.
    """

    read: FormRead
    record: Record | None = None
    known_id: str | None = None
    is_stale: bool = False
    is_same: bool = False


def entry_of(
    connection: Connection, realm: Realm, *, patient_id: str, organisation: str, corrected: Record | None = None
) -> Entry:
    """What is known where a record of the patient is written."""
    labels = realm.room(CodeLabels)
    known = records_of(connection, realm, patient_id)
    findings = [BY_NAME[record.type_name].finding(record, labels) for record in known]
    now = realm.clock.now()
    return Entry(
        today=local_moment(now).date(),
        organisation=corrected.organisation if corrected else organisation,
        known=known,
        findings=tuple(finding for finding in findings if finding is not None),
        labels=labels,
        issue_number=lambda: issue_number(connection, realm),
        corrected=corrected,
    )


def form_of(kind: RecordType, entry: Entry) -> Form:
    """The form of a record type."""
    return Form(kind.fields(entry))


def enter_record(
    connection: Connection,
    realm: Realm,
    *,
    patient_id: str,
    kind: RecordType,
    sent: Mapping[str, str],
    organisation: Organisation,
    author: str,
    is_repeated: bool = False,
) -> Outcome:
    """Make a record of what was filled in. Nothing is stored unless the outcome has a record.

    A source that `is_repeated` does not bring back what people withdrew or put right.
    """
    connection.execute(_HOLD, {"patient_id": patient_id})
    entry = entry_of(connection, realm, patient_id=patient_id, organisation=organisation.name)
    read, draft = _draft(kind, entry, sent)
    if draft is None:
        return Outcome(read)
    record = add_record(
        connection,
        realm,
        patient_id=patient_id,
        type_name=kind.name,
        draft=draft,
        source=organisation.name,
        author=author,
        organisation_id=organisation.id,
        is_repeated=is_repeated,
    )
    if record is None:
        known_id = known_record(connection, realm, patient_id, kind.name, draft)
        if known_id is None:
            gone = _("Такая запись была, и её удалили, отозвали или исправили.")
            read = read.with_errors({kind.fields(entry)[0].name: gone})
        return Outcome(read, known_id=known_id)
    return Outcome(read, record)


def correct_record(
    connection: Connection,
    realm: Realm,
    *,
    record: Record,
    kind: RecordType,
    sent: Mapping[str, str],
    expected_version: int,
    author: str,
    reason: str,
) -> Outcome:
    """Write the next version of a record from what was filled in."""
    connection.execute(_HOLD, {"patient_id": record.patient_id})
    corrected = replace(record, version=expected_version)
    entry = entry_of(connection, realm, patient_id=record.patient_id, organisation="", corrected=corrected)
    read, draft = _draft(kind, entry, sent)
    if draft is None:
        return Outcome(read)
    if record.version == expected_version and (draft.occurred_on, draft.content) == (record.occurred_on, record.content):
        return Outcome(read, is_same=True)
    told = replace(record, occurred_on=draft.occurred_on, content=draft.content)
    finding, former = kind.finding(told, entry.labels), kind.finding(record, entry.labels)
    proves_less = former is not None and former.is_positive and (finding is None or not finding.is_positive)
    if proves_less and rests_on(entry, record.id) is not None:
        return Outcome(read.with_errors({"result": _leaning()}))
    try:
        changed = change_record(
            connection,
            realm,
            record_id=record.id,
            draft=draft,
            expected_version=expected_version,
            author=author,
            reason=reason,
        )
    except VersionConflict:
        return Outcome(read, is_stale=True)
    except AlreadyKnown as error:
        return Outcome(read, known_id=str(error))
    return Outcome(read, changed)


class RecordLeansOnIt(Exception):
    """Another record is proved by this one; the text says so to whoever wanted it gone."""


def withdraw(connection: Connection, realm: Realm, *, record: Record, expected_version: int, author: str, reason: str) -> None:
    """Say that a record was entered by mistake. Raises VersionConflict, RecordLeansOnIt."""
    connection.execute(_HOLD, {"patient_id": record.patient_id})
    entry = entry_of(connection, realm, patient_id=record.patient_id, organisation="", corrected=record)
    if rests_on(entry, record.id) is not None:
        raise RecordLeansOnIt(_leaning())
    withdraw_record(connection, realm, record_id=record.id, expected_version=expected_version, author=author, reason=reason)


def rests_on(entry: Entry, record_id: str) -> Record | None:
    """The record of the patient that is proved by this one, if there is any."""
    return next((other for other in entry.known if BY_NAME[other.type_name].proved_by(other) == record_id), None)


def _leaning() -> str:
    return _("На этот тест опирается случай болезни. Сначала исправьте или отзовите случай.")


def _draft(kind: RecordType, entry: Entry, sent: Mapping[str, str]) -> tuple[FormRead, Draft | None]:
    read = form_of(kind, entry).read(sent)
    if not read.is_valid:
        return read, None
    try:
        return read, kind.draft_of(read.values, entry)
    except ValuesRefused as refusal:
        return read.with_errors(refusal.errors), None
