"""Heads of a journal, kept outside its database: what the last row was, and when.

A chain cannot show that rows were cut off its end, nor that the whole database was put back to an earlier day. A head can.
Each stands in one line of a file, sealed with a key that the database does not hold; a seal covers the line before it too,
so that no line can be changed or taken out of the middle unseen. Lines cut off the end are not seen: whoever may write this
file as well as the database can do that, so copy it to where they cannot.
"""

import fcntl
import hashlib
import hmac
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

MOST = 2_000
"""More lines than these are thinned out: of the older half every second one goes, so that the oldest stand furthest apart."""


@dataclass(frozen=True)
class Head:
    """The row `seq` was the last one at a moment (seconds), and this was its link."""

    seq: int
    link: bytes
    at: int


@dataclass(frozen=True)
class Heads:
    """What a file says: the heads whose seals are right, and the number of the first line whose seal is not."""

    is_there: bool
    heads: tuple[Head, ...] = ()
    broken_line: int | None = None

    @property
    def last(self) -> Head | None:
        return self.heads[-1] if self.heads else None


NO_HEADS = Heads(is_there=False)


class HeadsFile:
    """The heads of one journal, as one machine has seen them. Several processes may append."""

    def __init__(self, path: Path, key: bytes) -> None:
        self.path = path
        self._key = key

    def read(self) -> Heads:
        """Every head whose seal is right, oldest first."""
        try:
            lines = _whole_lines(self.path.read_bytes())
        except FileNotFoundError:
            return NO_HEADS
        heads, broken_line = [], None
        for number, (before, line) in enumerate(zip((b"", *lines), lines, strict=False), start=1):
            head = self._open(line, before)
            if head is not None:
                heads.append(head)
            elif broken_line is None:
                broken_line = number
        return Heads(True, tuple(heads), broken_line)

    def append(self, head: Head) -> None:
        """Add a head; it is on disk when this returns. Call it under `locked`."""
        try:
            content = self.path.read_bytes()
        except FileNotFoundError:
            content = b""
        lines = _whole_lines(content)
        descriptor = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            # A process that died while it wrote left a part of a line.
            os.ftruncate(descriptor, sum(len(line) + 1 for line in lines))
            os.write(descriptor, self._seal(head, lines[-1] if lines else b"") + b"\n")
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        if not content:
            _sync_folder(self.path.parent)
        if len(lines) >= MOST:
            self._thin_out()

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep every other process from writing."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self.path.with_name(f"{self.path.name}.lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def put_aside(self, at: int) -> Path | None:
        """Rename the file, so that a new one begins. Call it under `locked`; None when there is no file."""
        aside = self.path.with_name(f"{self.path.name}.until-{at}")
        try:
            self.path.rename(aside)
        except FileNotFoundError:
            return None
        _sync_folder(self.path.parent)
        return aside

    def _thin_out(self) -> None:
        read = self.read()
        if read.broken_line is not None:
            return  # sealed anew it would look whole
        middle = len(read.heads) // 2
        draft = self.path.with_name(f"{self.path.name}.{os.getpid()}.new")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600), "wb") as file:
            file.writelines(line + b"\n" for line in self._sealed((*read.heads[:middle:2], *read.heads[middle:])))
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self.path)
        _sync_folder(self.path.parent)

    def _sealed(self, heads: Sequence[Head]) -> Iterator[bytes]:
        before = b""
        for head in heads:
            before = self._seal(head, before)
            yield before

    def _seal(self, head: Head, before: bytes) -> bytes:
        """The line of a head that follows the line `before`."""
        fields = {"seq": head.seq, "link": head.link.hex(), "at": head.at}
        return json.dumps({**fields, "seal": self._seal_of(head, before)}).encode()

    def _open(self, line: bytes, before: bytes) -> Head | None:
        try:
            fields = json.loads(line)
            head = Head(int(fields["seq"]), bytes.fromhex(fields["link"]), int(fields["at"]))
            is_right = hmac.compare_digest(str(fields["seal"]).encode(), self._seal_of(head, before).encode())
        except (ValueError, KeyError, TypeError):
            return None
        return head if is_right else None

    def _seal_of(self, head: Head, before: bytes) -> str:
        return hmac.new(self._key, b"%d %b %d %b" % (head.seq, head.link, head.at, before), hashlib.sha256).hexdigest()


def _whole_lines(content: bytes) -> list[bytes]:
    return content.split(b"\n")[:-1]


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
