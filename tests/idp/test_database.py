"""The schema of the provider: what migrations lead to is what the code expects."""

import shutil
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy.exc import OperationalError

from ground.clock import FixedClock
from ground.database import Database
from ground.migration import DatabaseNewer, Migrations
from ground.preparation import bring_up_to_date
from idp.app import make_app
from idp.citizens.models import MEDICAL_SERVICE
from idp.database import MIGRATIONS, Base
from tests.idp.stand import Stand

ENTER_BEFORE = """
    INSERT INTO citizens (id, sealed, snils_index, created_at, second_factor_required, risk_is_judged) VALUES (?, '', ?, 1, 0, 0)
"""
"""In the columns of then: those of today's model are not all there before the last revision."""


@pytest.fixture
def empty(tmp_path: Path) -> Database:
    database = Database(f"sqlite:///{tmp_path / 'idp.sqlite3'}")
    yield database
    database.close()


def bring_up(database: Database, folder: Path) -> str:
    return bring_up_to_date(
        database, MIGRATIONS, sqlite_file=folder / "idp.sqlite3", backups=folder / "var", clock=FixedClock(Stand.START)
    )


def test_migrations_on_an_empty_database_lead_to_the_models(empty: Database, tmp_path: Path) -> None:
    assert make_app, "every table is declared once the rooms are imported"
    assert bring_up(empty, tmp_path) == "the database was made"
    with empty.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_r094_whoever_was_here_before_the_role_was_asked_for_has_it(empty: Database, tmp_path: Path) -> None:
    """A stand that is brought up to date: its people went to the registry yesterday, and do today. A bank's customers did not."""
    before = tmp_path / "migrations"
    shutil.copytree(MIGRATIONS.folder, before, ignore=shutil.ignore_patterns("__pycache__"))
    versions = sorted((before / "versions").glob("*.py"))
    role = next(index for index, version in enumerate(versions) if version.name.endswith("_acting.py"))
    for version in versions[role:]:
        version.unlink()
    Migrations(before, MIGRATIONS.metadata).upgrade(empty)
    with empty.write() as connection:
        for person in (("citizen", b"1"), ("customer", None)):
            connection.exec_driver_sql(ENTER_BEFORE, person)
    bring_up(empty, tmp_path)
    with empty.read() as connection:
        assert connection.exec_driver_sql("SELECT citizen_id, role FROM citizen_roles").all() == [("citizen", MEDICAL_SERVICE)]


def test_second_run_does_nothing_and_makes_no_copy(empty: Database, tmp_path: Path) -> None:
    bring_up(empty, tmp_path)
    assert bring_up(empty, tmp_path) == "the database is up to date"
    assert not (tmp_path / "var").exists()


def test_newer_database_is_refused_and_left_alone(empty: Database, tmp_path: Path) -> None:
    bring_up(empty, tmp_path)
    with empty.write() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(DatabaseNewer, match="9999"):
        bring_up(empty, tmp_path)
    assert MIGRATIONS.current(empty) == "9999"


def test_migration_that_fails_in_the_middle_leaves_nothing(empty: Database, tmp_path: Path) -> None:
    with empty.write() as connection:
        connection.exec_driver_sql("CREATE TABLE sessions (x INTEGER)")
    with pytest.raises(OperationalError, match="sessions"):
        bring_up(empty, tmp_path)
    with empty.read() as connection:
        tables = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'").scalars().all()
    assert tables == ["sessions"]


def test_personal_columns_are_sealed_and_found_by_blind_indexes_only() -> None:
    plain = {
        (table.name, column.name)
        for table in Base.metadata.tables.values()
        for column in table.columns
        if any(word in column.name for word in ("phone", "email", "snils", "name", "address", "text", "birth", "passport"))
    }
    assert plain == {
        ("citizens", "phone_index"), ("citizens", "email_index"), ("citizens", "snils_index"), ("citizens", "phone_verified_at"),
        ("citizens", "email_verified_at"), ("outbox", "address_index"), ("counters", "name"),
        ("failing_recipients", "address_index"), ("citizens", "passport_checked_at"), ("citizens", "passport_index"),
        ("one_time_codes", "address_index"), ("organisations", "name"), ("watermarks", "name"),
    }  # fmt: skip


def test_every_time_is_whole_seconds() -> None:
    for table in Base.metadata.tables.values():
        for column in table.columns:
            if column.name.endswith("_at"):
                assert str(column.type) == "BIGINT", f"{table.name}.{column.name}"
