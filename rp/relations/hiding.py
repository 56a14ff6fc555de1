"""What a person keeps from insurers. The groups are the person's own view of their records, finer than the types.

Nothing is hidden until somebody says so; doctors and laboratories see everything, because they treat by it.
"""

from collections.abc import Iterable
from enum import StrEnum

from sqlalchemy import BigInteger, Connection, ForeignKey, String, bindparam, delete, insert, select
from sqlalchemy.orm import Mapped, mapped_column

from ground.database import table_of
from ground.tombstones import Tombstone
from rp.access.events import Event, note
from rp.database import Base
from rp.patients.directory import hold_patient
from rp.patients.models import PatientRow
from rp.realm import Realm

TOMBSTONE = "hidden_group"
"""What is buried: that insurers saw a group of a patient's records."""


class Group(StrEnum):
    """Records that are hidden together."""

    VACCINATIONS = "vaccinations"
    TESTS = "tests"
    ANTIBODIES = "antibodies"
    CASES = "cases"
    MEASURES = "measures"


class HiddenGroup(Base):
    """One group of one patient that insurers do not see."""

    __tablename__ = "hidden_groups"

    patient_id: Mapped[str] = mapped_column(String(36), ForeignKey("patients.id"), primary_key=True)
    record_group: Mapped[str] = mapped_column(String(20), primary_key=True)
    hidden_at: Mapped[int] = mapped_column(BigInteger)


_TABLE = table_of(HiddenGroup)
_OF_PATIENT = select(_TABLE.c.record_group).where(_TABLE.c.patient_id == bindparam("patient_id"))


def hidden_groups(connection: Connection, patient_id: str) -> frozenset[Group]:
    """What insurers do not see of a patient."""
    return frozenset(Group(name) for name in connection.execute(_OF_PATIENT, {"patient_id": patient_id}).scalars())


def hide_groups(connection: Connection, realm: Realm, *, patient_id: str, groups: Iterable[Group], actor: str) -> bool:
    """From now on insurers see all but these groups of a patient. True when that is a change; each is written down."""
    hold_patient(connection, patient_id)
    before, after = hidden_groups(connection, patient_id), frozenset(groups)
    for group in sorted(after - before):
        connection.execute(insert(HiddenGroup), {"patient_id": patient_id, "record_group": group, "hidden_at": realm.clock.now()})
        realm.tombstones.bury(connection, TOMBSTONE, patient_id, str(group))
        _note(connection, realm, patient_id, group, "hidden", actor)
    for group in sorted(before - after):
        connection.execute(delete(HiddenGroup).where(_TABLE.c.patient_id == patient_id, _TABLE.c.record_group == group))
        _note(connection, realm, patient_id, group, "shown", actor)
    return before != after


def hide_again(connection: Connection, realm: Realm, buried: Iterable[Tombstone]) -> int:
    """Hide in an older copy of the database what people had hidden after it was made, and say how many groups that were."""
    told = {line.identifiers for line in buried if line.kind == TOMBSTONE}
    patients = select(table_of(PatientRow).c.id).where(table_of(PatientRow).c.id.in_({patient_id for patient_id, _group in told}))
    known = set(connection.execute(patients).scalars())
    rows = [
        {"patient_id": patient_id, "record_group": group, "hidden_at": realm.clock.now()}
        for patient_id, group in sorted(told)
        if patient_id in known and group not in hidden_groups(connection, patient_id)
    ]
    if rows:
        connection.execute(insert(HiddenGroup), rows)
    return len(rows)


def _note(connection: Connection, realm: Realm, patient_id: str, group: Group, outcome: str, actor: str) -> None:
    detail = {"group": str(group), "from_whom": "insurers"}
    note(connection, realm, Event.SHARING_CHANGED, actor=actor, object=f"patient:{patient_id}", outcome=outcome, detail=detail)
