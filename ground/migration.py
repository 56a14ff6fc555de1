"""Bringing a database to the schema the code expects, and refusing one that is newer.

Each application keeps its Alembic revisions in its own `migrations` folder; they run on SQLite and on PostgreSQL. A
revision is a file `<number>_<words>.py`, and the numbers are the order. Alembic itself takes 0.3 s to import, so it is
loaded only where something has to be migrated.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, MetaData, inspect, text

from ground.database import Database

VERSION_TABLE = "alembic_version"


class DatabaseNewer(Exception):
    """The database was made by a newer version of the program."""


@dataclass(frozen=True)
class Migrations:
    """The revisions of one application: the folder they are in and the schema they lead to."""

    folder: Path
    metadata: MetaData

    def current(self, database: Database) -> str | None:
        """The revision the database is at; None for an empty one."""
        with database.engine.connect() as connection:
            if not inspect(connection).has_table(VERSION_TABLE):
                return None
            revision: str | None = connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar()  # noqa: S608
            return revision

    def head(self) -> str:
        """The revision the code expects."""
        return self._known()[-1]

    def check(self, database: Database) -> bool:
        """Is the database at the revision the code expects? Raises DatabaseNewer when it is beyond."""
        current = self.current(database)
        if current is not None and current not in self._known():
            raise DatabaseNewer(f"the database is at revision {current}, which this version does not know")
        return current == self.head()

    def upgrade(self, database: Database, *, to: str = "head") -> None:
        """Run what is missing, in one transaction: it is done whole or not at all. Raises DatabaseNewer.

        `to` is a revision that a test of what comes after it begins at."""
        if self.check(database):
            return
        from alembic.runtime.environment import EnvironmentContext
        from alembic.script import ScriptDirectory

        config = self._config()
        script = ScriptDirectory.from_config(config)

        def up(revision: Any, _context: Any) -> Any:
            return script._upgrade_revs(to, revision)  # what alembic.command.upgrade itself calls

        with (
            database.writing_engine.connect() as connection,
            _without_foreign_keys(connection),
            connection.begin(),
            EnvironmentContext(config, script, fn=up) as environment,
        ):
            environment.configure(
                connection=connection, target_metadata=self.metadata, render_as_batch=True, transactional_ddl=True
            )
            environment.run_migrations()
            if database.is_sqlite and (broken := connection.exec_driver_sql("PRAGMA foreign_key_check").first()):
                raise RuntimeError(f"after the migration a row of {broken[0]} points to no row of {broken[2]}")

    def write_revision(self, database: Database, message: str) -> None:
        """For developers: write the revision that leads from the newest one to the models."""
        from alembic import command

        config = self._config()
        number = f"{len(self._known()) + 1:04d}"
        with database.engine.connect() as connection:
            config.attributes.update(connection=connection, metadata=self.metadata)
            command.revision(config, message, autogenerate=True, rev_id=number)

    def _known(self) -> list[str]:
        """Every revision, in order, by the names of the files."""
        return sorted(path.name.partition("_")[0] for path in (self.folder / "versions").glob("[0-9]*_*.py"))

    def _config(self) -> Any:
        from alembic.config import Config

        config = Config()
        config.set_main_option("script_location", str(self.folder))
        config.set_main_option("path_separator", "os")
        return config


@contextmanager
def _without_foreign_keys(connection: Connection) -> Iterator[None]:
    """SQLite makes most changes of a table by putting a new one in its place, and rows that point to the old one would forbid it.

    The switch does nothing within a transaction, so it is thrown before (SQLite, ALTER TABLE, 7).
    """
    raw = connection.connection.dbapi_connection
    if connection.dialect.name != "sqlite" or raw is None:
        yield
        return
    raw.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        raw.execute("PRAGMA foreign_keys=ON")
