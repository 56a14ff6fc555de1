"""Counting what somebody may do only so often.

A counter is raised in the caller's transaction and before the comparison it limits, so that parallel tries cannot share one.
"""

from sqlalchemy import BigInteger, Connection, Integer, LargeBinary, String, bindparam, case, delete, literal
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, mapped_column

from ground.database import table_of
from rp.database import Base
from rp.realm import Realm

HOUR_SECONDS = 3600
KEPT_SECONDS = 24 * HOUR_SECONDS
"""No window is longer."""


class AttemptCounter(Base):
    """How often something was done by a holder since the window began. The holder stands there as a blind index."""

    __tablename__ = "attempt_counters"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    holder: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    count: Mapped[int] = mapped_column(Integer)
    since: Mapped[int] = mapped_column(BigInteger)


_TABLE = table_of(AttemptCounter)
_WHICH = (_TABLE.c.name == bindparam("of_name"), _TABLE.c.holder == bindparam("of_holder"))
_IS_OVER = _TABLE.c.since <= bindparam("over_at")
_FIRST = {"name": bindparam("of_name"), "holder": bindparam("of_holder"), "count": literal(1), "since": bindparam("now")}
_ONE_MORE = {
    "count": case((_IS_OVER, literal(1)), else_=_TABLE.c.count + 1),
    "since": case((_IS_OVER, bindparam("now")), else_=_TABLE.c.since),
}
_RAISE = {
    is_sqlite: dialect.insert(_TABLE)
    .values(_FIRST)
    .on_conflict_do_update(index_elements=["name", "holder"], set_=_ONE_MORE)
    .returning(_TABLE.c.count)
    for is_sqlite, dialect in ((True, sqlite), (False, postgresql))
}
"""One statement, so that of two who count the first at once neither fails."""


def count_up(connection: Connection, realm: Realm, name: str, holder: str, *, within_seconds: int = HOUR_SECONDS) -> int:
    """Count one more and return how many there are within a window that begins with the first."""
    now = realm.clock.now()
    which = {"of_name": name, "of_holder": _index(realm, name, holder)}
    raise_it = _RAISE[realm.database.is_sqlite]
    return int(connection.execute(raise_it, {**which, "now": now, "over_at": now - within_seconds}).scalar_one())


def start_anew(connection: Connection, realm: Realm, name: str, holder: str) -> None:
    """Forget what was counted."""
    connection.execute(delete(AttemptCounter).where(*_WHICH), {"of_name": name, "of_holder": _index(realm, name, holder)})


def forget_old(connection: Connection, realm: Realm) -> None:
    """Remove the counters whose window is long over."""
    connection.execute(delete(AttemptCounter).where(_TABLE.c.since <= realm.clock.now() - KEPT_SECONDS))


def _index(realm: Realm, name: str, holder: str) -> bytes:
    return realm.vault.blind_index(f"counter {name}", holder)
