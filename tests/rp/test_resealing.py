"""A database of an older version: sealed by the vault, and telling events apart in another way."""

import json

import pytest
from sqlalchemy import func, insert, select, update

from ground.database import table_of
from rp.records.models import RecordRow
from rp.records.numbers import find_by_number
from rp.records.record_type import Record
from rp.records.resealing import reseal_old
from rp.records.seed import load_seed
from rp.records.store import records_of
from tests.rp.conftest import Stand
from tests.rp.staff.people import ANTON, LABORANT, PYOTR, VERA, at_work, patient_id

TABLE = table_of(RecordRow)


@pytest.fixture
def stand(both_stands: Stand) -> Stand:
    return both_stands


def as_it_was(stand: Stand, record: Record, *, id: str | None = None) -> dict[str, object]:
    """The row of a record as the older version had it: each source's telling of a dose was a record of its own."""
    row_id, vault = id or record.id, stand.realm.vault
    return {
        "id": row_id,
        "sealed": vault.seal_fields(f"records:{row_id}", {k: v for k, v in record.content.items() if k != "test"}),
        "identity_hash": vault.blind_index("record identity", json.dumps([record.organisation, record.id, id])),
        "number_index": None,
        "changed_at": 0,
    }


def make_old(stand: Stand) -> None:
    """Put all records back, and tell of one of Vera's doses once more, by another organisation."""
    with stand.realm.database.write() as connection:
        for snils in (VERA, PYOTR, ANTON):
            for record in records_of(connection, stand.realm, patient_id(stand, snils)):
                connection.execute(update(RecordRow).where(TABLE.c.id == record.id).values(as_it_was(stand, record)))
                if record.content.get("lot") == "УЧ-0417":
                    row = connection.execute(select(TABLE).where(TABLE.c.id == record.id)).mappings().one()
                    twin = as_it_was(stand, record, id="twin")
                    later = {"organisation": "Другая поликлиника", "created_at": row["created_at"] + 1}
                    connection.execute(insert(RecordRow), {**row, **twin, **later})


def test_a_value_with_a_fraction_survives(stand: Stand) -> None:
    values = {"test": "94505-5", "occurred_on": "2026-09-01", "value": "42,5", "unit": "BAU/мл"}
    at_work(stand, LABORANT).entered(patient_id(stand, VERA), "laboratory_test", **values)
    make_old(stand)
    reseal_old(stand.realm)
    with stand.realm.database.read() as connection:
        records = records_of(connection, stand.realm, patient_id(stand, VERA))
    assert "42.5" in [record.content.get("value") for record in records]


def count(stand: Stand, *, withdrawn: bool) -> int:
    is_withdrawn = TABLE.c.withdrawn_at.is_not(None) if withdrawn else TABLE.c.withdrawn_at.is_(None)
    with stand.realm.database.read() as connection:
        return connection.execute(select(func.count()).select_from(TABLE).where(is_withdrawn)).scalar_one()


def test_r156_an_older_database_has_one_record_of_each_event_afterwards(stand: Stand) -> None:
    with stand.realm.database.read() as connection:
        before = records_of(connection, stand.realm, patient_id(stand, VERA))
    make_old(stand)
    reseal_old(stand.realm)
    assert reseal_old(stand.realm) == 0
    assert count(stand, withdrawn=True) == 1
    with stand.realm.database.read() as connection:
        after = records_of(connection, stand.realm, patient_id(stand, VERA))
    assert [(record.id, record.organisation) for record in after] == [(record.id, record.organisation) for record in before]
    kept = {record.id: record.content for record in after}
    assert all(kept[record.id] == {k: v for k, v in record.content.items() if k != "test"} for record in before)


def test_r156_what_an_older_database_knew_is_not_taken_twice(stand: Stand) -> None:
    make_old(stand)
    reseal_old(stand.realm)
    records = count(stand, withdrawn=False)
    with stand.realm.database.write() as connection:
        added = sum(report.added for _key, _outcome, report in load_seed(connection, stand.realm))
    assert added == 0
    assert count(stand, withdrawn=False) == records


def test_a_case_of_an_older_database_is_found_by_its_number(stand: Stand) -> None:
    make_old(stand)
    reseal_old(stand.realm)
    with stand.realm.database.read() as connection:
        found = find_by_number(connection, stand.realm, "0000000000000017")
    assert found is not None
    assert found[1] == patient_id(stand, VERA)
