"""Searching what a stand leaves behind for phrases that may stand nowhere in plain.

A phrase is looked for as programs write it down: in the usual encodings of Russian text, escaped for JSON, addresses, mail
and HTML, in hexadecimal and base64, and inside what is packed with deflate, gzip or zip (a PDF, an archive). Databases are
searched twice: as files, with their write-ahead logs and what was deleted from them, and value by value, since a long value
is cut where a page ends.
"""

import html
import io
import json
import quopri
import re
import sqlite3
import zipfile
import zlib
from base64 import b64encode, urlsafe_b64encode
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

SHORTEST = 5
"""What is shorter stands somewhere by accident."""
HEAD_BYTES = 6
"""Phrases that begin alike are looked for together: a search costs by the number of beginnings, not of phrases."""
LARGEST_UNPACKED = 64 * 1024 * 1024
DEEPEST = 3
PACKED = re.compile(rb"\x78[\x01\x5e\x9c\xda]|\x1f\x8b\x08|PK\x03\x04")
SQLITE = b"SQLite format 3\0"


@dataclass(frozen=True)
class Hit:
    """A phrase in plain. `where` is a file or a column, and what it was packed in."""

    phrase: str
    where: str
    spelling: str


def spellings(phrase: str) -> Iterator[tuple[str, bytes]]:
    """The bytes of a phrase in every usual form, each once."""
    seen: set[bytes] = set()
    for name, spelled in _spellings(phrase):
        if len(spelled) >= SHORTEST and spelled not in seen:
            seen.add(spelled)
            yield name, spelled


def _spellings(phrase: str) -> Iterator[tuple[str, bytes]]:
    plain = phrase.encode()
    yield "utf-8", plain
    for encoding in ("utf-16-le", "utf-16-be", "cp1251", "koi8-r", "cp866"):
        yield encoding, phrase.encode(encoding, "ignore")
    yield "json", json.dumps(phrase)[1:-1].encode()
    yield "json of a kind", json.dumps(phrase)[1:-1].upper().replace("\\U", "\\u").encode()
    yield "address", quote(phrase, safe="").encode()
    yield "address of a kind", quote(phrase, safe="").lower().encode()
    yield "mail", quopri.encodestring(plain).rstrip(b"=\n").replace(b"=\n", b"")
    yield "html", html.escape(phrase).encode()
    yield "html references", "".join(f"&#{ord(character)};" for character in phrase).encode()
    yield "python", phrase.encode("unicode_escape")
    yield "python bytes", repr(plain)[2:-1].encode()
    yield "hexadecimal", plain.hex().encode()
    yield "HEXADECIMAL", plain.hex().upper().encode()
    for shift in range(3):  # base64 of a longer text: the phrase begins at any third of a group
        for name, encode in (("base64", b64encode), ("base64url", urlsafe_b64encode)):
            whole = encode(b"\0" * shift + plain)
            # What its neighbours have a part in is left off at both ends.
            yield name, whole[(0, 2, 3)[shift] : len(whole.rstrip(b"=")) - (1 if (shift + len(plain)) % 3 else 0)]


class Search:
    """Looks for a number of phrases at once."""

    def __init__(self, phrases: Iterable[str]) -> None:
        self._by_head: dict[bytes, list[tuple[str, str, bytes]]] = defaultdict(list)
        for phrase in phrases:
            for name, spelled in spellings(phrase):
                self._by_head[spelled[:HEAD_BYTES]].append((phrase, name, spelled))

    def hits_in(self, data: bytes, where: str, *, depth: int = 0) -> set[Hit]:
        """What of it stands in these bytes, packed or not."""
        hits: set[Hit] = set()
        for head, candidates in self._by_head.items():
            for position in _positions(data, head):
                hits |= {Hit(phrase, where, name) for phrase, name, spelled in candidates if data.startswith(spelled, position)}
        if depth < DEEPEST:
            for inner, name in _unpacked(data):
                hits |= self.hits_in(inner, f"{where} ({name})", depth=depth + 1)
        return hits

    def hits_in_text(self, text: str, where: str) -> set[Hit]:
        """The same for what was logged or printed."""
        return self.hits_in(text.encode("utf-8", "surrogatepass"), where)

    def hits_under(self, folder: Path) -> set[Hit]:
        """The same for every file of a folder, names included."""
        hits: set[Hit] = set()
        for file in sorted(folder.rglob("*")):
            where = str(file.relative_to(folder))
            hits |= self.hits_in_text(where, f"the name {where}")
            if file.is_file() and not file.is_symlink():
                hits |= self.hits_in(file.read_bytes(), where)
                hits |= self._hits_in_database(file, where)
        return hits

    def hits_in_rows(self, rows: Iterable[Iterable[object]], where: str) -> set[Hit]:
        """The same for the values of a table, whoever read them."""
        return self.hits_in(b"\0".join(_as_bytes(value) for row in rows for value in row), where)

    def _hits_in_database(self, file: Path, where: str) -> set[Hit]:
        with file.open("rb") as opened:
            if opened.read(len(SQLITE)) != SQLITE:
                return set()
        hits: set[Hit] = set()
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            for table in tables:
                rows = connection.execute(f'SELECT * FROM "{table}"')  # noqa: S608 - its own names
                hits |= self.hits_in_rows(rows, f"{where}, table {table}")
        return hits


def _as_bytes(value: object) -> bytes:
    return bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode("utf-8", "surrogatepass")


def _positions(data: bytes, head: bytes) -> Iterator[int]:
    position = data.find(head)
    while position >= 0:
        yield position
        position = data.find(head, position + 1)


def _unpacked(data: bytes) -> Iterator[tuple[bytes, str]]:
    """What is packed in these bytes, wherever it begins."""
    view = memoryview(data)  # a database has hundreds of places that look like a beginning: none of them is copied
    for found in PACKED.finditer(data):
        start = found.start()
        if found[0].startswith(b"PK"):
            yield from _unzipped(data[start:])
            continue
        unpacker = zlib.decompressobj(wbits=zlib.MAX_WBITS | 32)
        try:
            inner = unpacker.decompress(view[start:], LARGEST_UNPACKED)
        except zlib.error:
            continue
        if len(inner) >= SHORTEST:
            yield inner, "gzip" if found[0].startswith(b"\x1f") else "deflate"


def _unzipped(data: bytes) -> Iterator[tuple[bytes, str]]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for name in archive.namelist():
                with archive.open(name) as member:
                    yield member.read(LARGEST_UNPACKED), f"zip, {name}"
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, zlib.error, EOFError, OSError, ValueError):
        return
