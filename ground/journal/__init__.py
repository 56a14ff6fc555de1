"""The journal: what happened, in an order nobody can change afterwards.

Each row carries an HMAC over its own fields and the HMAC of the row before it. A row is written in the transaction of
its cause, so there is no deed without a row and no row without its deed. Details hold no secrets and no personal data:
people and systems appear by their identifiers. Here rows are written and, when they are old enough, removed; `heads` keeps
outside the database what the last row was, `keeping` does so regularly, and `verification` judges both.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Index,
    LargeBinary,
    MetaData,
    RowMapping,
    String,
    Table,
    Text,
    delete,
    func,
    insert,
    select,
    text,
)

from ground.clock import Clock
from ground.journal.heads import Head, Heads
from ground.journal.verification import ANCHORED, FIRST_LINK, PURGED, Finding, Report, judge

ADVISORY_LOCK = 7_205_001
"""PostgreSQL has no single writer; whoever appends holds this lock until its transaction ends."""
PURGED_AT_ONCE = 10_000
"""Rows that one transaction removes: nobody waits for it longer than a moment."""
FIELDS = ("seq", "at", "actor", "action", "object", "outcome", "detail")
"""What a link covers, beside the link of the row before."""


def journal_table(metadata: MetaData) -> Table:
    """The table of the journal, added to an application's own metadata."""
    return Table(
        "journal",
        metadata,
        Column("seq", BigInteger, primary_key=True, autoincrement=False),
        Column("at", BigInteger, nullable=False),
        Column("actor", String(200), nullable=False),
        Column("action", String(80), nullable=False),
        Column("object", String(200), nullable=False),
        Column("outcome", String(40), nullable=False),
        Column("detail", Text, nullable=False),
        Column("previous", LargeBinary, nullable=False),
        Column("link", LargeBinary, nullable=False),
        Index("ix_journal_object", "object"),
        Index("ix_journal_actor", "actor"),
        Index("ix_journal_at", "at"),
    )


class Journal:
    """Appends to and verifies one application's journal."""

    def __init__(self, table: Table, key: bytes, clock: Clock) -> None:
        self._table = table
        self._key = key
        self._clock = clock
        self._last = select(table.c.seq, table.c.link).order_by(table.c.seq.desc()).limit(1)
        self._insert = insert(table)

    def hold(self, connection: Connection) -> None:
        """Until the end of the transaction nobody else writes a row. For whoever changes first and writes down afterwards what
        others change while they hold the journal. (SQLite has one writer anyway.)"""
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": ADVISORY_LOCK})

    def append(
        self,
        connection: Connection,
        *,
        actor: str,
        action: str,
        object: str,
        outcome: str = "done",
        detail: Mapping[str, Any] | None = None,
    ) -> int:
        """Write one row in the caller's transaction and return its number."""
        self.hold(connection)
        last = connection.execute(self._last).first()
        fields = {
            "seq": last.seq + 1 if last else 1,
            "at": self.now(),
            "actor": actor,
            "action": action,
            "object": object,
            "outcome": outcome,
            "detail": _canonical(detail or {}),
        }
        previous = last.link if last else FIRST_LINK
        connection.execute(self._insert, {**fields, "previous": previous, "link": self._link(fields, previous)})
        return int(fields["seq"])

    def now(self) -> int:
        """The time of a row that would be written now, in seconds."""
        return self._clock.now()

    def head(self, connection: Connection) -> Head | None:
        """What the last row is now; None before the first."""
        last = connection.execute(self._last).first()
        return Head(last.seq, last.link, self.now()) if last else None

    def has(self, connection: Connection, head: Head) -> bool:
        """Is the row of a head here as it was? One from before the first row was removed because it was old, and counts."""
        first = connection.execute(select(func.min(self._table.c.seq))).scalar()
        link = connection.execute(select(self._table.c.link).where(self._table.c.seq == head.seq)).scalar()
        return link == head.link or (first is not None and link is None and head.seq < first)

    def purge(self, connection: Connection, *, before: int, actor: str) -> int:
        """Remove rows from the beginning that are older than a moment, at most PURGED_AT_ONCE, and say how many.

        A row of its own says which was the last of them, so that the chain can be verified from there and nobody without
        the key can pretend it. A row that is old, but follows one that is not, stays: the clock of a test stand goes back.
        """
        columns = self._table.c
        old: list[Any] = []
        oldest = select(columns.seq, columns.at, columns.link, columns.action, columns.detail).order_by(columns.seq)
        for row in connection.execute(oldest.limit(PURGED_AT_ONCE)).all():
            if row.at >= before:
                break
            old.append(row)
        if not old:
            return 0
        is_anchored = any(row.action == ANCHORED or (row.action == PURGED and json.loads(row.detail)["anchored"]) for row in old)
        detail = {"last": old[-1].seq, "link": old[-1].link.hex(), "rows": len(old), "anchored": is_anchored}
        self.append(connection, actor=actor, action=PURGED, object="journal", detail=detail)
        connection.execute(delete(self._table).where(columns.seq <= old[-1].seq))
        return len(old)

    def judge(self, connection: Connection, heads: Heads | None = None) -> Report:
        """Walk the chain from its first row to its last, and compare it with heads, if any are given, that were read before."""
        # Read in pieces: a year of rows is more than fits into memory.
        query = select(self._table).order_by(self._table.c.seq).execution_options(yield_per=1_000)
        return judge(connection.execute(query).mappings(), self._link_of, heads)

    def verify(self, connection: Connection) -> list[Finding]:
        """What is wrong with the rows themselves. Rows cut off the end are not seen from here: that needs heads."""
        return list(self.judge(connection).findings)

    def _link_of(self, row: RowMapping) -> bytes:
        return self._link({name: row[name] for name in FIELDS}, row["previous"])

    def _link(self, fields: Mapping[str, Any], previous: bytes) -> bytes:
        return hmac.digest(self._key, _canonical(fields).encode() + previous, hashlib.sha256)


def _canonical(fields: Mapping[str, Any]) -> str:
    """One spelling for equal fields: sorted names, no spaces (RFC 8785 for strings, integers and nested objects)."""
    return json.dumps(fields, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
