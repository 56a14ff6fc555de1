"""What every record type must do: form, card, members of the API, FHIR there and back, versions, one event once."""

import json
from decimal import Decimal
from typing import Any

import orjson
import pytest

from rp.organisations.directory import Organisation, find_by_ogrn
from rp.records.bundle import read_bundle
from rp.records.catalogue import BY_NAME, BY_RESOURCE, RECORD_TYPES
from rp.records.codes import CodeLabels
from rp.records.entering import Outcome, correct_record, enter_record, entry_of, form_of
from rp.records.record_type import Draft, Record
from rp.records.resource import EntryRefused, ResourceReader, plain_number
from rp.records.store import find_record, records_of, versions_of, withdraw_record
from rp.records.writing import write_number
from tests.rp.conftest import ROOT, Stand
from tests.rp.staff.people import ANTON, MAYA, VERA, patient_id
from tests.suites.record_types.samples import PCR, SAMPLES

TYPES = pytest.mark.parametrize("name", [kind.name for kind in RECORD_TYPES])
CASES = [(name, index) for name, sample in SAMPLES.items() for index in range(len(sample.spoiled))]
ORGANISATIONS = {"clinic": "1000000000175", "centre": "1000000000186"}
BUNDLES = sorted((ROOT / "config" / "data" / "fhir").glob("*.json")) + sorted(
    (ROOT / "config" / "seed" / "records").glob("*.json")
)


@pytest.fixture
def stand(both_stands: Stand) -> Stand:
    return both_stands


def enter(stand: Stand, name: str, changes: dict[str, str] | None = None, *, snils: str = MAYA, by: str = "clinic") -> Outcome:
    """Send the form of a sample with some changes; what it rests on is entered first."""
    values = {**SAMPLES[name].values, **(changes or {})}
    if "{pcr}" in values.values():
        values = {field: proof(stand, snils) if value == "{pcr}" else value for field, value in values.items()}
    return send(stand, name, values, snils=snils, by=by)


def send(stand: Stand, name: str, values: dict[str, str], *, snils: str = MAYA, by: str = "clinic") -> Outcome:
    with stand.realm.database.write() as connection:
        return enter_record(
            connection,
            stand.realm,
            patient_id=patient_id(stand, snils),
            kind=BY_NAME[name],
            sent=values,
            organisation=organisation(stand, by),
            author="staff:test",
        )


def proof(stand: Stand, snils: str) -> str:
    """The id of a positive PCR test of the patient."""
    outcome = send(stand, "laboratory_test", PCR, snils=snils)
    return outcome.record.id if outcome.record else str(outcome.known_id)


def organisation(stand: Stand, by: str) -> Organisation:
    with stand.realm.database.read() as connection:
        found = find_by_ogrn(connection, ORGANISATIONS[by])
    assert found is not None
    return found


def entered(stand: Stand, name: str, changes: dict[str, str] | None = None, *, snils: str = MAYA) -> Record:
    outcome = enter(stand, name, changes, snils=snils)
    assert outcome.record is not None, outcome.read.errors
    return outcome.record


def own(stand: Stand, name: str, snils: str = MAYA) -> list[Record]:
    with stand.realm.database.read() as connection:
        return [record for record in records_of(connection, stand.realm, patient_id(stand, snils)) if record.type_name == name]


def there_and_back(record: Record) -> Draft:
    """Write the record as FHIR, as JSON, and read it."""
    kind = BY_NAME[record.type_name]
    written = json.loads(json.dumps(kind.as_resource(record)), parse_float=Decimal)
    return kind.read(ResourceReader(written))


def test_every_type_has_a_sample() -> None:
    assert set(SAMPLES) == {kind.name for kind in RECORD_TYPES} == set(BY_NAME)
    assert len(BY_RESOURCE) == len(RECORD_TYPES)


@TYPES
def test_the_form_makes_a_record_that_a_page_and_the_api_can_tell(stand: Stand, name: str) -> None:
    record = entered(stand, name)
    kind, labels = BY_NAME[name], stand.realm.room(CodeLabels)
    assert (record.author, record.version, record.type_name) == ("staff:test", 1, name)
    assert record.organisation == organisation(stand, "clinic").name
    assert record.organisation_id == organisation(stand, "clinic").id
    card = kind.card(record, labels)
    assert card.title
    assert card.facts
    members = json.loads(orjson.dumps(kind.as_json(record, labels)))
    assert set(members) == SAMPLES[name].members


