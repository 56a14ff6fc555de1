"""Ending with those who use us: a file that they hold a shared lock on, which the kernel lets go when they die."""

import fcntl
import os
import threading
from pathlib import Path

from ground.clock import monotonic_seconds

LOOK_EVERY_SECONDS = 0.5
PATIENCE_SECONDS = 30.0
"""Within this somebody must have come."""


class Lease:
    """Looked at when it is made and twice a second afterwards; whoever takes the lock waits for it (LOCK_SH without LOCK_NB)."""

    def __init__(self, file: Path | None) -> None:
        self._file = file
        self._was_held = file is not None and is_held(file)

    def wait_for_end(self, stop: threading.Event) -> str:
        """Wait until we are told to stop, or until nobody holds the lease any more. The reason, in words."""
        deadline = monotonic_seconds() + PATIENCE_SECONDS
        while not stop.wait(None if self._file is None else LOOK_EVERY_SECONDS):
            if self._file is None or is_held(self._file):
                self._was_held = True
            elif (self._was_held or monotonic_seconds() > deadline) and keep_out(self._file):
                return f"nobody holds {self._file}"
        return "asked to stop"


def keep_out(file: Path) -> bool:
    """Take the lock for good: who comes now waits until this process is gone, and does not find it still answering.

    False when somebody was quicker.
    """
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return False
    return True  # and never closed: the kernel does that in the end


def is_held(file: Path) -> bool:
    """Does anybody hold a lock on the file? A file that is not there is held by nobody."""
    try:
        descriptor = os.open(file, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False
