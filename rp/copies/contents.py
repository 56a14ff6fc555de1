"""What a copy holds."""

from dataclasses import dataclass, field

from sqlalchemy import Connection

from rp.organisations.directory import Organisation, find_organisation
from rp.patients.directory import Patient, find_patient
from rp.realm import Realm
from rp.records.record_type import Record
from rp.records.store import records_of


@dataclass(frozen=True)
class Copy:
    """A person, whoever insures them, and all of their records, newest first, as they were at a moment."""

    patient: Patient
    insurer: Organisation | None
    records: tuple[Record, ...] = field(repr=False)
    made_at: int


def take_copy(connection: Connection, realm: Realm, patient_id: str) -> Copy | None:
    """The copy of a patient; None when the register knows no such patient."""
    patient = find_patient(connection, realm, patient_id)
    if patient is None:
        return None
    insurer = find_organisation(connection, patient.insurer_id) if patient.insurer_id else None
    return Copy(patient, insurer, tuple(records_of(connection, realm, patient_id)), realm.clock.now())
