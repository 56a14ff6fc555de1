"""Writing down what was refused to somebody who proved nothing: a token that is not good, the link of another browser.

Anybody may ask any number of times, so the journal gets one row for each event, address and minute. The next row of the same
address says how many refusals went without one.
"""

from contextlib import AbstractContextManager
from typing import Any

from sqlalchemy import Connection

from idp.audit import Event, address_of_request, record
from idp.realm import Realm
from idp.throttling import counters

REFUSALS = "refusals of strangers"
WINDOW_SECONDS = 60


def write_down(realm: Realm, event: Event, *, object: str, outcome: str = "refused", **detail: Any) -> None:
    """Something was refused to whoever asks now. Call it outside any transaction."""
    address = address_of_request() or "unknown"
    holder = f"{event} {address}"
    with realm.database.read() as connection:
        is_first = counters.count_of(realm, connection, REFUSALS, holder, within_seconds=WINDOW_SECONDS) == 0
    with _writing(realm, is_first=is_first) as connection:
        before = counters.count_of(realm, connection, REFUSALS, holder)
        if counters.count_up(realm, connection, REFUSALS, holder, within_seconds=WINDOW_SECONDS) > 1:
            return
        unwritten = {"unwritten": before - 1} if before > 1 else {}
        record(realm, connection, event, actor=f"address:{address}", object=object, outcome=outcome, **detail, **unwritten)


def _writing(realm: Realm, *, is_first: bool) -> AbstractContextManager[Connection]:
    """What is only counted waits for no disk: a flood must not cost more than it has to."""
    return realm.database.write() if is_first else realm.database.write_behind()
