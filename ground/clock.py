"""The only source of time.

Every rule that depends on time is handed a `Clock`, so that a test, or the control plane of the test stand, can move
it. Time is whole seconds since 1970-01-01T00:00:00Z unless a name says otherwise.
"""

import json
import os
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol, runtime_checkable


class Clock(Protocol):
    """Something that knows what time it is."""

    def now(self) -> int:
        """Seconds since the epoch."""
        ...


@runtime_checkable
class MovableClock(Protocol):
    """A clock that can be put right by whoever drives a test stand."""

    @property
    def is_frozen(self) -> bool:
        """Does it stand still?"""
        ...

    @property
    def offset_seconds(self) -> int:
        """How far a running clock is ahead of the machine's; 0 for a frozen one."""
        ...

    def now(self) -> int: ...

    def freeze(self, at: int) -> None:
        """Stand still at a moment."""
        ...

    def run_from(self, moment: int) -> None:
        """Go on from a moment, as fast as the machine's clock."""
        ...

    def advance(self, seconds: int) -> None:
        """Jump, and stand still or go on as before. Negative seconds jump back."""
        ...

    def follow_machine(self) -> None:
        """Be the machine's own clock again."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> int:
        return int(time.time())


class FixedClock:
    """A clock that stands still until it is moved. For tests and for frozen stands."""

    def __init__(self, now: int) -> None:
        self._machine = self._now = now
        self.is_frozen = False

    @property
    def offset_seconds(self) -> int:
        return 0 if self.is_frozen else self._now - self._machine

    def now(self) -> int:
        return self._now

    def freeze(self, at: int) -> None:
        self._now, self.is_frozen = at, True

    def run_from(self, moment: int) -> None:
        self._now, self.is_frozen = moment, False

    def advance(self, seconds: int) -> None:
        self._now += seconds

    def follow_machine(self) -> None:
        """The moment it was made with."""
        self.run_from(self._machine)


MACHINE_TIME: tuple[int, int | None] = (0, None)


class FileClock:
    """The clock of a test stand: every process reads the same small file, so they all move together.

    The file holds `{"offset_seconds": n}` or `{"frozen_at": n}`; no file means the machine's own time. It is read again
    only when it has changed. Whoever moves the clock replaces the file.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen: tuple[int, int] | None = None
        self._setting: tuple[int, int | None] = MACHINE_TIME
        self._moving = threading.Lock()

    @property
    def is_frozen(self) -> bool:
        return self._read()[1] is not None

    @property
    def offset_seconds(self) -> int:
        return self._read()[0]

    def now(self) -> int:
        offset_seconds, frozen_at = self._read()
        return int(time.time()) + offset_seconds if frozen_at is None else frozen_at

    def freeze(self, at: int) -> None:
        with self._moving:
            self._write({"frozen_at": at})

    def run_from(self, moment: int) -> None:
        with self._moving:
            self._write({"offset_seconds": moment - int(time.time())})

    def advance(self, seconds: int) -> None:
        with self._moving:
            offset_seconds, frozen_at = self._read()
            self._write({"offset_seconds": offset_seconds + seconds} if frozen_at is None else {"frozen_at": frozen_at + seconds})

    def follow_machine(self) -> None:
        with self._moving:
            self._path.unlink(missing_ok=True)

    def _read(self) -> tuple[int, int | None]:
        """Offset and, if it stands still, where."""
        try:
            stat = os.stat(self._path)
            seen = (stat.st_mtime_ns, stat.st_ino)
            if seen != self._seen:
                setting = json.loads(self._path.read_text(encoding="utf-8"))
                frozen_at = setting.get("frozen_at")
                self._setting = (int(setting.get("offset_seconds", 0)), None if frozen_at is None else int(frozen_at))
                self._seen = seen
        except FileNotFoundError:
            self._seen, self._setting = None, MACHINE_TIME
        return self._setting

    def _write(self, setting: dict[str, int]) -> None:
        draft = self._path.with_name(f"{self._path.name}.{os.getpid()}.new")
        draft.write_text(json.dumps(setting), encoding="utf-8")
        # File systems stamp in ticks of milliseconds and use inodes again: without this, two moves could look like one.
        changed_at = max(time.time_ns(), self._seen[0] + 1 if self._seen else 0)
        os.utime(draft, ns=(changed_at, changed_at))
        draft.replace(self._path)


def monotonic_seconds() -> float:
    """Seconds of a clock that never goes back. For time-outs of our own waiting only, never for a rule."""
    return time.monotonic()


def wait(seconds: float) -> None:
    """Let real time pass. For polling on a test stand only; no rule waits."""
    time.sleep(seconds)


def as_datetime(seconds: int) -> datetime:
    """The moment as an aware `datetime` in UTC."""
    return datetime.fromtimestamp(seconds, UTC)
