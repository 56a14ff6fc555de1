"""How one process of a stand learns that another still has rows to write: a shared lock on a small file.

A writer holds it from the first request it has not written yet until it has written all. Who wants to read what was
answered before takes the lock alone, for no time at all. The lock of a process that dies is free.
"""

import fcntl
import os
from contextlib import suppress
from pathlib import Path

from ground.clock import monotonic_seconds, wait
from idp.settings import Settings

LOOK_EVERY_SECONDS = 0.005


def file_of(settings: Settings) -> Path:
    """The file, beside the database."""
    return (settings.sqlite_file or settings.var_folder / settings.instance).with_suffix(".pending")


class Pending:
    """The lock as a writer holds it."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._descriptor: int | None = None

    def hold(self) -> None:
        """Say that something is to be written. Without a folder to say it in, readers see it a moment later, that is all."""
        if self._descriptor is None:
            with suppress(OSError):
                self._descriptor = _open(self._file)
                fcntl.flock(self._descriptor, fcntl.LOCK_SH)

    def release(self) -> None:
        """Say that everything is written."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def wait_until_written(file: Path, *, patience_seconds: float) -> bool:
    """Wait until no process holds the lock. Says whether it came to that: under steady load it may not."""
    deadline = monotonic_seconds() + patience_seconds
    try:
        descriptor = _open(file)
    except OSError:
        return False
    try:
        while True:
            with suppress(BlockingIOError):
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return True
            if monotonic_seconds() >= deadline:
                return False
            wait(LOOK_EVERY_SECONDS)
    finally:
        os.close(descriptor)


def _open(file: Path) -> int:
    return os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
