"""Counting up, reading and starting anew.

A counter is raised in the caller's transaction and before the comparison it limits, so that parallel tries cannot share one.
"""

from sqlalchemy import Connection, bindparam, case, delete, insert, literal, select, update

from ground.database import table_of
from idp.realm import Realm
from idp.throttling.models import Counter

COUNTERS = table_of(Counter)
WHICH = (COUNTERS.c.name == bindparam("of_name"), COUNTERS.c.holder == bindparam("of_holder"))
IS_OVER = COUNTERS.c.since <= bindparam("over_at")
RAISE = (
    update(COUNTERS)
    .where(*WHICH)
    .values(
        count=case((IS_OVER, literal(1)), else_=COUNTERS.c.count + 1),
        since=case((IS_OVER, bindparam("now")), else_=COUNTERS.c.since),
    )
    .returning(COUNTERS.c.count)
)
FOREVER = 1 << 40
"""A window that never ends, in seconds."""


def count_up(realm: Realm, connection: Connection, name: str, holder: str, *, within_seconds: int = FOREVER) -> int:
    """Count one more and return how many there are within a window that begins with the first."""
    now = realm.clock.now()
    which = {"of_name": name, "of_holder": _index(realm, name, holder)}
    count = connection.execute(RAISE, {**which, "now": now, "over_at": now - within_seconds}).scalar()
    if count is None:
        connection.execute(insert(COUNTERS), {"name": name, "holder": which["of_holder"], "count": 1, "since": now})
        return 1
    return int(count)


def count_of(realm: Realm, connection: Connection, name: str, holder: str, *, within_seconds: int = FOREVER) -> int:
    """How many were counted within the window."""
    query = select(COUNTERS.c.count).where(*WHICH, COUNTERS.c.since > bindparam("over_at"))
    which = {"of_name": name, "of_holder": _index(realm, name, holder)}
    return int(connection.execute(query, {**which, "over_at": realm.clock.now() - within_seconds}).scalar() or 0)


def start_anew(realm: Realm, connection: Connection, name: str, holder: str) -> None:
    """Forget what was counted."""
    connection.execute(delete(COUNTERS).where(*WHICH), {"of_name": name, "of_holder": _index(realm, name, holder)})


def _index(realm: Realm, name: str, holder: str) -> bytes:
    return realm.vault.blind_index(f"counter {name}", holder)
