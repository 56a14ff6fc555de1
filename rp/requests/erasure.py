"""Erasing one record, or a person with everything that is theirs, so that only numbers stay.

    counted anonymously ──▶ rows gone and overwritten ──▶ the event ──▶ the tombstone, which is on disk before the deed is
                            (a person: the data keys too)

What belongs to a record or a person is found by the foreign keys, so that no table can be forgotten. The journal keeps the
identifiers: pseudonyms, when nothing is left that they name. An older copy of the database that comes back is told by the
tombstones, and `erase_again` does it there once more. Whether something may be erased is decided before: see `kinds/`.
"""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, Table, bindparam, delete, select

from ground.database import table_of
from ground.tombstones import Tombstone
from rp import documents
from rp.access.events import Event, note
from rp.database import Base
from rp.keys.safe import Keys
from rp.notices import inbox
from rp.patients.directory import find_patient
from rp.patients.models import PatientRow
from rp.realm import Realm
from rp.records.counting import count_anonymously, result_of
from rp.records.erased import PATIENT, RECORD, remember_erased
from rp.records.models import RecordRow
from rp.records.record_type import Record
from rp.records.store import find_record, records_of
from rp.relations.representations import forget as forget_representations
from rp.requests.emptying import empty_requests_about

ACTOR_AGAIN = "operator:epoch"

_RECORDS, _PATIENTS = table_of(RecordRow), table_of(PatientRow)
_HELD_PATIENT = select(_PATIENTS.c.snils_index).where(_PATIENTS.c.id == bindparam("patient_id")).with_for_update()


def erase_record(connection: Connection, realm: Realm, record_id: str, *, actor: str) -> None:
    """Erase one record in all its versions, and what requests said about it. No record of that id is erased already."""
    # Held, so that nobody adds to it meanwhile what then would refer to nothing.
    row = connection.execute(select(_RECORDS).where(_RECORDS.c.id == record_id).with_for_update()).mappings().first()
    if row is None:
        return
    record = find_record(connection, realm, record_id)
    _overwrite(connection)
    patient = find_patient(connection, realm, row["patient_id"])
    if record is not None and patient is not None:
        _count(connection, [record], region=patient.person.region)
    remember_erased(connection, realm, RECORD, row["identity_hash"])
    empty_requests_about(connection, realm, record_id)
    _remove(connection, _RECORDS, _RECORDS.c.id == record_id)
    note(connection, realm, Event.RECORD_ERASED, actor=actor, object=f"record:{record_id}", detail={"type": row["type_name"]})
    realm.tombstones.bury(connection, RECORD, record_id)


def erase_patient(connection: Connection, realm: Realm, patient_id: str, *, actor: str) -> None:
    """Erase a person: records, requests, files, links, sessions, and the data keys of whatever a copy still holds."""
    snils_index = connection.execute(_HELD_PATIENT, {"patient_id": patient_id}).scalar()
    patient = find_patient(connection, realm, patient_id)
    if patient is None or snils_index is None:
        return
    _overwrite(connection)
    records = records_of(connection, realm, patient_id)
    _count(connection, records, region=patient.person.region)
    remember_erased(connection, realm, PATIENT, snils_index)
    forget_representations(connection, patient_id)
    documents.destroy_of(connection, realm, patient_id)
    inbox.forget(connection, realm, patient)
    _remove(connection, _PATIENTS, _PATIENTS.c.id == patient_id)
    Keys(connection, realm).destroy(patient_id)
    detail: dict[str, str | int] = {"records": len(records)}
    note(connection, realm, Event.PATIENT_ERASED, actor=actor, object=f"patient:{patient_id}", detail=detail)
    realm.tombstones.bury(connection, PATIENT, patient_id)


def erase_again(connection: Connection, realm: Realm, buried: Sequence[Tombstone]) -> int:
    """Erase in an older copy of the database what was erased after it was made. Says how many lines told of something.

    `realm` is one whose tombstones are muted: what is done again stands in the list already.
    """
    erasers = {RECORD: erase_record, PATIENT: erase_patient, documents.TOMBSTONE: documents.remove_again}
    told = [(erasers[line.kind], identifier) for line in buried if line.kind in erasers for identifier in line.identifiers]
    for erase, identifier in told:
        erase(connection, realm, identifier, actor=ACTOR_AGAIN)
    return len(told)


def _count(connection: Connection, records: Sequence[Record], *, region: str) -> None:
    for record in records:
        count_anonymously(
            connection,
            type_name=record.type_name,
            occurred_on=record.occurred_on,
            region=region,
            result=result_of(record.content),
        )


def _remove(connection: Connection, table: Table, condition: ColumnElement[bool]) -> None:
    """Delete rows, and before them every row of whatever table that refers to them."""
    for other in Base.metadata.sorted_tables:
        for key in other.foreign_keys:
            if key.column.table is table and other is not table:
                _remove(connection, other, key.parent.in_(select(key.column).where(condition)))
    connection.execute(delete(table).where(condition))


def _overwrite(connection: Connection) -> None:
    """Have SQLite put zeros where rows were, and not only forget where they stood. PostgreSQL's VACUUM does it in its time."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA secure_delete=ON")
