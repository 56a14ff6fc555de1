"""One database of one application: how it is opened, read and written, so that nothing acknowledged is lost.

SQLite runs in WAL with `synchronous=FULL` (an acknowledged commit survives a power cut) and every transaction that
writes begins with `BEGIN IMMEDIATE` (two writers wait for each other instead of failing late). PostgreSQL keeps its own
defaults, which are asserted. Both are checked on every connection: a database that could lose data is refused.
"""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Dialect, Engine, QueuePool, Table, create_engine, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.util import LRUCache

BUSY_TIMEOUT_MILLISECONDS = 10_000
EMPTYING_TIMEOUT_MILLISECONDS = 1_000
"""Whoever empties the log keeps writers waiting meanwhile."""
CACHED_STATEMENTS = 256
DISPOSABLE_IDLE_CONNECTIONS = 2
SQLITE_ARGUMENTS: dict[str, Any] = {"cached_statements": CACHED_STATEMENTS, "timeout": BUSY_TIMEOUT_MILLISECONDS / 1000}

NAMING_CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
"""Names of constraints that migrations can rely on in both databases."""


def table_of(model: type[DeclarativeBase]) -> Table:
    """The Core table of a model, for the statements that change state."""
    table = model.__table__
    assert isinstance(table, Table), f"{model.__name__} has no table of its own"
    return table


class DatabaseUnsafe(Exception):
    """The database would acknowledge a write before it is on disk."""


class Database:
    """An engine, and per thread one held connection to read and one to write.

    A held connection costs a quarter of one taken from the pool for each statement. A disposable database is one of many
    in a process and thrown away soon: it holds no connections, keeps few open, and a power cut may take it.
    """

    def __init__(self, url: str, *, is_disposable: bool = False) -> None:
        self.engine: Engine = _disposable_engine(url) if is_disposable else _engine(url)
        self.is_sqlite = self.engine.dialect.name == "sqlite"
        if not is_disposable:
            event.listen(self.engine, "connect", _prepare_sqlite if self.is_sqlite else _check_postgresql)
        if self.is_sqlite:
            event.listen(self.engine, "begin", _begin_sqlite)
        self.writing_engine: Engine = self.engine.execution_options(writes=True)
        self._is_held = not is_disposable
        self._held = threading.local()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection that only reads; each statement sees the newest commit."""
        if not self._is_held:
            with self.engine.connect() as connection:
                yield connection
            return
        connection = self._hold("reader", self.engine)
        try:
            yield connection
        finally:
            connection.rollback()

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that writes: committed when the block ends, rolled back when it raises. Does not nest."""
        if self.open_transaction() is not None:
            raise RuntimeError("a transaction is open on this thread: hand its connection on instead")
        with self._writer() as connection, connection.begin():
            self._held.transaction = connection
            try:
                yield connection
            finally:
                self._held.transaction = None

    @contextmanager
    def write_behind(self) -> Iterator[Connection]:
        """The same for what nobody is told was written: a power cut may take it, and no other writer waits for the disk."""
        is_careful = self._is_held and self.is_sqlite
        if is_careful:
            _set_synchronous(self._hold("writer", self.writing_engine), "NORMAL")
        try:
            with self.write() as connection:
                yield connection
        finally:
            if is_careful:
                _set_synchronous(self._hold("writer", self.writing_engine), "FULL")

    def empty_log(self) -> None:
        """Have SQLite take its log into the file and forget it, as far as nobody is reading: what was erased stands there too."""
        if self.is_sqlite:
            with self.engine.connect() as connection:
                driver = connection.connection.driver_connection
                assert isinstance(driver, sqlite3.Connection)
                driver.execute(f"PRAGMA busy_timeout={EMPTYING_TIMEOUT_MILLISECONDS}")
                driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                driver.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MILLISECONDS}")

    def open_transaction(self) -> Connection | None:
        """The connection of the transaction that writes on this thread, if there is one."""
        transaction: Connection | None = getattr(self._held, "transaction", None)
        return transaction

    @contextmanager
    def _writer(self) -> Iterator[Connection]:
        if self._is_held:
            yield self._hold("writer", self.writing_engine)
            return
        with self.writing_engine.connect() as connection:
            yield connection

    def _hold(self, role: str, engine: Engine) -> Connection:
        connection: Connection | None = getattr(self._held, role, None)
        if connection is None or connection.closed or connection.invalidated:
            connection = engine.connect()
            setattr(self._held, role, connection)
        return connection

    def close(self) -> None:
        """Close this thread's connections and every pooled one."""
        self.release()
        self.engine.dispose()

    def release(self) -> None:
        """Give this thread's connections back: before a thread ends that others follow."""
        for role in ("reader", "writer"):
            connection: Connection | None = getattr(self._held, role, None)
            if connection is not None:
                connection.close()
                delattr(self._held, role)


