"""What somebody wants to be told of, and where. What they never chose is as it is at first."""

from collections.abc import Collection, Mapping, Set

from sqlalchemy import Connection, bindparam, delete, insert, select, tuple_

from ground.database import table_of
from rp.access.events import Event, note
from rp.notices.models import NoticeChoiceRow
from rp.notices.topics import ALWAYS, AT_FIRST, Channel, Topic
from rp.patients.directory import hold_patient
from rp.realm import Realm

Choice = tuple[Topic, Channel]
POSSIBLE: tuple[Choice, ...] = tuple((topic, channel) for topic in Topic for channel in Channel)

_TABLE = table_of(NoticeChoiceRow)
_OF_PATIENTS = select(_TABLE).where(_TABLE.c.patient_id.in_(bindparam("patients", expanding=True)))


def choices_of(connection: Connection, patient_id: str) -> frozenset[Choice]:
    """All that this person is told of, and where."""
    return choices_of_all(connection, [patient_id])[patient_id]


def choices_of_all(connection: Connection, patient_ids: Collection[str]) -> Mapping[str, frozenset[Choice]]:
    """The same for many people at once."""
    chosen: dict[str, set[Choice]] = {patient_id: set(AT_FIRST) for patient_id in patient_ids}
    for row in connection.execute(_OF_PATIENTS, {"patients": list(patient_ids)}):
        choice = (Topic(row.topic), Channel(row.channel))
        (chosen[row.patient_id].add if row.is_on else chosen[row.patient_id].discard)(choice)
    return {patient_id: frozenset(choices) | ALWAYS for patient_id, choices in chosen.items()}


def choose(connection: Connection, realm: Realm, patient_id: str, wanted: Set[Choice], *, actor: str) -> bool:
    """Have this person told of exactly this from now on, besides what is always told. Says whether anything changed."""
    hold_patient(connection, patient_id)
    before = choices_of(connection, patient_id)
    changed = (before ^ wanted) - ALWAYS
    if not changed:
        return False
    is_changed = tuple_(_TABLE.c.topic, _TABLE.c.channel).in_([(topic.value, channel.value) for topic, channel in changed])
    connection.execute(delete(_TABLE).where(_TABLE.c.patient_id == patient_id, is_changed))
    connection.execute(insert(_TABLE), [_row(realm, patient_id, choice, choice in wanted) for choice in changed])
    detail = {f"{topic}.{channel}": "on" if (topic, channel) in wanted else "off" for topic, channel in sorted(changed)}
    note(connection, realm, Event.NOTICES_CHOSEN, actor=actor, object=f"patient:{patient_id}", detail=detail)
    return True


def _row(realm: Realm, patient_id: str, choice: Choice, is_on: bool) -> dict[str, object]:
    topic, channel = choice
    return {
        "patient_id": patient_id,
        "topic": topic.value,
        "channel": channel.value,
        "is_on": is_on,
        "changed_at": realm.clock.now(),
    }
