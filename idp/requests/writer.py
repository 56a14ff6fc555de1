"""A queue and the thread that empties it: many requests in one transaction, behind their answers.

    put ──▶ queue ──a moment, or sixty-four of them──▶ batch ──one transaction──▶ written
              │                                          └── it fails: the log says so, and they are lost
              └── full: the oldest is lost, and counted

The thread begins with the first request and ends when nothing came for a while. What waits when a process ends is lost.
"""

import logging
import threading
from collections import deque
from collections.abc import Callable, Sequence

from idp.requests.exchange import Raw
from idp.requests.pending import Pending

CAPACITY = 512
BATCH = 64
GATHER_SECONDS = 0.02
IDLE_SECONDS = 2.0
FLUSH_SECONDS = 15.0
"""Longer than a writer waits for a database that somebody has locked."""

log = logging.getLogger(__name__)


class Writer:
    """The queue of one realm in one process. `write` stores a batch; `end` frees what the thread held to do so."""

    def __init__(self, write: Callable[[Sequence[Raw]], None], end: Callable[[], None], pending: Pending) -> None:
        self._write = write
        self._end = end
        self._pending = pending
        self._changed = threading.Condition()
        self._queue: deque[Raw] = deque()
        self._put_count = self._done_count = self._lost_count = self._flushing = 0
        self._is_closed = False
        self._thread: threading.Thread | None = None

    def put(self, raw: Raw) -> None:
        """Have a request written soon. Waits for nothing; after `close` it is forgotten."""
        with self._changed:
            if self._is_closed:
                return
            self._pending.hold()
            if len(self._queue) >= CAPACITY:
                self._queue.popleft()
                self._done_count += 1
                self._lost_count += 1
            self._queue.append(raw)
            self._put_count += 1
            if self._thread is None:
                thread = threading.Thread(target=self._run, name="request journal", daemon=True)
                thread.start()
                self._thread = thread
            elif len(self._queue) in (1, BATCH):
                self._changed.notify_all()

    def flush(self) -> bool:
        """Wait until what was put so far is written or lost. Says whether it came to that. Not for who holds a transaction."""
        with self._changed:
            goal = self._put_count
            self._flushing += 1
            self._changed.notify_all()
            is_done = self._changed.wait_for(lambda: self._done_count >= goal, FLUSH_SECONDS)
            self._flushing -= 1
        return is_done

    def close(self) -> None:
        """Write what waits, take no more, and end the thread."""
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()
            thread = self._thread
        if thread is not None:
            thread.join(FLUSH_SECONDS)

    def _run(self) -> None:
        while batch := self._next_batch():
            try:
                self._write(batch)
            except Exception:
                log.exception("%d requests cannot be written into the request journal", len(batch))
            self._finish(batch)

    def _next_batch(self) -> Sequence[Raw]:
        """Wait for requests and a moment more for others. None: nothing came, and the thread has to end."""
        with self._changed:
            self._changed.wait_for(lambda: self._queue or self._is_closed, IDLE_SECONDS)
            if not self._queue:
                self._thread = None
                self._free()
                return ()
            self._changed.wait_for(
                lambda: self._flushing or self._is_closed or len(self._queue) >= BATCH,
                GATHER_SECONDS,
            )
            batch = tuple(self._queue)
            self._queue.clear()
            return batch

    def _free(self) -> None:
        try:
            self._end()
        except Exception:
            log.exception("the connection of the request journal cannot be closed")

    def _finish(self, batch: Sequence[Raw]) -> None:
        with self._changed:
            self._done_count += len(batch)
            lost, self._lost_count = self._lost_count, 0
            if not self._queue:
                self._pending.release()
            self._changed.notify_all()
        if lost:
            log.warning("%d requests are lost to the request journal: they came faster than they can be written", lost)
