"""Keeping heads: a thread of the process that serves looks every second whether a head is due, and writes it.

When, is told by the machine's own time: the clock of a test stand may stand still. What a head says of the time is what the
journal's clock says.
"""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from ground.clock import monotonic_seconds
from ground.database import Database
from ground.journal import Journal
from ground.journal.heads import HeadsFile
from ground.journal.verification import ANCHORED

EVERY_SECONDS = 60
EVERY_ROWS = 1_000
LOOK_EVERY_SECONDS = 1.0
ACTOR = "system"

log = logging.getLogger(__name__)


class HeadKeeper:
    """Writes the heads of one journal into one file."""

    def __init__(
        self, journal: Journal, database: Database, file: HeadsFile, *, monotonic: Callable[[], float] = monotonic_seconds
    ) -> None:
        self._journal = journal
        self._database = database
        self._file = file
        self._monotonic = monotonic
        self._written_at: float | None = None
        self._written_seq = 0
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def look(self) -> bool:
        """Write a head if one is due: the first at once, then after a minute or a thousand rows. Says whether it did."""
        is_time = self._written_at is None or self._monotonic() - self._written_at >= EVERY_SECONDS
        if not is_time:
            with self._database.read() as connection:
                head = self._journal.head(connection)
            # Fewer rows than before: somebody has begun the journal anew, or cut it.
            if head is None or 0 <= head.seq - self._written_seq < EVERY_ROWS:
                return False
        return self.write()

    def write(self) -> bool:
        """Write a head now, unless the last one says the same. A file that begins is put into the journal first."""
        with self._file.locked():
            self._written_at = self._monotonic()
            return self._write()

    @contextmanager
    def begin_anew(self, *, keeps_old: bool = True) -> Iterator[None]:
        """Begin another file when the block has ended, in which the journal itself may be begun anew."""
        with self._file.locked():
            yield
            if keeps_old:
                self._file.put_aside(self._journal.now())
            else:
                self._file.path.unlink(missing_ok=True)
            self._write()

    def start(self) -> None:
        """Look from now on, in a daemon thread."""
        self._thread = threading.Thread(target=self._keep, name="journal-heads", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Look no more, and write a last head: the process ends in good order."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
        self.write()

    def _write(self) -> bool:
        read = self._file.read()
        if not read.is_there:
            with self._database.write() as connection:
                self._journal.append(connection, actor=ACTOR, action=ANCHORED, object=f"heads:{self._file.path.name}")
        with self._database.read() as connection:
            head = self._journal.head(connection)
        if head is None:
            return False
        self._written_seq = head.seq
        last = read.last
        if last is not None and (last.seq, last.link) == (head.seq, head.link):
            return False
        self._file.append(head)
        return True

    def _keep(self) -> None:
        while True:
            try:
                self.look()
            except Exception:
                log.exception("no head of the journal can be written now")
            if self._stop.wait(LOOK_EVERY_SECONDS):
                self._database.release()
                return
