"""Taking FHIR bundles into the register: whole or not at all, once, and every bad entry by its number."""

import copy
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from rp.keys.safe import Keys
from rp.patients.directory import find_by_snils
from rp.records.bundle import BundleRefused, read_bundle
from rp.records.importer import ImportReport, import_bundle
from rp.records.models import RecordRow
from rp.records.record_type import Record
from rp.records.seed import load_seed
from rp.records.store import records_of
from tests.rp.conftest import ROOT, Stand

FHIR = ROOT / "config" / "data" / "fhir"
SEEDED = ROOT / "config" / "seed" / "records"
VERA, PYOTR, MAYA, ANTON = (f"000-000-0{number} 00" for number in (17, 18, 19, 20))

Bundle = dict[str, Any]


def patient_id(stand: Stand, snils: str) -> str:
    with stand.realm.database.read() as connection:
        found = find_by_snils(connection, stand.realm, snils)
    assert found is not None
    return found.id


def records(stand: Stand, snils: str) -> list[Record]:
    with stand.realm.database.read() as connection:
        return records_of(connection, stand.realm, patient_id(stand, snils))


def take(stand: Stand, data: bytes, snils: str = MAYA, latest: date | None = None) -> ImportReport:
    owner = patient_id(stand, snils)
    with stand.realm.database.write() as connection:
        return import_bundle(connection, stand.realm, data, patient_id=owner, source="test.json", latest=latest)


def count(stand: Stand) -> int:
    with stand.realm.database.read() as connection:
        return connection.execute(select(func.count()).select_from(RecordRow)).scalar_one()


def test_the_seed_gives_every_person_what_their_bundles_hold(stand: Stand) -> None:
    """Anton's bundles tell of nine doses, two of them twice: by ICD-11 and by CVX, of one lot and one day."""
    numbers = {snils: len(records(stand, snils)) for snils in (VERA, PYOTR, MAYA, ANTON)}
    assert numbers == {VERA: 11, PYOTR: 4, MAYA: 0, ANTON: 7}


def test_a_second_import_of_the_seed_changes_nothing(stand: Stand) -> None:
    before = [records(stand, snils) for snils in (VERA, PYOTR, ANTON)]
    with stand.realm.database.write() as connection:
        outcomes = list(load_seed(connection, stand.realm))
    assert {(outcome, report.added) for _, outcome, report in outcomes} == {("known", 0)}
    assert [records(stand, snils) for snils in (VERA, PYOTR, ANTON)] == before


def test_the_same_doses_in_two_bundles_are_one_record_each(stand: Stand) -> None:
    first = take(stand, (FHIR / "bundle-immunization-covid.json").read_bytes())
    second = take(stand, (FHIR / "example-bundle-immunization-covid-2.json").read_bytes())
    assert (first.added, first.known) == (3, 0)
    assert (second.added, second.known) == (0, 3)


def test_the_same_dose_of_two_people_is_two_records(stand: Stand) -> None:
    data = (FHIR / "bundle-immunization-covid.json").read_bytes()
    assert take(stand, data, MAYA).added == 3
    assert take(stand, data, VERA).added == 3


def test_one_dose_coded_in_two_systems_is_one_record(stand: Stand) -> None:
    assert take(stand, (FHIR / "snomed_immunization.json").read_bytes()).added == 2
    assert take(stand, (FHIR / "snomed_gtin_immunization.json").read_bytes()) == ImportReport(0, 2, ())


@pytest.mark.parametrize("path", sorted(FHIR.glob("*.json")) + sorted(SEEDED.glob("*.json")), ids=lambda path: path.name)
def test_every_bundle_we_carry_is_understood(path: Path) -> None:
    bundle = read_bundle(path.read_bytes(), source=path.name)
    assert bundle.drafts
    assert not bundle.skipped


def immunization() -> Bundle:
    bundle: Bundle = json.loads((FHIR / "bundle-immunization-covid.json").read_bytes())
    return bundle


def resource(bundle: Bundle, number: int) -> Bundle:
    found: Bundle = bundle["entry"][number - 1]["resource"]
    return found


SPOILED: dict[str, tuple[Callable[[Bundle], object], str]] = {
    "no day": (lambda r: r.pop("occurrenceDateTime"), "occurrenceDateTime is missing"),
    "only a year": (lambda r: r.update(occurrenceDateTime="2021"), "must be a date exact to the day"),
    "another form of date": (lambda r: r.update(occurrenceDateTime="29.01.2021"), "must be a date exact to the day"),
    "no such day": (lambda r: r.update(occurrenceDateTime="2021-02-30"), "a day that does not exist"),
    "before the disease": (lambda r: r.update(occurrenceDateTime="1921-01-01"), "before the disease was known"),
    "in the future": (lambda r: r.update(occurrenceDateTime="2026-11-23"), "in the future"),
    "a number as day": (lambda r: r.update(occurrenceDateTime=20210129), "must be a date exact to the day"),
    "no vaccine": (lambda r: r.pop("vaccineCode"), "vaccineCode is missing"),
    "no coding": (lambda r: r.update(vaccineCode={"text": "?"}), "vaccineCode.coding is missing"),
    "coding without system": (lambda r: r["vaccineCode"]["coding"][0].pop("system"), "vaccineCode.coding[0] must have"),
    "coding a text": (lambda r: r.update(vaccineCode={"coding": ["207"]}), "vaccineCode.coding[0] must be an object"),
    "no status": (lambda r: r.pop("status"), "status must be one of"),
    "unknown status": (lambda r: r.update(status="done"), "status must be one of"),
    "no organisation": (lambda r: r.pop("performer"), "performer does not name the organisation"),
    "lot an object": (lambda r: r.update(lotNumber={"a": 1}), "lotNumber must be a text"),
    "lot of two lines": (lambda r: r.update(lotNumber="a\nb"), "lotNumber must be a text"),
    "somebody else": (lambda r: r.update(patient={"reference": "resource:99"}), "not the bundle's patient"),
    "nobody": (lambda r: r.pop("patient"), "patient.reference is missing"),
    "unknown resource": (lambda r: r.update(resourceType="Claim"), "the register keeps no such resource"),
    "no resource type": (lambda r: r.pop("resourceType"), "resource.resourceType is missing"),
    "dose zero": (lambda r: r.update(protocolApplied=[{"doseNumberPositiveInt": 0}]), "must be a positive integer"),
}


