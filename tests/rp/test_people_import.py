"""Taking a register of people from a file of bundles: everybody and every record once, one row of the journal a batch."""

import io
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select

from rp.cli import main
from rp.database import JOURNAL
from rp.keys.safe import Keys
from rp.patients.directory import find_by_inn, find_by_name, find_by_policy, find_by_snils
from rp.records import people_import
from rp.records.models import RecordRow
from rp.records.people_import import PeopleReport, import_people
from rp.records.store import records_of, withdraw_record
from rp.records.types.disease_case import NUMBER_SYSTEM
from rp.requests.erasure import erase_patient, erase_record
from tests.load.people_file import snils_of, write_people
from tests.rp.conftest import Stand

LATEST = date(2026, 11, 22)


@pytest.fixture
def stand(both_stands: Stand) -> Stand:
    return both_stands


@pytest.fixture
def lines(tmp_path: Path) -> list[bytes]:
    write_people(tmp_path / "people.ndjson", 5)
    return (tmp_path / "people.ndjson").read_bytes().splitlines(keepends=True)


def take(stand: Stand, lines: list[bytes]) -> PeopleReport:
    report = PeopleReport()
    for progress in import_people(stand.realm, io.BytesIO(b"".join(lines)), source="people.ndjson", latest=LATEST):
        report = progress.report
    return report


def count(stand: Stand) -> int:
    with stand.realm.database.read() as connection:
        return connection.execute(select(func.count()).select_from(RecordRow)).scalar_one()


def imports(stand: Stand) -> list[dict[str, Any]]:
    with stand.realm.database.read() as connection:
        return [
            json.loads(row.detail) for row in connection.execute(select(JOURNAL).where(JOURNAL.c.action == "people_imported"))
        ]


def test_r156_a_file_is_taken_once_however_often_it_is_given(stand: Stand, lines: list[bytes]) -> None:
    before = count(stand)
    first, second = take(stand, lines), take(stand, [*lines, lines[0]])
    assert (first.people, first.records, first.refused) == (5, 30, [])
    assert (second.people, second.known_people, second.records, second.known_records) == (0, 6, 0, 36)
    assert count(stand) == before + 30
    assert imports(stand) == [{"source": "people.ndjson", "people": 5, "added": 30, "known": 0}]


def test_the_people_are_found_and_their_records_open(stand: Stand, lines: list[bytes]) -> None:
    take(stand, lines)
    with stand.realm.database.read() as connection:
        found = find_by_snils(connection, stand.realm, snils_of(3))
        assert found is not None
        person = found.person
        assert find_by_inn(connection, stand.realm, "000000000003") == found
        assert find_by_policy(connection, stand.realm, "0000000000000003") == found
        name = {"family_name": person.family_name.upper(), "given_name": person.given_name, "birth_date": person.birth_date}
        assert found in find_by_name(connection, stand.realm, **name)
        assert len(records_of(connection, stand.realm, found.id)) == 6
        assert stand.realm.journal.verify(connection) == []


def test_a_batch_is_one_transaction_and_one_row_of_the_journal(
    stand: Stand, lines: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(people_import, "LINES_AT_ONCE", 2)
    take(stand, lines)
    assert [entry["people"] for entry in imports(stand)] == [2, 2, 1]


def test_a_fault_in_a_batch_leaves_nothing_of_it_and_the_file_is_taken_again(
    stand: Stand, lines: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = count(stand)
    monkeypatch.setattr(people_import, "LINES_AT_ONCE", 3)
    sealed, original = 0, Keys.seal_fields

    def fail_in_the_second(*arguments: Any) -> bytes:
        nonlocal sealed
        sealed += 1
        if sealed == 25:
            raise OSError("the disk is full")
        return original(*arguments)

    with monkeypatch.context() as patched:
        patched.setattr(Keys, "seal_fields", fail_in_the_second)
        with pytest.raises(OSError, match="full"):
            take(stand, lines)
    assert count(stand) == before + 18
    report = take(stand, lines)
    assert (report.people, report.known_people, report.records, report.known_records) == (2, 3, 12, 18)


def spoiled(line: bytes, change: Any) -> bytes:
    bundle = json.loads(line)
    change(bundle["entry"])
    return json.dumps(bundle).encode() + b"\n"


def _no_snils(entries: Any) -> None:
    entries[0]["resource"]["identifier"] = []


def _future(entries: Any) -> None:
    entries[1]["resource"]["occurrenceDateTime"] = "2027-01-01"


def _no_name(entries: Any) -> None:
    entries[0]["resource"]["name"] = []


def _odd_region(entries: Any) -> None:
    entries[0]["resource"]["address"] = [{"state": "Москва"}]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (_no_snils, "eleven digits"),
        (_future, "occurrenceDateTime is in the future"),
        (_no_name, "name.family is missing"),
        (_odd_region, "address.state"),
    ],
)
def test_a_line_that_cannot_be_taken_is_named_and_the_others_are_taken(
    stand: Stand, lines: list[bytes], change: Any, reason: str
) -> None:
    report = take(stand, [lines[0], spoiled(lines[1], change), b"\n", b"not JSON\n", lines[2]])
    assert report.people == 2
    assert [refusal.split(":")[0] for refusal in report.refused] == ["line 2", "line 4"]
    assert reason in report.refused[0]


