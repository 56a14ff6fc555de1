"""Letting a database catch up with the list of tombstones beside it, before anything answers from it."""

from collections import Counter

from sqlalchemy import Connection, select

from ground.tombstones import Standing
from idp.database import JOURNAL
from idp.epoch.again import kill_again
from idp.epoch.ending import begin_epoch, hold_still
from idp.realm import Realm

OLDER = "the database is older than its list of tombstones: a copy of it was put in its place"
SHORTER = "the list of tombstones is not the one that the database knows"


def settle(realm: Realm, *, because: str | None = None) -> list[str]:
    """See whether an older database came back, end what must not come alive with it, and say in lines what was done.

    With a reason a new epoch begins in any case. All of it is one transaction. Raises TombstonesBroken.
    """
    lines = []
    with realm.database.read() as connection:
        is_needed = because is not None or _why(_compare(realm, connection)) is not None
    with realm.database.write() as connection:
        if is_needed:
            hold_still(connection)
        standing = _compare(realm, connection)
        reason = because or _why(standing)
        if reason is not None:
            epoch = standing.epoch + 1
            count = begin_epoch(realm, connection, epoch, because=reason)
            lines.append(f"{reason}; epoch {epoch} begins, and everybody signs in anew ({count} things ended)")
        for line in standing.buried:
            kill_again(realm, connection, line.kind, line.identifiers)
        if standing.buried:
            counts = Counter(line.kind for line in standing.buried)
            told = ", ".join(f"{count} x {kind}" for kind, count in sorted(counts.items()))
            lines.append(f"dead before the copy came back, and dead again: {told}")
        realm.tombstones.remember_start(connection)
    return lines


def _compare(realm: Realm, connection: Connection) -> Standing:
    has_history = connection.execute(select(JOURNAL.c.seq).limit(1)).first() is not None
    return realm.tombstones.compare(connection, has_history=has_history)


def _why(standing: Standing) -> str | None:
    return OLDER if standing.is_rolled_back else SHORTER if standing.is_list_lost else None
