"""Making a database ready before the first request: backed up, then migrated, and told in one line."""

import sqlite3
from pathlib import Path

from ground.clock import Clock, as_datetime
from ground.database import Database
from ground.migration import Migrations


def bring_up_to_date(database: Database, migrations: Migrations, *, sqlite_file: Path | None, backups: Path, clock: Clock) -> str:
    """Migrate the database to what the code expects, and say what was done. Raises DatabaseNewer.

    An SQLite database that holds something is copied to `backups` first. A server's backups are its operator's.
    """
    before = migrations.current(database)
    if migrations.check(database):
        return "the database is up to date"
    note = ""
    if before is not None and sqlite_file is not None:
        note = f", a copy of the old one is {back_up(sqlite_file, backups, clock)}"
    migrations.upgrade(database)
    return f"the database was {'made' if before is None else 'migrated'}{note}"


def back_up(sqlite_file: Path, backups: Path, clock: Clock) -> Path:
    """Copy a live SQLite database, the parts still in its log too, and return where the copy is."""
    folder = backups / f"backup-{as_datetime(clock.now()):%Y%m%dT%H%M%SZ}"
    folder.mkdir(parents=True, exist_ok=True)
    copy = folder / sqlite_file.name
    source, target = sqlite3.connect(sqlite_file), sqlite3.connect(copy)
    try:
        source.backup(target)
    finally:
        source.close()
        target.close()
    return copy
