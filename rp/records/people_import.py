"""Taking a whole register of people: one FHIR R4 Bundle a line, each about one Patient, hundreds of lines in one transaction.

    line ──read──▶ person and drafts ─┐
    line ──refused, with its reason   ├──batch──▶ one transaction, one row of the journal
    line ──read──▶ person and drafts ─┘

A line that cannot be taken is named and left out; the others are taken. What is known already is not stored again, so a file that
was taken in part is simply taken once more. A person whom the register knows by СНИЛС stays as the register has them: their
records are added, unless the birth date is another one, when it is somebody else's number. Whom the register has erased counts
as known, and comes no more.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from typing import Any, BinaryIO

from sqlalchemy import Connection, insert, select

from ground.chance import draw_identifier
from ground.database import table_of
from rp.access.events import Event, note
from rp.keys.safe import Keys
from rp.patients.directory import Patient, Person, find_patient, name_index, new_row, snils_index
from rp.patients.models import PatientRow
from rp.patients.resource import PatientRefused, read_person
from rp.realm import Realm
from rp.records.bundle import MAX_BUNDLE_BYTES, BundleRefused, read_bundle
from rp.records.erased import PATIENT, RECORD, WRONG, erased_among
from rp.records.models import RecordRow
from rp.records.record_type import Draft, Record
from rp.records.store import identity_of
from rp.records.store import new_row as new_record_row

LINES_AT_ONCE = 500
ASKED_AT_ONCE = 900
"""Values of one `IN`: SQLite took at most 999 for long."""
AUTHOR = "operator"
NUMBER_TAKEN = "a УНРЗ of it is that of another case"

_PATIENTS, _RECORDS = table_of(PatientRow), table_of(RecordRow)


@dataclass(frozen=True)
class ReadLine:
    """What a line tells: a person, and their records with the names of their types; and which line of its file it is."""

    number: int
    person: Person = field(repr=False)
    drafts: tuple[tuple[str, Draft], ...] = field(repr=False)


@dataclass
class PeopleReport:
    """What became of a file's lines. `refused` are sentences that name the line."""

    people: int = 0
    known_people: int = 0
    records: int = 0
    known_records: int = 0
    refused: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Progress:
    """How far an import has come: the bytes of the file that were read, and the report so far."""

    bytes_read: int
    report: PeopleReport


def import_people(realm: Realm, file: BinaryIO, *, source: str, latest: date | None = None) -> Iterator[Progress]:
    """Take a file batch by batch; each step is stored when it is told. No record may be of a day after `latest`."""
    report, bytes_read, number = PeopleReport(), 0, 0
    while lines := list(islice(_lines(file), LINES_AT_ONCE)):
        read: list[ReadLine] = []
        for line in lines:
            number += 1
            bytes_read += len(line)
            if not line.strip():
                continue
            try:
                read.append(read_line(line, number, source=source, latest=latest))
            except (BundleRefused, PatientRefused) as refusal:
                problems = refusal.problems if isinstance(refusal, BundleRefused) else (str(refusal),)
                report.refused.append(f"line {number}: {'; '.join(problems)}")
        with realm.database.write() as connection:
            _take(connection, realm, read, source=source, report=report)
        yield Progress(bytes_read, report)


def read_line(line: bytes, number: int, *, source: str, latest: date | None = None) -> ReadLine:
    """Read one line. Raises BundleRefused, PatientRefused."""
    bundle = read_bundle(line, source=source, latest=latest)
    return ReadLine(number, read_person(bundle.patient), bundle.drafts)


def _lines(file: BinaryIO) -> Iterator[bytes]:
    """The lines of a file; one that is larger than any bundle comes in pieces, none of which is JSON."""
    while line := file.readline(MAX_BUNDLE_BYTES + 1):
        yield line


def _take(connection: Connection, realm: Realm, read: Sequence[ReadLine], *, source: str, report: PeopleReport) -> None:
    if not read:
        return
    keys = Keys(connection, realm)
    taken, new = _patients(connection, realm, read, report)
    keys.make_for(patient.id for patient in new)
    if new:
        connection.execute(insert(PatientRow), [new_row(keys, realm, patient, author=AUTHOR) for patient in new])
    told_of = _new_records(connection, realm, keys, taken, source=source)
    with_taken_number = _taken_numbers(connection, told_of)
    rows = [row for index, (_number, row) in enumerate(told_of) if index not in with_taken_number]
    report.refused += [f"line {told_of[index][0]}: {NUMBER_TAKEN}" for index in sorted(with_taken_number)]
    if rows:
        connection.execute(insert(RecordRow), rows)
    told = sum(len(line.drafts) for _patient_id, line in taken)
    report.people += len(new)
    report.known_people += len(taken) - len(new)
    report.records += len(rows)
    report.known_records += told - len(told_of)
    if new or rows:
        detail: dict[str, str | int] = {
            "source": source[:200],
            "people": len(new),
            "added": len(rows),
            "known": told - len(told_of),
        }
        note(connection, realm, Event.PEOPLE_IMPORTED, actor=AUTHOR, object="register", detail=detail)


