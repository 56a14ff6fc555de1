"""Judging a journal: its rows by their links, and its end by the heads that were kept elsewhere.

A row is found edited when its own link is wrong, unlinked when it does not follow the one before it. What lies before the
first row has to be vouched for by a row of the journal itself, which says what was removed because it was old.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from sqlalchemy import RowMapping

from ground.clock import as_datetime
from ground.journal.heads import Head, Heads

FIRST_LINK = bytes(32)
PURGED = "journal.purged"
"""The action of the row that says which rows were removed because they were old."""
ANCHORED = "journal.anchored"
"""The action of the row that says that a file of heads begins."""

Row = RowMapping


class Kind(StrEnum):
    """What may be wrong."""

    EDITED = "edited"
    GAP = "gap"
    UNLINKED = "unlinked"
    CUT = "cut"
    REPLACED = "replaced"
    HEADS = "heads"


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong: the number of the first row, or line of the file of heads, that shows it, and the sentence."""

    seq: int
    kind: Kind
    sentence: str = field(compare=False)


@dataclass(frozen=True)
class Report:
    """What there is of a journal, and what is wrong with it, the first row first."""

    rows: int
    first: int | None
    last: int | None
    heads: int
    findings: tuple[Finding, ...]

    @property
    def is_whole(self) -> bool:
        return not self.findings

    @property
    def sentence(self) -> str:
        """The verdict in one sentence."""
        if not self.is_whole:
            others = len(self.findings) - 1
            more = f" (and {others} more finding{'s' if others > 1 else ''})" if others else ""
            return f"the journal is broken: {self.findings[0].sentence}{more}"
        rows = f"rows {self.first} to {self.last}" if self.rows else "no rows"
        heads = {0: "no head outside the database yet", 1: "1 head outside the database agrees"}.get(
            self.heads, f"{self.heads} heads outside the database agree"
        )
        return f"the journal is whole: {rows}, {heads}"

    def as_document(self) -> dict[str, Any]:
        """The same for programs."""
        return {"whole": self.is_whole, "sentence": self.sentence, **asdict(self)}


def judge(rows: Iterable[Row], link_of: Callable[[Row], bytes], heads: Heads | None) -> Report:
    """Walk all rows by their numbers. Read `heads` before the rows: then no head is of a row that was not there yet."""
    known = heads.heads if heads is not None else ()
    walk = _Walk(link_of, {head.seq for head in known})
    for row in rows:
        walk.take(row)
    findings = [*walk.findings, *_beginning(walk)]
    if heads is not None:
        findings += _against_heads(walk, heads)
    findings.sort(key=lambda finding: (finding.kind == Kind.HEADS, finding.seq))
    return Report(walk.count, walk.first, walk.last, len(known), tuple(findings))


class _Walk:
    """What is learnt on the way from the first row to the last."""

    def __init__(self, link_of: Callable[[Row], bytes], wanted: set[int]) -> None:
        self._link_of = link_of
        self._wanted = wanted
        self._expected_link: bytes | None = None
        self.findings: list[Finding] = []
        self.links: dict[int, bytes] = {}
        """The links of the rows that heads are of."""
        self.bad: set[int] = set()
        self.count = 0
        self.first: int | None = None
        self.last: int | None = None
        self.before_first = FIRST_LINK
        self.purge: tuple[int, str] | None = None
        """What the newest row about old ones says: the last that was removed, and its link."""
        self.anchored_at: int | None = None

    def take(self, row: Row) -> None:
        seq = row["seq"]
        if self.last is None:
            self.first, self.before_first = seq, row["previous"]
        elif seq != self.last + 1:
            self.findings.append(Finding(self.last + 1, Kind.GAP, _missing(self.last + 1, seq - 1)))
        elif self._expected_link is not None and row["previous"] != self._expected_link:
            self._find(seq, Kind.UNLINKED, f"row {seq} does not follow the row before it: it was moved, or that one exchanged")
        if self._link_of(row) == row["link"]:
            self._expected_link = row["link"]
            self._learn(row)
        else:
            self._find(seq, Kind.EDITED, f"row {seq} was edited")
            self._expected_link = None  # whoever edited the row may have written any link
        if seq in self._wanted:
            self.links[seq] = row["link"]
        self.last = seq
        self.count += 1

    def _find(self, seq: int, kind: Kind, sentence: str) -> None:
        self.findings.append(Finding(seq, kind, sentence))
        self.bad.add(seq)

    def _learn(self, row: Row) -> None:
        """What a row that nobody edited says of the journal itself."""
        if row["action"] == PURGED:
            detail = json.loads(row["detail"])
            self.purge = (detail["last"], detail["link"])
            if detail["anchored"]:
                self.anchored_at = row["seq"]
        elif row["action"] == ANCHORED:
            self.anchored_at = row["seq"]


def _beginning(walk: _Walk) -> list[Finding]:
    """Is what lies before the first row vouched for?"""
    if walk.first is None:
        return []
    last_purged, link = walk.purge or (0, FIRST_LINK.hex())
    if walk.first > last_purged + 1:
        return [Finding(last_purged + 1, Kind.GAP, _missing(last_purged + 1, walk.first - 1))]
    if walk.first <= last_purged:
        sentence = f"rows {walk.first} to {last_purged} are here again, though they were removed because they were old"
        return [Finding(walk.first, Kind.REPLACED, sentence)]
    if walk.before_first.hex() != link and walk.first not in walk.bad:
        sentence = f"row {walk.first} does not follow the last row that was removed because it was old"
        return [Finding(walk.first, Kind.UNLINKED, sentence)]
    return []


def _against_heads(walk: _Walk, heads: Heads) -> list[Finding]:
    """Do the heads agree with the rows, and are they what we wrote?"""
    findings = []
    if heads.broken_line is not None:
        line = heads.broken_line
        sentence = f"line {line} of the file of heads was changed, or the line before it was removed"
        findings.append(Finding(line, Kind.HEADS, sentence))
    elif not heads.is_there and walk.anchored_at is not None:
        sentence = f"the file of heads is gone, though row {walk.anchored_at} says that there is one"
        findings.append(Finding(0, Kind.HEADS, sentence))
    last = walk.last or 0
    beyond = max((head for head in heads.heads if head.seq > last), key=lambda head: head.seq, default=None)
    if beyond is not None:
        sentence = f"{_missing(last + 1, beyond.seq)} at the end: {_told(beyond)}"
        findings.append(Finding(last + 1, Kind.CUT, sentence))
    agreed = 0
    for head in sorted(heads.heads, key=lambda head: head.seq):
        if head.seq not in walk.links or head.seq in walk.bad:
            continue
        if walk.links[head.seq] != head.link:
            since = f"after row {agreed}" if agreed else "as a whole"
            sentence = f"row {head.seq} is another than it was: {_told(head)}; the journal was rolled back or replaced {since}"
            findings.append(Finding(head.seq, Kind.REPLACED, sentence))
            break
        agreed = head.seq
    return findings


def _told(head: Head) -> str:
    return f"the head of {as_datetime(head.at):%Y-%m-%d %H:%M:%S} UTC is of row {head.seq}"


def _missing(first: int, last: int) -> str:
    return f"row {first} is missing" if first == last else f"rows {first} to {last} are missing"
