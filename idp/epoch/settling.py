"""Letting a database catch up with what stands beside it, before anything answers from it.

Two things beside it tell an older database: the list of tombstones, which knows of every start, so that a copy from before the
last start is seen for sure; and the heads of the journal, which are written each minute, so that a copy from within the run is
seen too, but for the last minute of a run that was killed.
"""

from collections import Counter
from dataclasses import dataclass

from sqlalchemy import Connection, select

from ground.journal.heads import Head
from ground.tombstones import Standing
from idp.audit.heads import heads_file
from idp.database import JOURNAL
from idp.epoch.again import kill_again
from idp.epoch.ending import begin_epoch, hold_still
from idp.realm import Realm

OLDER = "the database is older than what stands beside it: a copy of it was put in its place"
SHORTER = "the list of tombstones is not the one that the database knows"
LAST_HEAD = "journal head"
"""The name of the watermark that says for which missing head an epoch has begun already."""


@dataclass(frozen=True)
class Found:
    """What a look at the database and beside it has found; `missing` is the last head of the journal, if its row is not here."""

    standing: Standing
    missing: Head | None
    reason: str | None


def settle(realm: Realm, *, because: str | None = None) -> list[str]:
    """See whether an older database came back, end what must not come alive with it, and say in lines what was done.

    With a reason a new epoch begins in any case. All of it is one transaction. Raises TombstonesBroken.
    """
    lines = []
    with realm.database.read() as connection:
        is_needed = because is not None or _look(realm, connection).reason is not None
    with realm.database.write() as connection:
        if is_needed:
            hold_still(connection)
        found = _look(realm, connection)
        reason = because or found.reason
        if reason is not None:
            epoch = found.standing.epoch + 1
            count = begin_epoch(realm, connection, epoch, because=reason)
            lines.append(f"{reason}; epoch {epoch} begins, and everybody signs in anew ({count} things ended)")
        for line in found.standing.buried:
            kill_again(realm, connection, line.kind, line.identifiers)
        if found.standing.buried:
            counts = Counter(line.kind for line in found.standing.buried)
            told = ", ".join(f"{count} x {kind}" for kind, count in sorted(counts.items()))
            lines.append(f"dead before the copy came back, and dead again: {told}")
        if found.missing is not None:
            realm.tombstones.note(connection, LAST_HEAD, found.missing.seq)
        realm.tombstones.remember_start(connection)
    return lines


def _look(realm: Realm, connection: Connection) -> Found:
    has_history = connection.execute(select(JOURNAL.c.seq).limit(1)).first() is not None
    standing = realm.tombstones.compare(connection, has_history=has_history)
    head = heads_file(realm).read().last
    missing = head if head is not None and not realm.journal.has(connection, head) else None
    # The file of heads is begun anew by the operator, or by `propusk restore`: until then the journal is found short.
    is_news = missing is not None and realm.tombstones.noted(connection, LAST_HEAD) != missing.seq
    is_older = standing.is_rolled_back or (has_history and is_news)
    return Found(standing, missing, OLDER if is_older else SHORTER if standing.is_list_lost else None)
