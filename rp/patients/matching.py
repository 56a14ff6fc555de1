"""Which patient is the person whom the provider vouches for? Both СНИЛС and birth date must fit, or nobody is."""

from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, delete, insert, select

from ground.database import table_of
from rp.patients.directory import Patient, find_by_snils, find_patient
from rp.patients.models import PatientLink
from rp.patients.snils import SnilsRefused
from rp.realm import Realm

_TABLE = table_of(PatientLink)
_LINK = select(_TABLE.c.patient_id).where(_TABLE.c.issuer == bindparam("issuer"), _TABLE.c.subject == bindparam("subject"))
_SUBJECT = select(_TABLE.c.subject).where(_TABLE.c.issuer == bindparam("issuer"), _TABLE.c.patient_id == bindparam("patient_id"))


class LinkTaken(Exception):
    """The patient is another subject already, or the subject another patient."""


@dataclass(frozen=True)
class Match:
    """The patient, if there is one, and how that was decided.

    `reason` is `claims` (verified claims fit), `link` (no claims now, but they fitted before), `unknown` (no such person),
    `conflict` (the claims contradict the registry or an earlier link) or `taken` (the patient is another account's): in the last
    two nothing is shown, and people have to look at it.
    """

    patient: Patient | None
    reason: str


def match_person(
    connection: Connection, realm: Realm, *, issuer: str, subject: str, snils: str | None, birth_date: str | None
) -> Match:
    """Find the patient of a verified person. Reads only."""
    linked_id = linked_patient(connection, issuer=issuer, subject=subject)
    linked = find_patient(connection, realm, linked_id) if linked_id else None
    if snils is None or birth_date is None:
        return Match(linked, "link" if linked else "unknown")
    try:
        claimed = find_by_snils(connection, realm, snils)
    except SnilsRefused:
        return Match(None, "conflict")
    if claimed is None:
        return Match(None, "conflict" if linked_id else "unknown")
    if claimed.person.birth_date.isoformat() != birth_date or linked_id not in (None, claimed.id):
        return Match(None, "conflict")
    if subject_of(connection, issuer=issuer, patient_id=claimed.id) not in (None, subject):
        return Match(None, "taken")
    return Match(claimed, "claims")


def linked_patient(connection: Connection, *, issuer: str, subject: str) -> str | None:
    """The id of the patient whom the subject was linked to."""
    return connection.execute(_LINK, {"issuer": issuer, "subject": subject}).scalar()


def subject_of(connection: Connection, *, issuer: str, patient_id: str) -> str | None:
    """The subject of the provider who is linked to the patient."""
    return connection.execute(_SUBJECT, {"issuer": issuer, "patient_id": patient_id}).scalar()


def unlink_patient(connection: Connection, *, issuer: str, patient_id: str) -> str | None:
    """Let another subject become the patient. The subject who was; None when nobody was linked."""
    subject = subject_of(connection, issuer=issuer, patient_id=patient_id)
    if subject is not None:
        connection.execute(delete(PatientLink).where(_TABLE.c.issuer == issuer, _TABLE.c.patient_id == patient_id))
    return subject


def link_patient(connection: Connection, realm: Realm, *, issuer: str, subject: str, patient_id: str) -> bool:
    """Remember that the subject is this patient. True when it is news. Raises LinkTaken.

    Of two accounts that claim one patient at the same moment the database lets one in: the other's transaction fails.
    """
    known = linked_patient(connection, issuer=issuer, subject=subject)
    other = subject_of(connection, issuer=issuer, patient_id=patient_id)
    if known not in (None, patient_id) or other not in (None, subject):
        raise LinkTaken
    if known is not None:
        return False
    values = {"issuer": issuer, "subject": subject, "patient_id": patient_id, "linked_at": realm.clock.now()}
    connection.execute(insert(PatientLink), values)
    return True