@pytest.mark.parametrize("both_stands", ["sqlite"], indirect=True)
def test_the_command_says_what_it_took_and_fails_when_lines_were_left_out(
    stand: Stand, lines: list[bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROPUSK_HOME", str(stand.home.root))
    stand.realm.database.close()
    file = tmp_path / "people.ndjson"
    result = CliRunner().invoke(main, ["import", "people", str(file)])
    assert result.exit_code == 0, result.output
    assert "people.ndjson: 5 people new, 0 known; 30 records new, 0 known" in result.output
    file.write_bytes(b"{}\n")
    refused = CliRunner().invoke(main, ["import", "people", str(file)])
    assert refused.exit_code == 1
    assert "people.ndjson: line 1: resourceType is not Bundle" in refused.output


def born_on(line: bytes, day: str, family_name: str = "") -> bytes:
    bundle = json.loads(line)
    patient = next(entry["resource"] for entry in bundle["entry"] if entry["resource"]["resourceType"] == "Patient")
    patient["birthDate"] = day
    patient["name"][0]["family"] = family_name or patient["name"][0]["family"]
    return json.dumps(bundle).encode() + b"\n"


def test_a_snils_with_another_birth_date_brings_nobody_elses_records(stand: Stand, lines: list[bytes]) -> None:
    stranger = born_on(lines[0], "1931-01-01")
    before = count(stand)
    report = take(stand, [lines[0], stranger])
    assert (report.people, report.records) == (1, 6)
    assert report.refused == ["line 2: the register has this СНИЛС with another birth date"]
    assert take(stand, [stranger]).refused == ["line 1: the register has this СНИЛС with another birth date"]
    assert count(stand) == before + 6


def test_who_has_another_name_since_is_the_same_person(stand: Stand, lines: list[bytes]) -> None:
    take(stand, lines[:1])
    bundle = json.loads(lines[0])
    day = next(entry["resource"]["birthDate"] for entry in bundle["entry"] if "birthDate" in entry["resource"])
    report = take(stand, [born_on(lines[0], day, "Переименованная")])
    assert (report.known_people, report.refused) == (1, [])


def test_rg_21_what_was_erased_or_withdrawn_does_not_come_back_with_a_file(stand: Stand, lines: list[bytes]) -> None:
    take(stand, lines)
    with stand.realm.database.write() as connection:
        gone, kept = (find_by_snils(connection, stand.realm, snils_of(number)) for number in (1, 2))
        assert gone is not None
        assert kept is not None
        erase_patient(connection, stand.realm, gone.id, actor="staff:1")
        first, second, *_rest = records_of(connection, stand.realm, kept.id)
        erase_record(connection, stand.realm, first.id, actor="staff:1")
        withdraw_record(connection, stand.realm, record_id=second.id, expected_version=1, author="staff:1", reason="ошибка")
    before = count(stand)
    again = take(stand, lines)
    assert (again.people, again.known_people, again.records, again.known_records, again.refused) == (0, 5, 0, 30, [])
    assert count(stand) == before
    with stand.realm.database.read() as connection:
        assert find_by_snils(connection, stand.realm, snils_of(1)) is None
        assert len(records_of(connection, stand.realm, kept.id)) == 4


def with_case(stand: Stand, line: bytes, number: str) -> bytes:
    """The line with a case of this number (УНРЗ) besides."""
    bundle = json.loads(line)
    seeded = json.loads(stand.home.config_path("seed/records/vera-case.json").read_bytes())
    case = next(entry["resource"] for entry in seeded["entry"] if entry["resource"]["resourceType"] == "Condition")
    person = bundle["entry"][1]["resource"]["patient"]
    case |= {"subject": person, "identifier": [{"system": NUMBER_SYSTEM, "value": number}]}
    bundle["entry"].append({"fullUrl": f"{person['reference']}:case", "resource": case})
    return json.dumps(bundle).encode() + b"\n"


def test_a_register_number_of_another_case_is_refused_by_its_line_and_the_rest_is_taken(stand: Stand, lines: list[bytes]) -> None:
    first, second = (f"100000000000000{digit}" for digit in "12")
    report = take(stand, [with_case(stand, lines[0], first), with_case(stand, lines[1], first)])
    assert report.refused == ["line 2: a УНРЗ of it is that of another case"]
    assert (report.people, report.records, report.known_records) == (2, 13, 0)
    assert take(stand, [with_case(stand, lines[1], first)]).refused == ["line 1: a УНРЗ of it is that of another case"]
    again = take(stand, [with_case(stand, lines[0], first), with_case(stand, lines[1], second)])
    assert (again.people, again.records, again.known_records, again.refused) == (0, 1, 13, [])
