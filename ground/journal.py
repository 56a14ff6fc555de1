"""The journal: what happened, in an order nobody can change afterwards.

Each row carries an HMAC over its own fields and the HMAC of the row before it. A row is written in the transaction of
its cause, so there is no deed without a row and no row without its deed. Details hold no secrets and no personal data:
people and systems appear by their identifiers.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, Column, Connection, Index, LargeBinary, MetaData, String, Table, Text, insert, select, text

from ground.clock import Clock

FIRST_LINK = bytes(32)
ADVISORY_LOCK = 7_205_001
"""PostgreSQL has no single writer; whoever appends holds this lock until its transaction ends."""


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
    )


@dataclass(frozen=True)
class Finding:
    """What verification found wrong: the number of the row and one word for the kind (`edited`, `gap`, `unlinked`)."""

    seq: int
    kind: str


class Journal:
    """Appends to and verifies one application's journal."""

    def __init__(self, table: Table, key: bytes, clock: Clock) -> None:
        self._table = table
        self._key = key
        self._clock = clock
        self._last = select(table.c.seq, table.c.link).order_by(table.c.seq.desc()).limit(1)
        self._insert = insert(table)

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
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": ADVISORY_LOCK})
        last = connection.execute(self._last).first()
        fields = {
            "seq": last.seq + 1 if last else 1,
            "at": self._clock.now(),
            "actor": actor,
            "action": action,
            "object": object,
            "outcome": outcome,
            "detail": _canonical(detail or {}),
        }
        previous = last.link if last else FIRST_LINK
        connection.execute(self._insert, {**fields, "previous": previous, "link": self._link(fields, previous)})
        return int(fields["seq"])

    def verify(self, connection: Connection) -> list[Finding]:
        """Walk the chain from its first row. An empty list means that nothing was edited, removed or reordered.

        Rows cut off the end are not seen from here: that needs a head kept elsewhere.
        """
        findings: list[Finding] = []
        expected_seq, previous = 1, FIRST_LINK
        for row in connection.execute(select(self._table).order_by(self._table.c.seq)).mappings():
            seq = row["seq"]
            if seq != expected_seq:
                findings.append(Finding(expected_seq, "gap"))
            elif row["previous"] != previous:
                findings.append(Finding(seq, "unlinked"))
            fields = {name: row[name] for name in ("seq", "at", "actor", "action", "object", "outcome", "detail")}
            if not hmac.compare_digest(row["link"], self._link(fields, row["previous"])):
                findings.append(Finding(seq, "edited"))
            expected_seq, previous = seq + 1, row["link"]
        return findings

    def _link(self, fields: Mapping[str, Any], previous: bytes) -> bytes:
        return hmac.digest(self._key, _canonical(fields).encode() + previous, hashlib.sha256)


def _canonical(fields: Mapping[str, Any]) -> str:
    """One spelling for equal fields: sorted names, no spaces (RFC 8785 for strings, integers and nested objects)."""
    return json.dumps(fields, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
