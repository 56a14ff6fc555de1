"""Counting up, reading and starting anew.

A counter is raised in the caller's transaction and before the comparison it limits, so that parallel tries cannot share one.
"""

from sqlalchemy import Connection, bindparam, case, delete, literal, select
from sqlalchemy.dialects import postgresql, sqlite

from ground.database import table_of
from idp.realm import Realm
from idp.throttling.models import Counter

COUNTERS = table_of(Counter)
WHICH = (COUNTERS.c.name == bindparam("of_name"), COUNTERS.c.holder == bindparam("of_holder"))
IS_OVER = COUNTERS.c.since <= bindparam("over_at")
FIRST = {"name": bindparam("of_name"), "holder": bindparam("of_holder"), "count": literal(1), "since": bindparam("now")}
ONE_MORE = {
    "count": case((IS_OVER, literal(1)), else_=COUNTERS.c.count + 1),
    "since": case((IS_OVER, bindparam("now")), else_=COUNTERS.c.since),
}
RAISE = {
    is_sqlite: dialect.insert(COUNTERS)
    .values(FIRST)
    .on_conflict_do_update(index_elements=["name", "holder"], set_=ONE_MORE)
    .returning(COUNTERS.c.count)
    for is_sqlite, dialect in ((True, sqlite), (False, postgresql))
}
"""One statement, so that of two who count the first at once neither fails."""
FOREVER = 1 << 40
"""A window that never ends, in seconds."""


def count_up(realm: Realm, connection: Connection, name: str, holder: str, *, within_seconds: int = FOREVER) -> int:
    """Count one more and return how many there are within a window that begins with the first."""
    now = realm.clock.now()
    which = {"of_name": name, "of_holder": _index(realm, name, holder)}
    raise_it = RAISE[realm.database.is_sqlite]
    return int(connection.execute(raise_it, {**which, "now": now, "over_at": now - within_seconds}).scalar_one())


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
