"""How fast somebody may ask again and again, by the machine's own time: a stand's clock may stand still, a loop does not.

Kept in the memory of a process and not in a row: what it guards against is load, and a row for each question would be more of it.
"""

from collections import OrderedDict, deque
from threading import Lock

from ground.clock import monotonic_seconds

MOST_IN_WINDOW = 3
WINDOW_SECONDS = 1.0
MOST_KNOWN = 10_000


class Pace:
    """Remembers when each asked lately, and forgets those who asked longest ago."""

    def __init__(self) -> None:
        self._asked: OrderedDict[str, deque[float]] = OrderedDict()
        self._lock = Lock()

    def is_too_fast(self, holder: str) -> bool:
        """Has this one asked three times within the last second already? One who is too fast is not counted again."""
        now = monotonic_seconds()
        with self._lock:
            times = self._asked.setdefault(holder, deque())
            self._asked.move_to_end(holder)
            while len(self._asked) > MOST_KNOWN:
                self._asked.popitem(last=False)
            while times and now - times[0] >= WINDOW_SECONDS:
                times.popleft()
            if len(times) >= MOST_IN_WINDOW:
                return True
            times.append(now)
            return False
