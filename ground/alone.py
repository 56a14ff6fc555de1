"""Being the only stand of a home: the lock that scripts/start takes too."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LOCK = "stand.lock"


class StandRuns(Exception):
    """Somebody else has the home, in one sentence for the operator."""


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Hold the lock of the stand, as scripts/start does. Raises StandRuns while another stand has it."""
    folder.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        yield
    except BlockingIOError:
        owner = os.pread(descriptor, 32, 0).decode("ascii", "replace").strip()
        raise StandRuns(f"a stand is running in {folder.parent} (process {owner}): stop it first, or use --home") from None
    finally:
        os.close(descriptor)
