"""Who speaks for whom: granting, finding and withdrawing. When one ends is `ends`.

A person is trusted by СНИЛС, and whether the registry knows that СНИЛС is not said: whoever has it finds the trust when
they come.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, or_, select, update

from ground.chance import draw_identifier
from ground.database import table_of
from ground.tombstones import Tombstone
from ground.web.language import local_moment
from rp.access.events import Event, note
from rp.keys.safe import Keys, Place
from rp.patients.directory import Person, find_patient, snils_index
from rp.patients.models import PatientRow
from rp.realm import Realm
from rp.relations.ends import Kind, Terms, end_of, is_of_age
from rp.relations.models import RepresentationRow

TOMBSTONE = "representation"
ACTOR_AGAIN = "operator:epoch"
MOST = 10
"""People whom one person trusts at a time."""

_TABLE, _PATIENTS = table_of(RepresentationRow), table_of(PatientRow)
_STANDS = _TABLE.c.withdrawn_at.is_(None)
_GIVEN = (
    select(_TABLE).where(_TABLE.c.represented_id == bindparam("patient_id"), _STANDS).order_by(_TABLE.c.granted_at, _TABLE.c.id)
)
_OF_REPRESENTATIVE = _PATIENTS.c.snils_index == _TABLE.c.representative_index
_HELD = (
    select(_TABLE)
    .join(_PATIENTS, _OF_REPRESENTATIVE)
    .where(_PATIENTS.c.id == bindparam("patient_id"), _STANDS)
    .order_by(_TABLE.c.granted_at, _TABLE.c.id)
)
_BETWEEN = _HELD.where(_TABLE.c.represented_id == bindparam("represented_id"))
_LOCK = select(_PATIENTS.c.id).where(_PATIENTS.c.id == bindparam("patient_id")).with_for_update()
"""What one person grants comes one after the other; SQLite has one writer anyway."""
_EVER = (
    select(_TABLE, _PATIENTS.c.id.label("representative_id"))
    .join(_PATIENTS, _OF_REPRESENTATIVE)
    .where(_TABLE.c.represented_id == bindparam("patient_id"))
    .order_by(_TABLE.c.granted_at)
)
_WITHDRAW = (
    update(RepresentationRow)
    .where(_TABLE.c.id == bindparam("representation_id"), _TABLE.c.withdrawn_at.is_(None))
    .values(withdrawn_at=bindparam("now"), withdrawn_by=bindparam("by"))
)
_STANDING = select(_TABLE.c.id).where(
    _TABLE.c.represented_id == bindparam("represented_id"),
    _TABLE.c.representative_index == bindparam("representative_index"),
    _STANDS,
)


class GrantRefused(Exception):
    """The representation cannot be: `reason` is `oneself`, `minor` (a child grants nothing), `grown` or `many`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Representation:
    """A representation that lives. `snils` and `label` are of the representative, as the represented wrote them down."""

    id: str
    represented_id: str
    terms: Terms
    granted_at: int
    represented: Person = field(repr=False)
    snils: str = field(repr=False)
    label: str = field(repr=False)

    @property
    def is_of_child(self) -> bool:
        return self.terms.kind is Kind.CHILD

    @property
    def masked_snils(self) -> str:
        """As much of the СНИЛС as tells it from another: «•••-•••-018 00»."""
        return f"•••-•••-{self.snils[6:9]} {self.snils[9:]}"


def today(realm: Realm) -> date:
    """The day it is where the stand is: by it a child comes of age and a term ends."""
    return local_moment(realm.clock.now()).date()


def grant(
    connection: Connection,
    realm: Realm,
    *,
    kind: Kind,
    represented_id: str,
    snils: str,
    label: str,
    last_day: date | None = None,
    actor: str,
) -> str:
    """Let the person of that СНИЛС (eleven digits) speak for a patient, in the place of what stood between the two.

    Returns the id. Raises GrantRefused, and KeyError where there is no such patient.
    """
    connection.execute(_LOCK, {"patient_id": represented_id})
    represented = find_patient(connection, realm, represented_id)
    if represented is None:
        raise KeyError(represented_id)
    if represented.person.snils == snils:
        raise GrantRefused("oneself")
    is_grown = is_of_age(represented.person.birth_date, today(realm))
    if is_grown is (kind is Kind.CHILD):
        raise GrantRefused("grown" if is_grown else "minor")
    index, now = snils_index(realm, snils), realm.clock.now()
    between = {"represented_id": represented_id, "representative_index": index}
    for former in connection.execute(_STANDING, between).scalars().all():
        _end(connection, realm, former, by=actor)
    if len(given_by(connection, realm, represented_id)) >= MOST:
        raise GrantRefused("many")
    representation_id = draw_identifier(realm.chance, "representation")
    row = {
        "id": representation_id,
        "kind": kind,
        "represented_id": represented_id,
        "representative_index": index,
        "sealed": Keys(connection, realm).seal_fields(
            _place(represented_id, representation_id), {"snils": snils, "label": label}
        ),
        "last_day": last_day,
        "granted_by": actor,
        "granted_at": now,
    }
    connection.execute(insert(RepresentationRow), row)
    detail: dict[str, str | int] = {"kind": kind, **({"last_day": last_day.isoformat()} if last_day else {})}
    subject = f"patient:{represented_id}"
    note(connection, realm, Event.REPRESENTATION_GRANTED, actor=actor, object=subject, detail={**detail, "id": representation_id})
    return representation_id


