"""A database of the version before data keys: what the vault had sealed is sealed anew, and nothing is lost or told twice."""

import json
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Table, insert, select

from ground.chance import SeededChance
from ground.clock import FixedClock
from ground.database import table_of
from rp.cli.prepare import prepare_database
from rp.database import MIGRATIONS
from rp.patients.directory import find_by_name, find_by_snils, snils_index
from rp.patients.matching import linked_patient
from rp.patients.models import PatientLink, PatientRow
from rp.realm import Realm, open_realm
from rp.records.models import RecordRow
from rp.records.store import records_of
from rp.settings import Settings
from tests.rp.conftest import NOW, make_home

PERSON = {
    "family_name": "Ёлкина",
    "given_name": "Рита",
    "middle_name": None,
    "birth_date": "1990-05-05",
    "gender": "female",
    "snils": "00000009900",
    "region": "77",
}
DOSE = {
    "codings": [{"system": "http://hl7.org/fhir/sid/cvx", "code": "505"}],
    "product": None,
    "lot": "УЧ-0417",
    "dose": 1,
    "series": 2,
    "manufacturer": None,
}


@pytest.fixture
def realm(tmp_path: Path) -> Realm:
    (tmp_path / "home").mkdir()
    settings = Settings(environment="test")
    realm = open_realm(settings, make_home(tmp_path / "home"), clock=FixedClock(NOW), chance=SeededChance(b"old"))
    MIGRATIONS.upgrade(realm.database, to="0004")
    return realm


def put(realm: Realm, table: Table, row: dict[str, object]) -> None:
    """A row as the version before wrote it: it knew these columns."""
    with realm.database.write() as connection:
        connection.execute(insert(table).values(row))


def fill(realm: Realm) -> None:
    sealed = realm.vault.seal_fields("patients:old-patient", PERSON)
    patient = {"id": "old-patient", "snils_index": snils_index(realm, str(PERSON["snils"])), "sealed": sealed, "created_at": 1000}
    put(realm, table_of(PatientRow), patient)
    for number, organisation in enumerate(("Поликлиника № 0", "Центр прививок")):
        row = {
            "id": f"old-{number}",
            "patient_id": "old-patient",
            "type_name": "vaccination",
            "occurred_on": date(2021, 3, 1),
            "organisation": organisation,
            "source": "old.json",
            "sealed": realm.vault.seal_fields(f"records:old-{number}", DOSE),
            "identity_hash": realm.vault.blind_index("record identity", json.dumps(["old-patient", organisation])),
            "created_at": 1000 + number,
        }
        put(realm, table_of(RecordRow), row)
    for subject, linked_at in (("second", 20), ("first", 10)):
        link = {"issuer": "http://localhost:8400", "subject": subject, "patient_id": "old-patient", "linked_at": linked_at}
        put(realm, table_of(PatientLink), link)


def test_op_17_what_the_vault_had_sealed_opens_by_keys_of_its_owner(realm: Realm, capsys: pytest.CaptureFixture[str]) -> None:
    fill(realm)
    prepare_database(realm)
    assert "rp: 3 people and records sealed by keys of their own" in capsys.readouterr().out
    with realm.database.read() as connection:
        found = find_by_snils(connection, realm, "000-000-099 00")
        assert found is not None and found.person.full_name == "Ёлкина Рита"
        name = {"family_name": "елкина", "given_name": "Рита", "birth_date": date(1990, 5, 5)}
        assert find_by_name(connection, realm, **name) == (found,)
        assert [record.id for record in records_of(connection, realm, found.id)] == ["old-0"], (
            "one dose, told by two organisations"
        )
        sealed = connection.execute(select(table_of(RecordRow).c.sealed)).scalars().all()
        assert all(value[:2] == b"\0\0" for value in sealed)
        assert linked_patient(connection, issuer="http://localhost:8400", subject="first") == "old-patient"
        assert linked_patient(connection, issuer="http://localhost:8400", subject="second") is None
    prepare_database(realm)
    assert "sealed by keys" not in capsys.readouterr().out
    realm.database.close()
