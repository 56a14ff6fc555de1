"""Putting a copy of an SQLite database in the place of the one that is there.

    copy judged ──▶ nobody has the database open ──▶ what was there is kept beside ──▶ the copy takes its place, in one step

There is no moment without a database: whoever is interrupted has the old one or the copy, whole.
"""

import contextlib
import os
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from ground.clock import Clock, as_datetime


class CopyUnusable(Exception):
    """The copy is not one that could be put in place, or the place is in use: one sentence for the operator."""


def check_copy(copy: Path) -> None:
    """Is this a whole database of ours? Raises CopyUnusable."""
    try:
        with contextlib.closing(sqlite3.connect(f"{copy.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            complaint = connection.execute("PRAGMA integrity_check").fetchone()[0]
            tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    except sqlite3.Error as error:
        raise CopyUnusable(f"{copy} is not a database: {error}") from None
    if complaint != "ok":
        raise CopyUnusable(f"{copy} is damaged: {complaint}")
    if not {"alembic_version", "journal"} <= tables:
        raise CopyUnusable(f"{copy} is not a database of this program")


def put_in_place(copy: Path, place: Path, clock: Clock) -> Iterator[str]:
    """Put a copy that was checked in place, and say in a line each what was done. Raises CopyUnusable."""
    place.parent.mkdir(parents=True, exist_ok=True)
    draft = place.with_name(f"{place.name}.restoring")
    _copy(copy, draft)
    if place.exists():
        _close_log(place)
        kept = _folder_for(place, clock) / place.name
        _keep(place, kept)
        yield f"the database that was there is kept as {kept}"
    for log in ("-wal", "-shm"):
        place.with_name(place.name + log).unlink(missing_ok=True)
    os.replace(draft, place)
    sync(place.parent)
    yield f"{copy} is in its place, {place}"


def sync(path: Path) -> None:
    """Wait until a file, or what a folder lists, is on disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _copy(source: Path, target: Path) -> None:
    """A copy of one's own, without a log beside it, on disk."""
    target.unlink(missing_ok=True)
    with contextlib.closing(sqlite3.connect(source)) as one, contextlib.closing(sqlite3.connect(target)) as other:
        one.backup(other)
        other.execute("PRAGMA journal_mode=DELETE")
    target.chmod(0o600)
    sync(target)


def _close_log(place: Path) -> None:
    """Take what is in the log into the file. Raises CopyUnusable while anybody else has the database open."""
    try:
        with contextlib.closing(sqlite3.connect(place, timeout=0)) as connection:
            # Only who is alone may leave the mode, and SQLite knows best who else is there.
            mode = connection.execute("PRAGMA journal_mode=DELETE").fetchone()[0]
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.OperationalError):
            raise CopyUnusable(f"{place} is in use ({error}): stop every server first") from None
        return  # what is no database any more is kept as it is
    if mode != "delete":
        raise CopyUnusable(f"{place} is in use: stop every server first")


def _folder_for(place: Path, clock: Clock) -> Path:
    """A folder beside the database that is not there yet: a test stand's clock may stand still."""
    name = f"replaced-{as_datetime(clock.now()):%Y%m%dT%H%M%SZ}"
    number = 1
    while (folder := place.parent / (name if number == 1 else f"{name}-{number}")).exists():
        number += 1
    folder.mkdir()
    return folder


def _keep(place: Path, kept: Path) -> None:
    """The file under a second name, so that it is never missing under its first."""
    try:
        os.link(place, kept)
    except OSError:  # a file system without second names
        shutil.copyfile(place, kept)
        sync(kept)
    sync(kept.parent)
