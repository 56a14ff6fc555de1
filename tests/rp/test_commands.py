"""The commands of the registry, its settings and its migrations."""

import shutil
import sqlite3
import stat
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from click.testing import CliRunner, Result

from ground.database import Database
from ground.settings import SettingRefused
from rp.app import create_app
from rp.cli import main
from rp.database import MIGRATIONS, Base, DatabaseNotReady
from rp.settings import Settings, read_settings
from tests.rp.conftest import ROOT, Stand


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "config").symlink_to(ROOT / "config")
    monkeypatch.setenv("PROPUSK_HOME", str(tmp_path))
    return tmp_path


@pytest.fixture
def prepared_home(home: Path, prepared: Path) -> Path:
    """A home where `keys` and `prepare` have run."""
    shutil.copytree(prepared / "keys", home / "keys")
    shutil.copytree(prepared / "var", home / "var")
    return home


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


def test_c06_keys_are_made_once_and_only_for_their_owner(home: Path) -> None:
    first = run("keys")
    assert first.exit_code == 0
    files = {path: path.read_bytes() for path in (home / "keys" / "rp").iterdir()}
    assert {path.name for path in files} == {"secrets.json", "key-encryption-keys.json", "client-secret"}
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    second = run("keys")
    assert second.output == ""
    assert {path: path.read_bytes() for path in files} == files


def test_prepare_makes_everything_and_a_second_time_nothing(home: Path) -> None:
    run("keys")
    first = run("prepare")
    assert first.exit_code == 0, first.output
    assert "rp: the database was made" in first.output
    assert "patient vera: added, 11 new, 0 known" in first.output
    assert "statistics: 18445 new, 0 changed, 0 known" in first.output
    assert run("prepare").output == "rp: the database is up to date\n"
    assert run("journal", "verify").output.startswith("the journal is whole: rows 1 to ")


def test_without_keys_one_sentence_says_what_to_do(home: Path) -> None:
    result = run("prepare")
    assert result.exit_code == 1
    assert result.stderr.strip().endswith("secrets.json is missing: run scripts/keys to make it")
    assert result.stderr.count("\n") == 1


def test_a_newer_database_is_refused_and_left_alone(prepared_home: Path) -> None:
    with sqlite3.connect(prepared_home / "var" / "rp.sqlite3") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    for command in (("prepare",), ("journal", "verify"), ("serve",)):
        result = run(*command)
        assert result.exit_code == 1
        assert result.stderr == "the database is at revision 9999, which this version does not know\n"


def test_a_database_that_needs_it_is_backed_up_before_it_is_migrated(
    prepared_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As if this version knew one more revision.
    checks = iter([False, True, True])
    monkeypatch.setattr(type(MIGRATIONS), "check", lambda *_: next(checks))
    result = run("prepare")
    assert "rp: the database was migrated, a copy of the old one is" in result.output
    copies = list((prepared_home / "var").glob("backup-*/rp.sqlite3"))
    assert len(copies) == 1
    with sqlite3.connect(copies[0]) as connection:
        assert connection.execute("SELECT count(*) FROM records").fetchone() == (24,)
    connection.close()


def test_records_are_imported_for_a_registered_person_only(prepared_home: Path) -> None:
    bundle = str(ROOT / "config" / "data" / "fhir" / "bundle-immunization-covid.json")
    assert run("import", "fhir", bundle, "--snils", "000-000-019 00").output == "bundle-immunization-covid.json: 3 new, 0 known\n"
    assert run("import", "fhir", bundle, "--snils", "00000001900").output == "bundle-immunization-covid.json: 0 new, 3 known\n"
    for snils in ("000-000-099 00", "112-233-445 96", "12"):
        assert run("import", "fhir", bundle, "--snils", snils).exit_code == 1


def test_one_bad_bundle_of_several_stops_all(prepared_home: Path, tmp_path: Path) -> None:
    good = str(ROOT / "config" / "data" / "fhir" / "bundle-immunization-covid.json")
    bad = tmp_path / "bad.json"
    bad.write_text('{"resourceType": "Bundle", "type": "collection"}')
    result = run("import", "fhir", good, str(bad), "--snils", "000-000-019 00")
    assert result.exit_code == 1
    assert result.stderr == "bad.json: it must be about one Patient, not 0\n"
    assert "3 new" in run("import", "fhir", good, "--snils", "000-000-019 00").output


def test_an_application_without_a_prepared_database_does_not_start(stand: Stand) -> None:
    with stand.realm.database.write() as connection:
        connection.exec_driver_sql("DELETE FROM alembic_version")
    with pytest.raises(DatabaseNotReady):
        create_app(stand.realm)


def test_the_migrations_lead_to_the_models(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'new.sqlite3'}")
    MIGRATIONS.upgrade(database)
    MIGRATIONS.upgrade(database)
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
    database.close()


def test_health_says_which_environment_it_is(stand: Stand) -> None:
    response = stand.app().test_client().get("/health")
    assert response.get_json() == {"status": "ok", "environment": "test"}


# ---- Settings


def test_without_a_file_the_environment_is_production_and_wants_https(tmp_path: Path) -> None:
    with pytest.raises(SettingRefused, match="must begin with https:// in production"):
        read_settings({"PROPUSK_HOME": str(tmp_path)})
    addresses = {"REGISTRY_URL": "https://rp.example", "REGISTRY_ISSUER": "https://idp.example"}
    settings, _ = read_settings({"PROPUSK_HOME": str(tmp_path), **addresses})
    assert settings.environment == "production"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("REGISTRY_ENVIRONMENT", "testing"),
        ("REGISTRY_REQUIRED_ACR", "gold"),
        ("REGISTRY_LISTEN", "8500"),
        ("REGISTRY_LISTEN", "127.0.0.1:port"),
        ("REGISTRY_URL", "ftp://localhost"),
        ("REGISTRY_ISSUER", "http://localhost:8400/"),
        ("REGISTRY_TLS_CERTIFICATE", "cert.pem"),
        ("REGISTRY_COLOUR", "red"),
        ("REGISTRY_CONFIG", "/nowhere/rp.toml"),
    ],
)
def test_a_setting_that_makes_no_sense_is_refused(name: str, value: str) -> None:
    with pytest.raises(SettingRefused):
        read_settings({"PROPUSK_HOME": str(ROOT), name: value})


def test_the_test_stand_is_what_its_file_says() -> None:
    settings, home = read_settings({"PROPUSK_HOME": str(ROOT)})
    assert settings == Settings(environment="test")
    assert settings.is_test
    assert home.root == ROOT
