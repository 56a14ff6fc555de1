"""Reading the journal back: pages of events about something, the newest first."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, select

from rp.database import JOURNAL

AT_ONCE = 500
"""Objects that one query asks for: a database takes only so many parameters."""


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


@dataclass(frozen=True)
class Extract:
    """One page of events. `before` names the page of older ones; None where there are none."""

    entries: tuple[Entry, ...]
    before: int | None


def extract_about(
    connection: Connection,
    objects: Collection[str],
    *,
    actions: Collection[str],
    but_by: str | None = None,
    before: int | None,
    limit: int,
) -> Extract:
    """The newest of these events about any of these objects, older than the event `before`; what `but_by` did is left out."""
    columns, names = JOURNAL.c, sorted(objects)
    conditions: list[ColumnElement[bool]] = [columns.action.in_(actions)]
    if but_by is not None:
        conditions.append(columns.actor != but_by)
    if before is not None:
        conditions.append(columns.seq < before)
    rows: list[Any] = []
    for start in range(0, len(names), AT_ONCE):
        about = columns.object.in_(names[start : start + AT_ONCE])
        query = select(JOURNAL).where(about, *conditions).order_by(columns.seq.desc()).limit(limit + 1)
        rows += connection.execute(query).all()
    rows.sort(key=lambda row: row.seq, reverse=True)
    entries = tuple(
        Entry(row.seq, row.at, row.actor, row.action, row.object, row.outcome, json.loads(row.detail)) for row in rows[:limit]
    )
    return Extract(entries, entries[-1].seq if len(rows) > limit else None)
