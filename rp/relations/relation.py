"""Which relations hold between a principal and a patient, asked anew at every request."""

from sqlalchemy import Connection, bindparam, select

from ground.database import table_of
from rp.access.policy import Relation
from rp.access.principal import STAFF, Principal, Role
from rp.patients.confirmation import is_confirmed
from rp.patients.models import PatientRow
from rp.relations.partners import has_consent

_PATIENTS = table_of(PatientRow)
_INSURER = select(_PATIENTS.c.insurer_id).where(_PATIENTS.c.id == bindparam("patient_id"))


def relations_of(connection: Connection, principal: Principal, patient_id: str) -> frozenset[Relation]:
    """What the principal is to the patient of that id, who may not exist."""
    held = set[Relation]()
    if principal.patient_id == patient_id and principal.role in (Role.CITIZEN, Role.APPLICATION):
        held.update(Relation(name) for name in principal.represents or (Relation.OWN,))
    if principal.role in STAFF:
        held.add(Relation.ANY)
    if principal.role is Role.INSURER and principal.organisation_id is not None:
        insurer_id = connection.execute(_INSURER, {"patient_id": patient_id}).scalar()
        if insurer_id == principal.organisation_id:
            held.add(Relation.INSURED)
    if principal.role is Role.PARTNER and principal.organisation_id is not None:
        has_agreed = has_consent(connection, patient_id=patient_id, organisation_id=principal.organisation_id)
        if has_agreed and is_confirmed(connection, patient_id):
            held.add(Relation.CONSENTED)
    return frozenset(held)
