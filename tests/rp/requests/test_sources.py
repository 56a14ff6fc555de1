"""Sources that tell the same again and again (the seed, at each start) bring nothing back that people took away."""

import re
from typing import Any

import pytest

from rp.organisations.directory import find_by_ogrn
from rp.patients.directory import find_by_snils
from rp.records.bundle import read_bundle
from rp.records.catalogue import BY_NAME
from rp.records.entering import correct_record, enter_record
from rp.records.seed import load_seed
from rp.records.store import add_record, records_of, withdraw_record
from tests.rp.conftest import Stand
from tests.rp.requests.desk import ANTON, CLINIC, PYOTR, desk_of
from tests.rp.requests.test_erasure import OLD, ask_to_erase, decide, record_of


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


def test_r138_what_was_erased_is_not_entered_again_and_whoever_tries_is_told(stand: Stand) -> None:
    record_id, patient_id = record_of(stand, OLD)
    with stand.realm.database.read() as connection:
        lot = next(each.content["lot"] for each in records_of(connection, stand.realm, patient_id) if each.id == record_id)
    assert decide(stand, ask_to_erase(desk_of(stand, PYOTR), record_id)) == 303
    anton = desk_of(stand, ANTON)
    path = f"/staff/patients/{patient_id}/new/vaccination"
    product = re.findall(r'<option value="([^"]+)"', anton.open(path).text)[0]
    answer = anton.send(path, "entry-form", to=path, product=product, occurred_on=OLD, lot=lot, dose="1")
    assert answer.status_code == 422
    assert "Такая запись была, и её удалили, отозвали или исправили." in answer.text


def test_r156_a_system_that_tells_of_what_was_put_right_makes_no_second_record_and_a_person_may(stand: Stand) -> None:
    """A clinic's system goes on sending the dose with the lot that a registrar has put right since."""
    realm = stand.realm
    with realm.database.write() as connection:
        vera = find_by_snils(connection, realm, "000-000-017 00")
        organisation = find_by_ogrn(connection, CLINIC)
        assert vera is not None and organisation is not None
        dose = next(each for each in records_of(connection, realm, vera.id) if each.type_name == "vaccination")
        kind = BY_NAME[dose.type_name]
        told: dict[str, Any] = {"realm": realm, "kind": kind, "author": "client:1"}
        texts = kind.values_of(dose)
        right = {**texts, "lot": "УЧ-0500"}
        assert correct_record(connection, record=dose, sent=right, expected_version=1, reason="серия", **told).record
        told |= {"patient_id": vera.id, "organisation": organisation, "sent": texts}
        again = enter_record(connection, is_repeated=True, **told)
        assert again.record is None
        assert "Такая запись была, и её удалили, отозвали или исправили." in again.read.errors.values()
        assert enter_record(connection, **told).record is not None
