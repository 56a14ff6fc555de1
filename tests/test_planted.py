"""What searches for planted phrases finds them wherever a program may leave one: a search that finds nothing proves nothing."""

import base64
import gzip
import json
import sqlite3
import zipfile
import zlib
from collections.abc import Callable
from email.message import EmailMessage
from io import BytesIO
from pathlib import Path
from urllib.parse import urlencode

import pytest

from tests.planted import Search

PHRASES = ["Подсаженко Агафья 0417", "500100732259", "agafya-0417@example.test", "кв. 5, «Ромашка» <17>"]
OTHERS = ["Подсаженко Агафья 0928", "500100736000", "agafya-0928@example.test", "кв. 5, «Ромашка» <28>"]


def zipped(text: str) -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("copy.json", json.dumps({"name": text}))
    return file.getvalue()


def mailed(text: str, encoding: str) -> bytes:
    message = EmailMessage()
    message.set_content(f"Здравствуйте, {text}, добрый день", cte=encoding)
    return message.as_bytes()


WAYS: dict[str, Callable[[str], bytes]] = {
    "plain": lambda text: f"name={text};".encode(),
    "utf-16": lambda text: f"name={text};".encode("utf-16"),
    "windows-1251": lambda text: f"name={text};".encode("cp1251"),
    "json": lambda text: json.dumps({"name": text}).encode(),
    "readable json": lambda text: json.dumps({"name": text}, ensure_ascii=False).encode(),
    "address": lambda text: urlencode({"name": text}).replace("+", "%20").encode(),
    "log of a text": lambda text: repr(text).encode(),
    "log of bytes": lambda text: repr(text.encode()).encode(),
    "base64": lambda text: base64.b64encode(f"a{text}b".encode()),
    "base64, elsewhere": lambda text: base64.b64encode(f"ab{text}abc".encode()),
    "base64, at the end": lambda text: base64.urlsafe_b64encode(f"abc{text}".encode()),
    "hexadecimal": lambda text: f"\\x{text.encode().hex()}".encode(),
    "mail": lambda text: mailed(text, "8bit"),
    "gzip": lambda text: b"before" + gzip.compress(f"name={text}".encode() * 3),
    "a stream of a PDF": lambda text: b"stream\r\n" + zlib.compress(text.encode("utf-16-be")) + b"\r\nendstream",
    "zip": zipped,
    "zip in gzip": lambda text: gzip.compress(zipped(text)),
}


@pytest.mark.parametrize("phrase", PHRASES)
@pytest.mark.parametrize("way", WAYS)
def test_r134_search_finds_a_phrase_written_in_every_way(way: str, phrase: str) -> None:
    search = Search([*PHRASES, *OTHERS])
    assert {hit.phrase for hit in search.hits_in(WAYS[way](phrase), "here")} == {phrase}


@pytest.mark.parametrize("way", WAYS)
def test_r134_search_finds_nothing_where_nothing_is(way: str) -> None:
    assert Search(OTHERS).hits_in(WAYS[way](PHRASES[0]), "here") == set()


def test_r134_search_finds_what_stands_in_a_database_its_log_and_what_was_deleted(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "base.sqlite3")
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT, about BLOB)")
    connection.execute("INSERT INTO people VALUES (1, ?, ?)", (PHRASES[0], b"x" * 3000 + b"Long" * 1000 + PHRASES[3].encode()))
    connection.commit()
    search = Search([*PHRASES, *OTHERS])
    assert {hit.phrase for hit in search.hits_under(tmp_path)} == {PHRASES[0], PHRASES[3]}
    assert {hit.where for hit in search.hits_under(tmp_path)} >= {"base.sqlite3-wal", "base.sqlite3, table people"}
    connection.execute("DELETE FROM people")
    connection.commit()
    assert PHRASES[0] in {hit.phrase for hit in search.hits_under(tmp_path)}
    connection.execute("VACUUM")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    assert search.hits_under(tmp_path) == set()


def test_r134_search_finds_a_value_that_is_cut_where_a_page_ends(tmp_path: Path) -> None:
    long = "".join(f"{number:04d}" for number in range(2500))
    with sqlite3.connect(tmp_path / "base.sqlite3") as connection:
        connection.execute("CREATE TABLE notes (text TEXT)")
        connection.executemany("INSERT INTO notes VALUES (?)", [(f"before {long}",)])
    connection.close()
    assert {hit.where for hit in Search([long]).hits_under(tmp_path)} == {"base.sqlite3, table notes"}


def test_r134_search_reads_names_of_files(tmp_path: Path) -> None:
    (tmp_path / f"{PHRASES[0]}.pdf").write_bytes(b"")
    assert {hit.phrase for hit in Search(PHRASES).hits_under(tmp_path)} == {PHRASES[0]}


def test_r134_search_for_a_thousand_phrases_takes_about_a_second_a_megabyte() -> None:
    """Counted in beginnings, not in seconds: the phrases of a test begin alike."""
    phrases = [f"Подсаженко {number:04d}" for number in range(1000)]
    search = Search(phrases)
    assert len(search._by_head) < 60
    data = b"\xd0" * 100_000 + phrases[417].encode() + b"\xd0" * 100_000
    assert {hit.phrase for hit in search.hits_in(data, "here")} == {phrases[417]}