def _patients(
    connection: Connection, realm: Realm, read: Sequence[ReadLine], report: PeopleReport
) -> tuple[list[tuple[str | None, ReadLine]], list[Patient]]:
    """The lines that are taken, each with the id of its patient (None of whom it has erased), and the patients who are new."""
    indexes = [snils_index(realm, line.person.snils) for line in read]
    known, erased = dict[bytes, tuple[str, bytes]](), set[bytes]()
    for some in _pieces(indexes):
        found = select(_PATIENTS.c.snils_index, _PATIENTS.c.id, _PATIENTS.c.name_index).where(_PATIENTS.c.snils_index.in_(some))
        known.update((row.snils_index, (row.id, row.name_index)) for row in connection.execute(found))
        erased |= erased_among(connection, (PATIENT,), some)
    taken, new = list[tuple[str | None, ReadLine]](), dict[str, Patient]()
    for line, index in zip(read, indexes, strict=True):
        person = line.person
        name = name_index(realm, person.family_name, person.given_name, person.birth_date)
        if index not in known and index in erased:
            taken.append((None, line))
            continue
        if index not in known:
            known[index] = (draw_identifier(realm.chance, "patient"), name)
            new[known[index][0]] = Patient(known[index][0], person)
        patient_id, known_name = known[index]
        # Who has the name and the birth date need not be opened to be compared.
        if name != known_name and not _was_born_on(connection, realm, new.get(patient_id), patient_id, person.birth_date):
            report.refused.append(f"line {line.number}: the register has this СНИЛС with another birth date")
            continue
        taken.append((patient_id, line))
    return taken, list(new.values())


def _was_born_on(connection: Connection, realm: Realm, new: Patient | None, patient_id: str, day: date) -> bool:
    patient = new or find_patient(connection, realm, patient_id)
    return patient is not None and patient.person.birth_date == day


def _new_records(
    connection: Connection, realm: Realm, keys: Keys, taken: Sequence[tuple[str | None, ReadLine]], *, source: str
) -> list[tuple[int, dict[str, Any]]]:
    """The rows of the records that the register did not know, each event once, with the numbers of their lines. What was erased
    or withdrawn stays away."""
    told: dict[bytes, tuple[str, str, Draft, int]] = {}
    for patient_id, line in taken:
        if patient_id is None:
            continue
        for type_name, draft in line.drafts:
            told.setdefault(identity_of(realm, patient_id, type_name, draft), (patient_id, type_name, draft, line.number))
    for some in _pieces(list(told)):
        found = select(_RECORDS.c.identity_hash).where(_RECORDS.c.identity_hash.in_(some))
        for identity in connection.execute(found).scalars():
            del told[identity]
        for identity in erased_among(connection, (RECORD, WRONG), some):
            told.pop(identity, None)
    now = realm.clock.now()
    rows = []
    for identity, (patient_id, type_name, draft, number) in told.items():
        record = Record(
            id=draw_identifier(realm.chance, "record"),
            patient_id=patient_id,
            type_name=type_name,
            occurred_on=draft.occurred_on,
            organisation=draft.organisation,
            source=source[:200],
            stored_at=now,
            content=draft.content,
            author=AUTHOR,
            changed_at=now,
        )
        rows.append((number, new_record_row(keys, record, identity)))
    return rows


def _taken_numbers(connection: Connection, rows: Sequence[tuple[int, Mapping[str, Any]]]) -> set[int]:
    """Which of these rows bear a register number (УНРЗ) that another record has, of the register or of the rows before."""
    numbers = [row["number_index"] for _number, row in rows]
    known = set[bytes]()
    for some in _pieces([number for number in numbers if number is not None]):
        known |= set(connection.execute(select(_RECORDS.c.number_index).where(_RECORDS.c.number_index.in_(some))).scalars())
    taken = set[int]()
    for index, number in enumerate(numbers):
        if number in known:
            taken.add(index)
        elif number is not None:
            known.add(number)
    return taken


def _pieces(values: Sequence[bytes]) -> Iterable[Sequence[bytes]]:
    return (values[start : start + ASKED_AT_ONCE] for start in range(0, len(values), ASKED_AT_ONCE))
