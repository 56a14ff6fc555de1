"""The only source of time.

Every rule that depends on time is handed a `Clock`, so that a test, or the control plane of the test stand, can move
it. Time is whole seconds since 1970-01-01T00:00:00Z unless a name says otherwise.
"""

import json
import os
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol


class Clock(Protocol):
    """Something that knows what time it is."""

    def now(self) -> int:
        """Seconds since the epoch."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> int:
        return int(time.time())


class FixedClock:
    """A clock that stands still until it is moved. For tests and for frozen stands."""

    def __init__(self, now: int) -> None:
        self._now = now

    def now(self) -> int:
        return self._now

    def advance(self, seconds: int) -> None:
        self._now += seconds


class FileClock:
    """The clock of a test stand: every process reads the same small file, so they all move together.

    The file holds `{"offset_seconds": n}` or `{"frozen_at": n}`; no file means the machine's own time. It is read again
    only when it has changed.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen: tuple[int, int] | None = None
        self._offset_seconds = 0
        self._frozen_at: int | None = None

    def now(self) -> int:
        self._read_if_changed()
        if self._frozen_at is not None:
            return self._frozen_at
        return int(time.time()) + self._offset_seconds

    def _read_if_changed(self) -> None:
        try:
            stat = os.stat(self._path)
        except FileNotFoundError:
            self._seen, self._offset_seconds, self._frozen_at = None, 0, None
            return
        seen = (stat.st_mtime_ns, stat.st_ino)
        if seen == self._seen:
            return
        setting = json.loads(self._path.read_text(encoding="utf-8"))
        self._offset_seconds = int(setting.get("offset_seconds", 0))
        frozen_at = setting.get("frozen_at")
        self._frozen_at = None if frozen_at is None else int(frozen_at)
        self._seen = seen


def monotonic_seconds() -> float:
    """Seconds of a clock that never goes back. For time-outs of our own waiting only, never for a rule."""
    return time.monotonic()


def wait(seconds: float) -> None:
    """Let real time pass. For polling on a test stand only; no rule waits."""
    time.sleep(seconds)


def as_datetime(seconds: int) -> datetime:
    """The moment as an aware `datetime` in UTC."""
    return datetime.fromtimestamp(seconds, UTC)
