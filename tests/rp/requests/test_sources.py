"""Sources that tell the same again and again (the seed, at each start) bring nothing back that people took away."""

import pytest

from rp.patients.directory import find_by_snils
from rp.records.bundle import read_bundle
from rp.records.seed import load_seed
from rp.records.store import add_record, records_of, withdraw_record
from tests.rp.conftest import Stand


@pytest.fixture
def stand(both_stands: Stand) -> Stand:
    return both_stands


def test_a_withdrawn_record_comes_back_by_hand_only(stand: Stand) -> None:
    realm = stand.realm
    file = realm.home.config_path("seed/records/vera-case.json")
    bundle = read_bundle(file.read_bytes(), source=file.name)
    type_name, draft = next(told for told in bundle.drafts if told[0] == "disease_case")
    with realm.database.write() as connection:
        vera = find_by_snils(connection, realm, "000-000-017 00")
        assert vera is not None
        [case] = [record for record in records_of(connection, realm, vera.id) if record.type_name == type_name]
        withdraw_record(connection, realm, record_id=case.id, expected_version=1, author="staff:1", reason="не тот человек")
    with realm.database.write() as connection:
        assert not any(report.added for _key, _outcome, report in load_seed(connection, realm))
        assert add_record(connection, realm, patient_id=vera.id, type_name=type_name, draft=draft, source="поликлиника")
