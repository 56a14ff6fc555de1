"""Bringing a database to the schema the code expects, and refusing one that is newer.

Each application keeps its Alembic revisions in its own `migrations` folder; they run on SQLite and on PostgreSQL.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData

from ground.database import Database


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
            return MigrationContext.configure(connection).get_current_revision()

    def head(self) -> str:
        """The revision the code expects."""
        head = self._script().get_current_head()
        assert head is not None, f"{self.folder} has no revision"
        return head

    def check(self, database: Database) -> bool:
        """Is the database at the revision the code expects? Raises DatabaseNewer when it is beyond."""
        current = self.current(database)
        known = {revision.revision for revision in self._script().walk_revisions()}
        if current is not None and current not in known:
            raise DatabaseNewer(f"the database is at revision {current}, which this version does not know")
        return current == self.head()

    def upgrade(self, database: Database) -> None:
        """Run what is missing, in one transaction: it is done whole or not at all. Raises DatabaseNewer."""
        if self.check(database):
            return
        script = self._script()

        def to_head(revision: Any, _context: Any) -> Any:
            return script._upgrade_revs("head", revision)  # what alembic.command.upgrade itself calls

        with database.writing_engine.begin() as connection:
            self._run(connection, script, to_head)

    def write_revision(self, database: Database, message: str) -> None:
        """For developers: write the revision that leads from the newest one to the models."""
        config = self._config()
        with database.engine.connect() as connection:
            config.attributes.update(connection=connection, metadata=self.metadata)
            command.revision(config, message, autogenerate=True)

    def _run(self, connection: Connection, script: ScriptDirectory, function: Any) -> None:
        with EnvironmentContext(self._config(), script, fn=function) as environment:
            environment.configure(
                connection=connection,
                target_metadata=self.metadata,
                render_as_batch=True,
                transactional_ddl=True,
            )
            environment.run_migrations()

    def _script(self) -> ScriptDirectory:
        return ScriptDirectory.from_config(self._config())

    def _config(self) -> Config:
        config = Config()
        config.set_main_option("script_location", str(self.folder))
        config.set_main_option("path_separator", "os")
        return config
