"""Reading the journal: pages of events, the newest first."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, or_, select

from idp.database import JOURNAL


@dataclass(frozen=True)
class Entry:
    """One event as it stands in the journal. `at` is in seconds."""

    seq: int
    at: int
    actor: str
    action: str
    object: str
    outcome: str
    detail: Mapping[str, Any]

    @property
    def address(self) -> str:
        """Where the request came from; empty where there was none."""
        return str(self.detail.get("from", ""))


@dataclass(frozen=True)
class Extract:
    """One page of events. `before` names the page of older ones; None where there are none."""

    entries: tuple[Entry, ...]
    before: int | None


@dataclass(frozen=True)
class Wanted:
    """Which events to read. What is empty is not asked; times are seconds, `since` included and `until` not."""

    actor: str = ""
    object: str = ""
    action: str = ""
    since: int | None = None
    until: int | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        columns = JOURNAL.c
        conditions = [columns[name] == getattr(self, name) for name in ("actor", "object", "action") if getattr(self, name)]
        if self.since is not None:
            conditions.append(columns.at >= self.since)
        if self.until is not None:
            conditions.append(columns.at < self.until)
        return conditions


def extract(connection: Connection, wanted: Wanted, *, before: int | None, limit: int) -> Extract:
    """The newest events of these that are older than the event `before`."""
    return _extract(connection, wanted.conditions(), before=before, limit=limit)


def extract_of_citizen(
    connection: Connection, citizen_id: str, actions: Collection[str], *, before: int | None, limit: int
) -> Extract:
    """What somebody did, or what was done to their account. Not what they did to another's, as staff."""
    person, columns = f"citizen:{citizen_id}", JOURNAL.c
    is_theirs = or_(columns.object == person, and_(columns.actor == person, columns.object.not_like("citizen:%")))
    return _extract(connection, [is_theirs, columns.action.in_(actions)], before=before, limit=limit)


def _extract(connection: Connection, conditions: list[ColumnElement[bool]], *, before: int | None, limit: int) -> Extract:
    if before is not None:
        conditions.append(JOURNAL.c.seq < before)
    query = select(JOURNAL).where(*conditions).order_by(JOURNAL.c.seq.desc()).limit(limit + 1)
    rows = connection.execute(query).all()
    entries = tuple(
        Entry(row.seq, row.at, row.actor, row.action, row.object, row.outcome, json.loads(row.detail)) for row in rows[:limit]
    )
    return Extract(entries, entries[-1].seq if len(rows) > limit else None)