@TYPES
def test_pages_name_it_in_both_languages(stand: Stand, name: str) -> None:
    record, kind, labels = entered(stand, name), BY_NAME[name], stand.realm.room(CodeLabels)
    told = {}
    for language in ("ru", "en"):
        with stand.app().test_request_context(f"/?lang={language}", headers={"Accept-Language": language}):
            told[language] = (kind.title(), kind.empty(), kind.entry_title(), kind.card(record, labels).title)
    assert all(russian != english for russian, english in zip(told["ru"], told["en"], strict=True))


@TYPES
def test_a_field_left_out_is_named_alone(stand: Stand, name: str) -> None:
    for field in SAMPLES[name].required:
        outcome = enter(stand, name, {field: ""})
        assert outcome.record is None
        assert set(outcome.read.errors) == {field}
    assert own(stand, name) == [] or name == "laboratory_test"


@pytest.mark.parametrize(("name", "index"), CASES)
def test_what_is_wrong_is_named_alone_and_nothing_is_stored(stand: Stand, name: str, index: int) -> None:
    changes, field = SAMPLES[name].spoiled[index]
    outcome = enter(stand, name, dict(changes))
    assert outcome.record is None
    assert set(outcome.read.errors) == {field}
    assert len(outcome.read.errors[field]) > 10
    assert {record.source for record in own(stand, name)} <= {organisation(stand, "clinic").name}
    assert not [record for record in own(stand, name) if record.content.get("test") is None and name != "laboratory_test"]


@TYPES
def test_an_empty_form_complains_of_every_field_at_once(stand: Stand, name: str) -> None:
    outcome = send(stand, name, {})
    assert set(outcome.read.errors) >= set(SAMPLES[name].required) - {"result"}


@TYPES
def test_the_form_says_what_the_record_says(stand: Stand, name: str) -> None:
    """Whoever opens a record to correct it and changes nothing has written the same draft."""
    record, kind = entered(stand, name), BY_NAME[name]
    with stand.realm.database.read() as connection:
        entry = entry_of(connection, stand.realm, patient_id=record.patient_id, organisation="", corrected=record)
        read = form_of(kind, entry).read(kind.values_of(record))
        assert read.is_valid, read.errors
        draft = kind.draft_of(read.values, entry)
    assert (draft.occurred_on, draft.organisation, draft.content) == (record.occurred_on, record.organisation, record.content)


@TYPES
def test_what_is_written_as_fhir_is_read_as_the_same(stand: Stand, name: str) -> None:
    record = entered(stand, name)
    draft = there_and_back(record)
    assert (draft.occurred_on, draft.organisation, draft.content) == (record.occurred_on, record.organisation, record.content)
    resource = BY_NAME[name].as_resource(record)
    assert resource["resourceType"] == BY_NAME[name].resource_type
    assert resource["id"] == record.id
    reference = resource.get("patient") or resource["subject"]
    assert reference == {"reference": f"Patient/{record.patient_id}"}
    assert not [member for member in resource.values() if member in (None, "", [], {})]


@pytest.mark.parametrize("path", BUNDLES, ids=lambda path: path.name)
def test_every_bundle_we_carry_goes_there_and_back(path: Any) -> None:
    for name, draft in read_bundle(path.read_bytes(), source=path.name).drafts:
        record = Record("r", "p", name, draft.occurred_on, draft.organisation, path.name, 0, draft.content)
        assert there_and_back(record) == draft


@TYPES
def test_r156_the_same_form_twice_is_one_record(stand: Stand, name: str) -> None:
    first = entered(stand, name)
    second = enter(stand, name)
    assert second.record is None
    assert second.known_id == first.id or set(second.read.errors) == {"pcr"}
    assert [record.id for record in own(stand, name) if record.content.get("test") or name != "disease_case"][:1]
    same = [record for record in own(stand, name) if record.occurred_on == first.occurred_on]
    assert same == [first]


@TYPES
def test_r156_another_event_is_another_record(stand: Stand, name: str) -> None:
    first = entered(stand, name)
    other = {"pcr": another_proof(stand)} if name == "disease_case" else dict(SAMPLES[name].other)
    second = entered(stand, name, other)
    assert second.id != first.id


def another_proof(stand: Stand) -> str:
    outcome = send(stand, "laboratory_test", {**PCR, "occurred_on": "2026-11-12"})
    assert outcome.record is not None
    return outcome.record.id


@pytest.mark.parametrize("name", [name for name, sample in SAMPLES.items() if sample.twin])
def test_r156_the_same_event_told_otherwise_is_one_record(stand: Stand, name: str) -> None:
    first = entered(stand, name)
    second = enter(stand, name, dict(SAMPLES[name].twin or {}), by="centre")
    assert (second.record, second.known_id) == (None, first.id)


