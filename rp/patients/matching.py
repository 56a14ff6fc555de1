"""Which patient is the person whom the provider vouches for? Both СНИЛС and birth date must fit, or nobody is."""

from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, insert, select

from rp.patients.directory import Patient, find_by_snils, find_patient
from rp.patients.models import PatientLink
from rp.patients.snils import SnilsRefused
from rp.realm import Realm

_LINK = select(PatientLink.patient_id).where(
    PatientLink.issuer == bindparam("issuer"), PatientLink.subject == bindparam("subject")
)


@dataclass(frozen=True)
class Match:
    """The patient, if there is one, and how that was decided.

    `reason` is `claims` (verified claims fit), `link` (no claims now, but they fitted before), `unknown` (no such person)
    or `conflict` (the claims contradict the registry or an earlier link: nothing is shown, people have to look at it).
    """

    patient: Patient | None
    reason: str


def match_person(
    connection: Connection, realm: Realm, *, issuer: str, subject: str, snils: str | None, birth_date: str | None
) -> Match:
    """Find the patient of a verified person. Reads only."""
    linked_id = connection.execute(_LINK, {"issuer": issuer, "subject": subject}).scalar()
    if snils is None or birth_date is None:
        linked = find_patient(connection, realm, linked_id) if linked_id else None
        return Match(linked, "link" if linked else "unknown")
    try:
        claimed = find_by_snils(connection, realm, snils)
    except SnilsRefused:
        return Match(None, "conflict")
    if claimed is None:
        return Match(None, "conflict" if linked_id else "unknown")
    if claimed.person.birth_date.isoformat() != birth_date or linked_id not in (None, claimed.id):
        return Match(None, "conflict")
    return Match(claimed, "claims")


def link_patient(connection: Connection, realm: Realm, *, issuer: str, subject: str, patient_id: str) -> bool:
    """Remember that the subject is this patient. True when it is news."""
    if connection.execute(_LINK, {"issuer": issuer, "subject": subject}).scalar() is not None:
        return False
    values = {"issuer": issuer, "subject": subject, "patient_id": patient_id, "linked_at": realm.clock.now()}
    connection.execute(insert(PatientLink), values)
    return True
