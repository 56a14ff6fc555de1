"""The database: safe before it is fast, one writer at a time."""

import sqlite3
import threading
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine

from ground import database as module
from ground.database import Database, DatabaseUnsafe


@pytest.fixture
def database(tmp_path: Path) -> Database:
    database = Database(f"sqlite:///{tmp_path / 'x.sqlite3'}")
    with database.write() as connection:
        connection.exec_driver_sql("CREATE TABLE counters (n INTEGER)")
        connection.exec_driver_sql("INSERT INTO counters VALUES (0)")
    yield database
    database.close()


@pytest.mark.parametrize(
    ("pragma", "value"), [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1), ("busy_timeout", 10_000)]
)
@pytest.mark.parametrize("role", ["read", "write"])
def test_every_connection_is_safe(database: Database, role: str, pragma: str, value: object) -> None:
    with getattr(database, role)() as connection:
        assert connection.exec_driver_sql(f"PRAGMA {pragma}").scalar() == value


@pytest.mark.parametrize("answers", [("delete", 2), ("wal", 1), ("wal", 0), ("off", 2)])
def test_connection_that_could_lose_data_is_refused(answers: tuple[str, int], monkeypatch: pytest.MonkeyPatch) -> None:
    class Cursor:
        def execute(self, statement: str) -> "Cursor":
            self.statement = statement
            return self

        def fetchone(self) -> tuple[object]:
            return (answers["journal_mode" not in self.statement],)

        def close(self) -> None:
            pass

    class Unsafe(sqlite3.Connection):
        def cursor(self, *_: object) -> Cursor:  # type: ignore[override]
            return Cursor()

    connection = Unsafe(":memory:")
    with pytest.raises(DatabaseUnsafe):
        module._prepare_sqlite(connection, None)  # type: ignore[arg-type]
    connection.close()


def test_writers_wait_for_each_other_and_lose_nothing(database: Database) -> None:
    def add() -> None:
        for _ in range(25):
            with database.write() as connection:
                (number,) = connection.exec_driver_sql("SELECT n FROM counters").one()
                connection.exec_driver_sql("UPDATE counters SET n = ?", (number + 1,))

    threads = [threading.Thread(target=add) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.read() as connection:
        assert connection.exec_driver_sql("SELECT n FROM counters").scalar() == 100


def test_transaction_that_raises_leaves_nothing(database: Database) -> None:
    def break_off() -> None:
        with database.write() as connection:
            connection.exec_driver_sql("UPDATE counters SET n = 9")
            raise OSError("broke")

    with pytest.raises(OSError, match="broke"):
        break_off()
    with database.read() as connection:
        assert connection.exec_driver_sql("SELECT n FROM counters").scalar() == 0


def test_transactions_do_not_nest(database: Database) -> None:
    with database.write(), pytest.raises(RuntimeError, match="hand its connection on"), database.write():
        pass


def test_reader_sees_each_new_commit(database: Database) -> None:
    with database.read() as reader:
        assert reader.exec_driver_sql("SELECT n FROM counters").scalar() == 0
        with database.write() as writer:
            writer.exec_driver_sql("UPDATE counters SET n = 1")
        assert reader.exec_driver_sql("SELECT n FROM counters").scalar() == 1


def test_engine_is_of_the_address(database: Database) -> None:
    assert isinstance(database.engine, Engine)
    assert database.is_sqlite


def test_what_is_written_behind_is_not_waited_for_and_everything_after_it_is(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'behind.sqlite3'}")

    def synchronous(connection: Connection) -> object:
        return connection.exec_driver_sql("PRAGMA synchronous").scalar()

    with database.write_behind() as connection:
        connection.exec_driver_sql("CREATE TABLE things (name TEXT)")
        assert synchronous(connection) == 1
    with database.write() as connection:
        assert synchronous(connection) == 2
    with pytest.raises(ZeroDivisionError), database.write_behind() as connection:
        connection.exec_driver_sql("INSERT INTO things VALUES (?)", (1 // 0,))
    with database.write() as connection:
        assert synchronous(connection) == 2
        assert connection.exec_driver_sql("SELECT count(*) FROM things").scalar() == 0
    database.close()
