"""What must stay dead whatever copy of the database comes back: a list beside the database, which only grows.

    in the transaction of the cause: line written ──▶ line on disk ──▶ the database's watermark moves ──▶ committed

A line is on disk before its cause is. Whoever dies in between leaves a line too many, and that errs on the safe side: what
was about to die is dead after the next start. A database remembers how many lines it knows (its watermark); lines beyond it
are news to it, and a line that says that the database was started, beyond it, says that the database is an older one.

Lines hold identifiers only. Each carries an HMAC over itself and the HMAC before it, so that none is forged, edited, moved
or taken out; a tail that was cut off is seen by the watermark.
"""

import fcntl
import hashlib
import hmac
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import BigInteger, Column, Connection, MetaData, String, Table, insert, select, text, update

from ground.chance import Chance, draw_identifier
from ground.clock import Clock
from ground.journal import ADVISORY_LOCK

BEGUN = "begun"
STARTED = "started"
EPOCH = "epoch"
NOT_DEAD = (BEGUN, STARTED, EPOCH)
"""Lines that tell of the list and of the database, and bury nobody."""
WATERMARK = "tombstones"


class TombstonesBroken(Exception):
    """The list is not what we wrote, in one sentence for the operator."""


@dataclass(frozen=True)
class Tombstone:
    """One line: what died, and when (seconds). The first has number 0 and names the list."""

    number: int
    kind: str
    identifiers: tuple[str, ...]
    at: int


@dataclass(frozen=True)
class Standing:
    """What a database does not know yet: `unknown` lines, and whether it is older than the list, or the list shorter than it."""

    unknown: Sequence[Tombstone]
    is_rolled_back: bool
    is_list_lost: bool
    epoch: int

    @property
    def buried(self) -> Sequence[Tombstone]:
        """What has to die (again)."""
        return [line for line in self.unknown if line.kind not in NOT_DEAD]


@dataclass(frozen=True)
class _Read:
    """How far the file has been read: up to this byte, which `lines` lines and the last HMAC come before."""

    offset: int
    lines: tuple[Tombstone, ...]
    seal: bytes


NOTHING_READ = _Read(0, (), b"")


def watermarks_table(metadata: MetaData) -> Table:
    """The table of what a database knows of lists beside it, added to an application's own metadata."""
    return Table(
        "watermarks",
        metadata,
        Column("name", String(80), primary_key=True),
        Column("number", BigInteger, nullable=False),
        Column("at", BigInteger, nullable=False),
    )