@TYPES
def test_the_same_event_of_two_people_is_two_records(stand: Stand, name: str) -> None:
    assert entered(stand, name, snils=MAYA).id != entered(stand, name, snils=ANTON).id


@TYPES
def test_a_correction_is_a_new_version_and_the_old_one_stays(stand: Stand, name: str) -> None:
    record, kind, labels = entered(stand, name), BY_NAME[name], stand.realm.room(CodeLabels)
    changed = correct(stand, record, {**kind.values_of(record), **SAMPLES[name].corrected}).record
    assert changed is not None
    with stand.realm.database.read() as connection:
        now, former = find_record(connection, stand.realm, record.id), versions_of(connection, stand.realm, record)
    assert now == changed
    assert (changed.version, changed.author, changed.reason) == (2, "staff:other", "опечатка")
    assert [(version.version, version.content) for version in former] == [(1, record.content)]
    before, after = SAMPLES[name].said
    for version, words in ((record, before), (changed, after)):
        card = kind.card(version, labels)
        text = " ".join((card.title, card.detail, *(mark.text for mark in card.marks), *(value for _, value in card.facts)))
        assert words in text
    assert there_and_back(changed).content == changed.content


@TYPES
def test_rg_27_who_corrects_what_somebody_changed_meanwhile_is_told(stand: Stand, name: str) -> None:
    record, kind = entered(stand, name), BY_NAME[name]
    values = {**kind.values_of(record), **SAMPLES[name].corrected}
    first, second = correct(stand, record, values), correct(stand, record, values)
    assert first.record is not None
    assert (second.record, second.is_stale) == (None, True)
    assert dict(second.read.texts) == {**dict.fromkeys(second.read.texts, ""), **values}


def correct(stand: Stand, record: Record, values: dict[str, str]) -> Outcome:
    with stand.realm.database.write() as connection:
        return correct_record(
            connection,
            stand.realm,
            record=record,
            kind=BY_NAME[record.type_name],
            sent=values,
            expected_version=record.version,
            author="staff:other",
            reason="опечатка",
        )


@TYPES
def test_what_was_withdrawn_may_be_told_again(stand: Stand, name: str) -> None:
    record = entered(stand, name)
    with stand.realm.database.write() as connection:
        withdraw_record(connection, stand.realm, record_id=record.id, expected_version=1, author="staff:test", reason="ошибка")
    assert record not in own(stand, name)
    assert entered(stand, name).id != record.id


@pytest.mark.parametrize("snils", [VERA, ANTON])
def test_whatever_came_from_elsewhere_can_be_corrected_without_loss(stand: Stand, snils: str) -> None:
    """Vaccines of no list of ours, cases without a test, values in other units: what the form cannot say stays as it was."""
    with stand.realm.database.read() as connection:
        records = records_of(connection, stand.realm, patient_id(stand, snils))
        for record in records:
            kind = BY_NAME[record.type_name]
            entry = entry_of(connection, stand.realm, patient_id=record.patient_id, organisation="", corrected=record)
            texts = kind.values_of(record)
            read = form_of(kind, entry).read({**texts, **({"dose": "1", "lot": "А-1"} if "dose" in texts else {})})
            assert read.is_valid, (record.type_name, read.errors)
            draft = kind.draft_of(read.values, entry)
            told = {member: draft.content[member] for member in record.content if member in STABLE}
            assert told == {member: value for member, value in record.content.items() if member in STABLE}


@pytest.mark.parametrize("written", ["0", "0.5", "42.50", "133", "-3", "1e3", "123456789012", "0.000000000125", "1234567.00001"])
def test_a_number_goes_there_and_back_and_stays_what_it_is(written: str) -> None:
    number = plain_number(Decimal(written), "value")
    assert Decimal(number) == Decimal(written)
    again = json.loads(json.dumps(write_number(number)), parse_float=Decimal)
    assert plain_number(again, "value") == number


@pytest.mark.parametrize("number", [True, "133", None, 1.5, Decimal("NaN"), Decimal("Infinity"), Decimal("1e40"), 1234567890123])
def test_what_is_no_number_of_a_laboratory_is_refused(number: object) -> None:
    with pytest.raises(EntryRefused, match="value"):
        plain_number(number, "value")


STABLE = {
    "codings",
    "product",
    "manufacturer",
    "name",
    "value",
    "unit",
    "comparator",
    "limit",
    "diagnosis",
    "number",
    "measure",
    "result",
}
"""What a correction of a lot, a dose or a day must not touch."""
