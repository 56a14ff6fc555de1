"""The files of documents, sealed, under `var/rp-files`: each whole or not there at all.

    temporary name ──fsync──▶ renamed ──fsync of the folder──▶ row committed            (acknowledged from here on)

Whoever dies before the row leaves a file that nobody knows. Nobody may look for such files while somebody is on the way from
the file to its row: those hold the lock of the folder together, and who sweeps holds it alone.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LOCK = ".lock"
SWEPT = ".swept"
"""Its time is that of the last sweep."""
PART = ".part"


class Shelf:
    """A folder of sealed files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @contextmanager
    def arriving(self) -> Iterator[None]:
        """On the way from a file to its row."""
        with self._locked(fcntl.LOCK_SH):
            yield

    def put(self, name: str, content: bytes) -> None:
        """Put a new file on disk, whole, or leave nothing. Only while `arriving`."""
        temporary = self.folder / f"{name}{PART}"
        try:
            descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            temporary.rename(self.folder / name)
            self._sync()
        except BaseException:
            for left in (temporary, self.folder / name):
                left.unlink(missing_ok=True)
            raise

    def take(self, name: str) -> bytes | None:
        """The content of a file; None when it is not there."""
        try:
            return (self.folder / name).read_bytes()
        except FileNotFoundError:
            return None

    def remove(self, name: str) -> None:
        """Remove a file, if it is there."""
        (self.folder / name).unlink(missing_ok=True)

    def names(self) -> set[str]:
        """The names of all whole files."""
        if not self.folder.exists():
            return set()
        return {
            entry.name for entry in os.scandir(self.folder) if not entry.name.startswith(".") and not entry.name.endswith(PART)
        }

    @contextmanager
    def sweeping(self) -> Iterator[tuple[set[str], set[str]]]:
        """Alone with the folder: the files that came since the last sweep, and the older ones.

        Files that were never finished are removed. When the block ends well, this was the last sweep.
        """
        with self._locked(fcntl.LOCK_EX):
            stamp = self.folder / SWEPT
            last = stamp.stat().st_mtime_ns if stamp.exists() else 0
            new: set[str] = set()
            old: set[str] = set()
            for entry in os.scandir(self.folder):
                if entry.name.endswith(PART):
                    os.unlink(entry.path)
                elif not entry.name.startswith("."):
                    (new if entry.stat().st_mtime_ns >= last else old).add(entry.name)
            yield new, old
            stamp.touch(mode=0o600)

    def _sync(self) -> None:
        descriptor = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    @contextmanager
    def _locked(self, how: int) -> Iterator[None]:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(self.folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, how)
            yield
        finally:
            os.close(descriptor)