@pytest.mark.parametrize("case", SPOILED)
def test_a_bundle_with_a_bad_entry_is_refused_whole_and_names_it(stand: Stand, case: str) -> None:
    spoil, expected = SPOILED[case]
    bundle, before = immunization(), count(stand)
    spoil(resource(bundle, 3))
    with pytest.raises(BundleRefused) as refusal:
        take(stand, json.dumps(bundle).encode(), latest=date(2026, 11, 22))
    assert len(refusal.value.problems) == 1
    assert refusal.value.problems[0].startswith("entry 3")
    assert expected in refusal.value.problems[0]
    assert count(stand) == before


def test_every_bad_entry_is_named(stand: Stand) -> None:
    bundle = immunization()
    resource(bundle, 2).pop("occurrenceDateTime")
    resource(bundle, 4)["status"] = "?"
    with pytest.raises(BundleRefused) as refusal:
        take(stand, json.dumps(bundle).encode())
    assert [problem.partition(" (")[0] for problem in refusal.value.problems] == ["entry 2", "entry 4"]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b'{"resourceType":\n "Bundle",\n "type" "collection"}', "line 3, column 9"),
        (b"\xff\xfe", "not JSON"),
        (b"[]", "resourceType is not Bundle"),
        (b'{"resourceType": "Patient"}', "resourceType is not Bundle"),
        (b'{"resourceType": "Bundle"}', "type is not a type of Bundle"),
        (b'{"resourceType": "Bundle", "type": "collection"}', "must be about one Patient, not 0"),
        (b'{"resourceType": "Bundle", "type": "collection", "entry": {}}', "entry is not a list"),
        (b'{"resourceType": "Bundle", "type": "collection", "entry": [1]}', "entry is not a list of objects"),
        (b'{"a": NaN}', "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b" " * (5 * 1024 * 1024 + 1), "larger than"),
    ],
)
def test_what_is_no_bundle_is_refused_with_its_place(stand: Stand, data: bytes, expected: str) -> None:
    with pytest.raises(BundleRefused, match=expected):
        take(stand, data)


def test_a_bundle_about_two_people_is_refused(stand: Stand) -> None:
    bundle = immunization()
    bundle["entry"].append(copy.deepcopy(bundle["entry"][0]) | {"fullUrl": "resource:9"})
    with pytest.raises(BundleRefused, match="about one Patient, not 2"):
        take(stand, json.dumps(bundle).encode())


def test_what_did_not_happen_is_skipped_and_said(stand: Stand) -> None:
    bundle = immunization()
    resource(bundle, 3)["status"] = "not-done"
    report = take(stand, json.dumps(bundle).encode())
    assert report.added == 2
    assert report.skipped == ("entry 3 (Immunization): no dose was given",)


def test_a_fault_midway_leaves_nothing_behind(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    before, owner = count(stand), patient_id(stand, MAYA)
    sealed = 0

    def fail_at_the_second(*arguments: Any) -> bytes:
        nonlocal sealed
        sealed += 1
        if sealed == 2:
            raise OSError("the disk is full")
        return b"sealed"

    monkeypatch.setattr(Keys, "seal_fields", fail_at_the_second)
    with pytest.raises(OSError, match="full"), stand.realm.database.write() as connection:
        import_bundle(connection, stand.realm, json.dumps(immunization()).encode(), patient_id=owner, source="test.json")
    assert count(stand) == before


def test_nobody_can_read_a_person_in_the_database_file(stand: Stand) -> None:
    browser = stand.browser()
    browser.sign_in()
    assert browser.get("/").status_code == 200
    raw = b"".join(path.read_bytes() for path in stand.home.variable.glob("rp.sqlite3*"))
    assert len(raw) > 50_000
    for text in (
        "Ромашкина",
        "Вера",
        "Незабудкин",
        "1984-02-14",
        "00000001700",
        "000-000-017",
        "УЧ-0417",
        "Гам-КОВИД",
        "0000000000000017",
    ):
        assert text.encode() not in raw, text


def test_records_moved_to_another_row_do_not_open(stand: Stand) -> None:
    from sqlalchemy import update

    from ground.sealing import SealBroken

    mine, theirs = records(stand, VERA)[0], records(stand, PYOTR)[0]
    with stand.realm.database.write() as connection:
        sealed = connection.execute(select(RecordRow.sealed).where(RecordRow.id == mine.id)).scalar_one()
        connection.execute(update(RecordRow).where(RecordRow.id == theirs.id).values(sealed=sealed))
    with pytest.raises(SealBroken):
        records(stand, PYOTR)
