"""How long a person waits for the provider: one time for all that their request asks of it.

Each question has a time-out of its own (ground.fetch); several of them, each in time, would still add up to a page that
never comes.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from rp.realm import Realm

PATIENCE_SECONDS = 8.0

_OVER_AT: ContextVar[float | None] = ContextVar("over_at", default=None)


@contextmanager
def patience(realm: Realm) -> Iterator[None]:
    """What is asked within shares one time; inside another patience it is that one's."""
    if _OVER_AT.get() is not None:
        yield
        return
    token = _OVER_AT.set(realm.monotonic() + PATIENCE_SECONDS)
    try:
        yield
    finally:
        _OVER_AT.reset(token)


def seconds_left(realm: Realm) -> float | None:
    """What is left for the next question; None where nobody counts."""
    over_at = _OVER_AT.get()
    return None if over_at is None else max(over_at - realm.monotonic(), 0.0)