def _engine(url: str) -> Engine:
    options: dict[str, Any] = {"pool_size": 16, "max_overflow": 48}
    if make_url(url).get_backend_name() == "sqlite":
        options["connect_args"] = SQLITE_ARGUMENTS
    return create_engine(url, **options)


def _disposable_engine(url: str) -> Engine:
    """An engine on an SQLite file that shares its compiled statements with all others of its kind.

    An engine of one's own compiles every statement anew: 1 ms each, for a sign-in more than the sign-in.
    """
    file = make_url(url).database
    assert file is not None, "a disposable database is a file"

    def connect() -> DBAPIConnection:
        connection: DBAPIConnection = sqlite3.connect(file, check_same_thread=False, **SQLITE_ARGUMENTS)
        _open_sqlite(connection, synchronous="OFF")
        return connection

    shared = _shared()
    # An overflow of 62 is never reached: there are fewer threads.
    pool = QueuePool(connect, pool_size=DISPOSABLE_IDLE_CONNECTIONS, max_overflow=62, use_lifo=True, dialect=shared.dialect)
    return Engine(pool, shared.dialect, make_url(url), execution_options={"compiled_cache": shared.compiled})


@dataclass(frozen=True)
class _Shared:
    dialect: Dialect
    compiled: LRUCache[Any, Any]


@lru_cache(maxsize=1)
def _shared() -> _Shared:
    engine = create_engine("sqlite://")
    with engine.connect():  # the dialect learns what this SQLite can do
        return _Shared(engine.dialect, LRUCache(500))


def _prepare_sqlite(connection: DBAPIConnection, _record: object) -> None:
    journal_mode, synchronous = _open_sqlite(connection, synchronous="FULL")
    if journal_mode not in ("wal", "memory") or synchronous < 2:
        raise DatabaseUnsafe(f"journal_mode={journal_mode}, synchronous={synchronous}; need wal and FULL")


def _open_sqlite(connection: DBAPIConnection, *, synchronous: str) -> tuple[str, int]:
    """Prepare a connection; what journal mode and synchronous are in the end."""
    assert isinstance(connection, sqlite3.Connection)
    connection.isolation_level = None  # the driver must not begin transactions behind our back
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MILLISECONDS}")
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute(f"PRAGMA synchronous={synchronous}")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute("PRAGMA cache_size=-16384")
    cursor.execute("PRAGMA wal_autocheckpoint=4000")
    found = cursor.execute("PRAGMA journal_mode").fetchone()[0], cursor.execute("PRAGMA synchronous").fetchone()[0]
    cursor.close()
    return found


def _set_synchronous(connection: Connection, level: str) -> None:
    """Below SQLAlchemy, which would begin a transaction first; in one, SQLite does not change it."""
    driver = connection.connection.driver_connection
    if isinstance(driver, sqlite3.Connection):
        driver.execute(f"PRAGMA synchronous={level}")


def _begin_sqlite(connection: Connection) -> None:
    if connection.get_execution_options().get("writes"):
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def _check_postgresql(connection: DBAPIConnection, _record: object) -> None:
    cursor = connection.cursor()
    for setting in ("fsync", "synchronous_commit", "full_page_writes"):
        cursor.execute(f"SHOW {setting}")
        row = cursor.fetchone()
        if row is None or row[0] == "off":
            raise DatabaseUnsafe(f"PostgreSQL runs with {setting}=off")
    cursor.close()
    connection.rollback()
