"""Writing down that somebody came with a token that is not good.

Anybody may send anything any number of times, so the journal gets one row for each address and minute. The next row of the
same address says how many went without one.
"""

from sqlalchemy import Connection

from idp.audit import Event, record
from idp.realm import Realm
from idp.throttling import counters

REFUSALS = "token refusals"
WINDOW_SECONDS = 60


def write_down(realm: Realm, *, address: str, endpoint: str) -> None:
    """A token was refused at an endpoint. Call it outside any transaction."""
    with realm.database.read() as connection:
        is_first = counters.count_of(realm, connection, REFUSALS, address, within_seconds=WINDOW_SECONDS) == 0
    # What is only counted waits for no disk: a flood must not cost more than it does.
    with realm.database.write() if is_first else realm.database.write_behind() as connection:
        _count(realm, connection, address, endpoint)


def _count(realm: Realm, connection: Connection, address: str, endpoint: str) -> None:
    before = counters.count_of(realm, connection, REFUSALS, address)
    if counters.count_up(realm, connection, REFUSALS, address, within_seconds=WINDOW_SECONDS) > 1:
        return
    actor = f"address:{address}"
    more = {"unwritten": before - 1} if before > 1 else {}
    record(realm, connection, Event.TOKEN_REFUSED, actor=actor, object=f"endpoint:{endpoint}", outcome="refused", **more)
