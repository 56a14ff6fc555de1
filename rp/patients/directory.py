"""Registering and finding patients. What is written here is sealed; what is looked up goes through the blind index."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from ground.chance import draw_identifier
from rp.patients.models import PatientRow
from rp.patients.snils import normalise_snils
from rp.realm import Realm

_TABLE = PatientRow.__table__
_BY_ID = select(_TABLE).where(_TABLE.c.id == bindparam("id"))
_BY_SNILS = select(_TABLE).where(_TABLE.c.snils_index == bindparam("snils_index"))
_INSERT = insert(PatientRow)


@dataclass(frozen=True)
class Person:
    """What the registry knows of a patient as a person. СНИЛС is eleven digits, the region a number such as 77."""

    family_name: str = field(repr=False)
    given_name: str = field(repr=False)
    middle_name: str | None = field(repr=False)
    birth_date: date = field(repr=False)
    gender: str
    snils: str = field(repr=False)
    region: str


@dataclass(frozen=True)
class Patient:
    """A registered patient."""

    id: str
    person: Person = field(repr=False)


def register_patient(connection: Connection, realm: Realm, person: Person) -> tuple[Patient, str]:
    """Register a person, or bring what is known of them up to date. Also tells `added`, `changed` or `known`."""
    known = find_by_snils(connection, realm, person.snils)
    if known is None:
        patient = Patient(draw_identifier(realm.chance, "patient"), person)
        row = {"snils_index": _snils_index(realm, person.snils), "created_at": realm.clock.now()}
        connection.execute(_INSERT, {"id": patient.id, "sealed": _seal(realm, patient), **row})
        return patient, "added"
    if known.person == person:
        return known, "known"
    patient = Patient(known.id, person)
    connection.execute(update(PatientRow).where(PatientRow.id == known.id).values(sealed=_seal(realm, patient)))
    return patient, "changed"


def find_patient(connection: Connection, realm: Realm, patient_id: str) -> Patient | None:
    """The patient of that id."""
    return _open(realm, connection.execute(_BY_ID, {"id": patient_id}).mappings().first())


def find_by_snils(connection: Connection, realm: Realm, snils: str) -> Patient | None:
    """The patient of that СНИЛС, in any spelling. Raises SnilsRefused."""
    index = _snils_index(realm, normalise_snils(snils))
    return _open(realm, connection.execute(_BY_SNILS, {"snils_index": index}).mappings().first())


def _snils_index(realm: Realm, snils: str) -> bytes:
    return realm.vault.blind_index("snils", snils)


def _seal(realm: Realm, patient: Patient) -> bytes:
    fields = {**asdict(patient.person), "birth_date": patient.person.birth_date.isoformat()}
    return realm.vault.seal_fields(f"patients:{patient.id}", fields)


def _open(realm: Realm, row: Mapping[Any, Any] | None) -> Patient | None:
    if row is None:
        return None
    fields = realm.vault.open_fields(f"patients:{row['id']}", row["sealed"])
    return Patient(row["id"], Person(**{**fields, "birth_date": date.fromisoformat(fields["birth_date"])}))
