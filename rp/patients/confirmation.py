"""Whether a patient has looked at what the registry knows of them and said that it is right. Only then may others rely on it."""

from dataclasses import dataclass, field

from sqlalchemy import BigInteger, Connection, ForeignKey, Integer, LargeBinary, String, bindparam, insert, select, update
from sqlalchemy.orm import Mapped, mapped_column

from ground.database import table_of
from rp.database import Base
from rp.keys.safe import Keys, Place
from rp.patients.directory import Patient
from rp.realm import Realm


class ConfirmationRow(Base):
    """The last time that a patient confirmed their data, and which version of them. `sealed` holds the document they named."""

    __tablename__ = "confirmations"

    patient_id: Mapped[str] = mapped_column(String(36), ForeignKey("patients.id"), primary_key=True)
    version: Mapped[int] = mapped_column(Integer)
    patient_version: Mapped[int] = mapped_column(Integer)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    confirmed_at: Mapped[int] = mapped_column(BigInteger)


@dataclass(frozen=True)
class Confirmation:
    """A patient's word that the data are right, with the identity document they named: its kind and its number."""

    confirmed_at: int
    document_kind: str
    document_number: str = field(repr=False)


_TABLE = table_of(ConfirmationRow)
_OF_PATIENT = select(_TABLE).where(_TABLE.c.patient_id == bindparam("patient_id"))


def confirm_data(connection: Connection, realm: Realm, patient: Patient, *, document_kind: str, document_number: str) -> None:
    """The patient says that the data of this version are right."""
    row = connection.execute(_OF_PATIENT.with_for_update(), {"patient_id": patient.id}).mappings().first()
    version = 1 if row is None else row["version"] + 1
    fields = {"document_kind": document_kind, "document_number": document_number}
    values = {
        "version": version,
        "patient_version": patient.version,
        "sealed": Keys(connection, realm).seal_fields(_place(patient.id, version), fields),
        "confirmed_at": realm.clock.now(),
    }
    if row is None:
        connection.execute(insert(ConfirmationRow), {"patient_id": patient.id, **values})
    else:
        connection.execute(update(ConfirmationRow).where(_TABLE.c.patient_id == patient.id).values(values))


def find_confirmation(connection: Connection, realm: Realm, patient_id: str) -> Confirmation | None:
    """What the patient confirmed last; None when they never did."""
    row = connection.execute(_OF_PATIENT, {"patient_id": patient_id}).mappings().first()
    if row is None:
        return None
    fields = Keys(connection, realm).open_fields(_place(patient_id, row["version"]), row["sealed"])
    return Confirmation(row["confirmed_at"], **fields)


def is_confirmed(connection: Connection, patient_id: str) -> bool:
    """May others rely on the data of this patient, as far as the patient is concerned?"""
    return connection.execute(_OF_PATIENT, {"patient_id": patient_id}).first() is not None


def _place(patient_id: str, version: int) -> Place:
    return Place(owner=patient_id, table="confirmations", id=patient_id, version=version)