class Tombstones:
    """The list of one application. Without a file, in a sandbox, nothing is written and nothing comes back."""

    def __init__(self, file: Path | None, watermarks: Table, key: bytes, clock: Clock, chance: Chance) -> None:
        self._file = file
        self._marks = watermarks
        self._key = key
        self._clock = clock
        self._chance = chance
        self._read = NOTHING_READ

    def bury(self, connection: Connection, kind: str, *identifiers: str) -> None:
        """Note in the transaction of its cause that something is dead for good. On disk when this returns."""
        if self._file is None:
            return
        if connection.dialect.name == "postgresql":
            # The journal's lock, so that lines stand in the order of commits and nobody waits for two locks crosswise.
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": ADVISORY_LOCK})
        lines = self._append(kind, identifiers)
        self._set(connection, _watermark_of(lines), lines[-1].number)

    def muted(self) -> "Tombstones":
        """The same list for whoever does again what stands in it already: nothing is written."""
        return Tombstones(None, self._marks, self._key, self._clock, self._chance)

    def compare(self, connection: Connection, *, has_history: bool) -> Standing:
        """What the database of this transaction does not know. One without a history has nothing that could come back."""
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": ADVISORY_LOCK})
        marks = {row.name: row.number for row in connection.execute(select(self._marks))}
        lines = self.lines()
        epoch = max([marks.get(EPOCH, 1), *(int(line.identifiers[0]) for line in lines if line.kind == EPOCH)])
        knows_a_list = any(name.startswith(WATERMARK) for name in marks)
        if not lines:
            # A server's database may have other nodes, with lists of their own; beside a file there is one list only.
            is_lost = knows_a_list and connection.dialect.name == "sqlite"
            return Standing((), is_rolled_back=False, is_list_lost=is_lost, epoch=epoch)
        known = marks.get(_watermark_of(lines), 0)
        if not (has_history or knows_a_list):
            known = lines[-1].number
        unknown = [line for line in lines if line.number > known]
        return Standing(
            unknown,
            is_rolled_back=any(line.kind == STARTED for line in unknown),
            is_list_lost=known > lines[-1].number,
            epoch=epoch,
        )

    def remember_epoch(self, connection: Connection, epoch: int) -> None:
        """From now on this is the epoch, inside and outside."""
        self.bury(connection, EPOCH, str(epoch))
        self._set(connection, EPOCH, epoch)

    def remember_start(self, connection: Connection) -> None:
        """The database of this transaction is started now: every copy that was made before is an older one."""
        self.bury(connection, STARTED)

    def note(self, connection: Connection, name: str, number: int) -> None:
        """Have the database remember a number of its own by this name."""
        self._set(connection, name, number)

    def noted(self, connection: Connection, name: str) -> int | None:
        """The number that it remembers."""
        number: int | None = connection.execute(select(self._marks.c.number).where(self._marks.c.name == name)).scalar()
        return number

    def lines(self) -> Sequence[Tombstone]:
        """Every line there is, the first one too. Raises TombstonesBroken."""
        if self._file is None or not self._file.exists():
            return ()
        descriptor = os.open(self._file, os.O_RDONLY | os.O_CLOEXEC)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            return self._catch_up(self._file, descriptor).lines
        finally:
            os.close(descriptor)

    def _append(self, kind: str, identifiers: Sequence[str]) -> Sequence[Tombstone]:
        """Write one line and wait until it is on disk. All lines, it too."""
        assert self._file is not None, "without a file nothing is appended"
        self._file.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self._file, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            read = self._catch_up(self._file, descriptor)
            os.ftruncate(descriptor, read.offset)  # a line that was not finished was acknowledged to nobody
            is_new = not read.lines
            if is_new:
                read = self._write(descriptor, read, BEGUN, (draw_identifier(self._chance, "list of tombstones"),))
            read = self._write(descriptor, read, kind, tuple(identifiers))
            os.fsync(descriptor)
            if is_new:
                _sync_folder(self._file.parent)
            self._read = read
            return read.lines
        finally:
            os.close(descriptor)

    def _write(self, descriptor: int, read: _Read, kind: str, identifiers: tuple[str, ...]) -> _Read:
        line = Tombstone(len(read.lines), kind, identifiers, self._clock.now())
        seal = self._seal(line, read.seal)
        written = (json.dumps({**_fields(line), "seal": seal.hex()}, ensure_ascii=False) + "\n").encode()
        rest = memoryview(written)
        while rest:
            rest = rest[os.write(descriptor, rest) :]
        return _Read(read.offset + len(written), (*read.lines, line), seal)

    def _catch_up(self, file: Path, descriptor: int) -> _Read:
        """Read what others have written since. The caller holds the file."""
        read = self._read
        size = os.fstat(descriptor).st_size
        if size < read.offset:
            read = NOTHING_READ  # somebody has put another one there
        news = os.pread(descriptor, size - read.offset, read.offset)
        whole = news[: news.rfind(b"\n") + 1]
        lines, seal = list(read.lines), read.seal
        for text_line in whole.splitlines():
            line, given = _parse(text_line)
            if line is None or line.number != len(lines) or not hmac.compare_digest(given, self._seal(line, seal)):
                raise TombstonesBroken(
                    f"{file}: line {len(lines) + 1} is not what was written there: put the file back as it was, or remove it, "
                    "whereupon everybody signs in anew"
                )
            lines.append(line)
            seal = given
        self._read = _Read(read.offset + len(whole), tuple(lines), seal)
        return self._read

    def _seal(self, line: Tombstone, previous: bytes) -> bytes:
        spelled = json.dumps(_fields(line), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hmac.digest(self._key, spelled.encode() + previous, hashlib.sha256)

    def _set(self, connection: Connection, name: str, number: int) -> None:
        row = {"number": number, "at": self._clock.now()}
        if not connection.execute(update(self._marks).where(self._marks.c.name == name), row).rowcount:
            connection.execute(insert(self._marks), {"name": name, **row})


def _watermark_of(lines: Sequence[Tombstone]) -> str:
    """The name of the watermark of a list: each node has a list of its own."""
    return f"{WATERMARK} {lines[0].identifiers[0]}"


def _fields(line: Tombstone) -> dict[str, Any]:
    return {"number": line.number, "kind": line.kind, "of": list(line.identifiers), "at": line.at}


def _parse(text_line: bytes) -> tuple[Tombstone | None, bytes]:
    try:
        found = json.loads(text_line)
        line = Tombstone(int(found["number"]), str(found["kind"]), tuple(map(str, found["of"])), int(found["at"]))
        return line, bytes.fromhex(found["seal"])
    except (ValueError, KeyError, TypeError):
        return None, b""


def _sync_folder(folder: Path) -> None:
    """A new file outlives a power cut only when its folder is on disk too."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