def withdraw(connection: Connection, realm: Realm, representation: Representation, *, by: str) -> bool:
    """End a representation. True when it stood until now."""
    if not _end(connection, realm, representation.id, by=by):
        return False
    subject = f"patient:{representation.represented_id}"
    note(connection, realm, Event.REPRESENTATION_ENDED, actor=by, object=subject, detail={"id": representation.id})
    return True


def withdraw_again(connection: Connection, realm: Realm, buried: Sequence[Tombstone]) -> int:
    """End in an older copy of the database what was withdrawn after it was made, and say how many that were.

    `realm` is one whose tombstones are muted: what is done again stands in the list already.
    """
    told = [identifier for line in buried if line.kind == TOMBSTONE for identifier in line.identifiers]
    return sum(_end(connection, realm, identifier, by=ACTOR_AGAIN) for identifier in told)


def _end(connection: Connection, realm: Realm, representation_id: str, *, by: str) -> bool:
    parameters = {"representation_id": representation_id, "now": realm.clock.now(), "by": by}
    if connection.execute(_WITHDRAW, parameters).rowcount != 1:
        return False
    realm.tombstones.bury(connection, TOMBSTONE, representation_id)
    return True


def given_by(connection: Connection, realm: Realm, patient_id: str) -> tuple[Representation, ...]:
    """Who speaks for a patient now."""
    return _living(connection, realm, connection.execute(_GIVEN, {"patient_id": patient_id}).mappings().all())


def held_by(connection: Connection, realm: Realm, patient_id: str) -> tuple[Representation, ...]:
    """For whom a patient speaks now."""
    return _living(connection, realm, connection.execute(_HELD, {"patient_id": patient_id}).mappings().all())


def living_between(connection: Connection, realm: Realm, *, representative_id: str, represented_id: str) -> Representation | None:
    """By what one patient speaks for another now; None when by nothing."""
    parameters = {"patient_id": representative_id, "represented_id": represented_id}
    return next(iter(_living(connection, realm, connection.execute(_BETWEEN, parameters).mappings().all())), None)


def called(connection: Connection, realm: Realm, represented_id: str) -> dict[str, str]:
    """What the represented calls each person who speaks or ever spoke for them, by their actor in the journal."""
    keys = Keys(connection, realm)
    rows = connection.execute(_EVER, {"patient_id": represented_id}).mappings().all()
    return {
        f"patient:{row['representative_id']}": keys.open_fields(_place(represented_id, row["id"]), row["sealed"])["label"]
        for row in rows
    }


def forget(connection: Connection, patient_id: str) -> int:
    """Remove every representation of a patient who is about to be removed, held or given. Says how many."""
    own = select(_PATIENTS.c.snils_index).where(_PATIENTS.c.id == patient_id).scalar_subquery()
    of_patient = or_(_TABLE.c.represented_id == patient_id, _TABLE.c.representative_index == own)
    return connection.execute(delete(RepresentationRow).where(of_patient)).rowcount


def _living(connection: Connection, realm: Realm, rows: Iterable[Mapping[Any, Any]]) -> tuple[Representation, ...]:
    keys, day, people, found = Keys(connection, realm), today(realm), dict[str, Person](), []
    for row in rows:
        represented_id = row["represented_id"]
        if represented_id not in people:
            patient = find_patient(connection, realm, represented_id)
            assert patient is not None, "a foreign key says so"
            people[represented_id] = patient.person
        terms = Terms(Kind(row["kind"]), row["last_day"], row["withdrawn_at"])
        if end_of(terms, birth_date=people[represented_id].birth_date, today=day) is None:
            sealed = keys.open_fields(_place(represented_id, row["id"]), row["sealed"])
            found.append(Representation(row["id"], represented_id, terms, row["granted_at"], people[represented_id], **sealed))
    return tuple(found)


def _place(represented_id: str, representation_id: str) -> Place:
    return Place(owner=represented_id, table="representations", id=representation_id)
