"""The journal: whoever changes it without its key is found, and what was changed is named."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import MetaData, delete, insert, select, update

from ground.clock import FixedClock, monotonic_seconds
from ground.database import Database
from ground.journal import Journal, journal_table
from ground.journal import heads as heads_module
from ground.journal.heads import Head, HeadsFile
from ground.journal.keeping import EVERY_ROWS, EVERY_SECONDS, HeadKeeper
from ground.journal.verification import Report
from tests.postgresql.cluster import Cluster, running_cluster

METADATA = MetaData()
TABLE = journal_table(METADATA)
NUMBERS = count(1)
NOW = 1_795_340_000
MAX_SECONDS_OF_10_000 = 5.0


@dataclass
class Book:
    """A journal, its heads, and somebody who can write into both past the code, but has no key."""

    database: Database
    file: HeadsFile
    clock: FixedClock = field(default_factory=lambda: FixedClock(NOW))
    seconds: float = 0.0

    def __post_init__(self) -> None:
        self.journal = Journal(TABLE, b"key of the chain", self.clock)
        self.keeper = self.restarted()

    def restarted(self) -> HeadKeeper:
        """The keeper of a process that has just begun."""
        return HeadKeeper(self.journal, self.database, self.file, monotonic=lambda: self.seconds)

    def write(self, rows: int) -> None:
        with self.database.write() as connection:
            for number in range(rows):
                self.journal.append(connection, actor=f"citizen:{number}", action="deed", object="thing")

    def purge(self, before: int) -> int:
        with self.database.write() as connection:
            return self.journal.purge(connection, before=before, actor="system")

    def report(self) -> Report:
        heads = self.file.read()
        with self.database.read() as connection:
            return self.journal.judge(connection, heads)

    def findings(self) -> list[tuple[str, int]]:
        return [(str(finding.kind), finding.seq) for finding in self.report().findings]

    def rows(self) -> list[dict[str, object]]:
        with self.database.read() as connection:
            return [dict(row) for row in connection.execute(select(TABLE).order_by(TABLE.c.seq)).mappings()]

    def put_back(self, rows: list[dict[str, object]]) -> None:
        with self.database.write() as connection:
            connection.execute(delete(TABLE))
            connection.execute(insert(TABLE), rows)

    def change(self, which: int, **values: object) -> None:
        with self.database.write() as connection:
            connection.execute(update(TABLE).where(TABLE.c.seq == which).values(**values))

    def remove(self, *seqs: int) -> None:
        with self.database.write() as connection:
            connection.execute(delete(TABLE).where(TABLE.c.seq.in_(seqs)))


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    with running_cluster() as cluster:
        yield cluster


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def book(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Book]:
    """Ten rows: the first says that the heads begin, the others are deeds; heads are of rows 1 and 10."""
    if request.param == "sqlite":
        address = f"sqlite:///{tmp_path / 'journal.sqlite3'}"
    else:
        address = request.getfixturevalue("cluster").make_database(f"journal_{next(NUMBERS)}")
    book = Book(Database(address), HeadsFile(tmp_path / "journal-heads", b"key of the heads"))
    METADATA.create_all(book.database.engine)
    book.keeper.write()
    book.write(9)
    book.keeper.write()
    yield book
    book.database.close()


def test_what_nobody_touched_is_whole(book: Book) -> None:
    report = book.report()
    assert report.is_whole
    assert report.sentence == "the journal is whole: rows 1 to 10, 2 heads outside the database agree"
    assert (report.rows, report.first, report.last, report.heads) == (10, 1, 10, 2)


def cut_and_go_on(book: Book) -> None:
    """The database of an earlier day is put back, and the application goes on writing."""
    book.remove(8, 9, 10)
    book.write(5)


def cut_the_heads(book: Book) -> None:
    lines = book.file.path.read_bytes().splitlines(keepends=True)
    book.file.path.write_bytes(b"".join(lines[1:]))


def edit_the_heads(book: Book) -> None:
    book.remove(10)
    book.file.path.write_text(book.file.path.read_text().replace('"seq": 10', '"seq": 9'))


def pretend_a_purge(book: Book) -> None:
    """A row that vouches for the beginning, by somebody without the key."""
    row = book.rows()[4]
    book.remove(1, 2, 3, 4)
    detail = f'{{"anchored":false,"last":4,"link":"{bytes(row["previous"]).hex()}","rows":4}}'  # type: ignore[arg-type]
    book.change(10, action="journal.purged", detail=detail)


HARM: list[tuple[str, Callable[[Book], None], list[tuple[str, int]], str]] = [
    ("edited", lambda book: book.change(4, actor="nobody"), [("edited", 4)], "row 4 was edited"),
    ("its link too", lambda book: book.change(4, actor="nobody", link=bytes(32)), [("edited", 4)], "row 4 was edited"),
    ("removed", lambda book: book.remove(4, 5), [("gap", 4)], "rows 4 to 5 are missing"),
    ("the first removed", lambda book: book.remove(1), [("gap", 1)], "row 1 is missing"),
    ("moved", lambda book: (book.change(4, seq=0), book.change(5, seq=4), book.change(0, seq=5))[0],
     [("unlinked", 4), ("edited", 4), ("edited", 5)], "row 4 does not follow the row before it"),
    ("cut", lambda book: book.remove(9, 10), [("cut", 9)], "rows 9 to 10 are missing at the end: the head of 2026-11-22"),
    ("emptied", lambda book: book.remove(*range(1, 11)), [("cut", 1)], "rows 1 to 10 are missing at the end"),
    ("put back", cut_and_go_on, [("replaced", 10)], "the journal was rolled back or replaced after row 1"),
    ("a head removed", cut_the_heads, [("heads", 1)], "line 1 of the file of heads was changed"),
    ("a head edited", edit_the_heads, [("heads", 2)], "line 2 of the file of heads was changed"),
    ("all heads removed", lambda book: book.file.path.unlink(), [("heads", 0)], "the file of heads is gone, though row 1"),
    ("a purge pretended", pretend_a_purge, [("gap", 1), ("edited", 10)], "rows 1 to 4 are missing"),
]  # fmt: skip


@pytest.mark.parametrize(("harm", "found", "sentence"), [case[1:] for case in HARM], ids=[case[0] for case in HARM])
def test_r144_what_was_done_to_the_journal_is_found_and_named(
    book: Book, harm: Callable[[Book], None], found: list[tuple[str, int]], sentence: str
) -> None:
    harm(book)
    report = book.report()
    assert book.findings() == found
    assert report.sentence.startswith("the journal is broken: ")
    assert sentence in report.sentence


def test_rows_written_since_the_last_head_may_be_any(book: Book) -> None:
    book.write(3)
    assert book.findings() == []


def test_i5_an_edit_of_any_of_10_000_rows_is_named_within_five_seconds(book: Book) -> None:
    book.write(10_000 - 10)
    book.change(7_777, detail='{"amount":1}')
    began = monotonic_seconds()
    assert book.findings() == [("edited", 7_777)]
    assert monotonic_seconds() - began < MAX_SECONDS_OF_10_000


def test_head_is_written_after_a_minute_or_a_thousand_rows(book: Book) -> None:
    def heads() -> list[int]:
        return [head.seq for head in book.file.read().heads]

    book.write(1)
    book.seconds += EVERY_SECONDS - 1
    assert not book.keeper.look()
    book.seconds += 1
    book.clock.advance(7)
    assert book.keeper.look()
    assert book.file.read().last == Head(11, book.rows()[-1]["link"], NOW + 7)
    book.write(EVERY_ROWS - 1)
    assert not book.keeper.look()
    book.write(1)
    assert book.keeper.look()
    assert heads() == [1, 10, 11, 11 + EVERY_ROWS]
    book.seconds += EVERY_SECONDS
    assert not book.keeper.look(), "nothing was written since"
    assert heads() == [1, 10, 11, 11 + EVERY_ROWS]


def test_keeper_that_ends_in_good_order_leaves_a_head_of_the_last_row(book: Book) -> None:
    keeper = book.restarted()
    keeper.start()
    book.write(5)
    keeper.stop()
    last = book.file.read().last
    assert last is not None
    assert last.seq == 15


def test_journal_of_another_day_is_noticed_by_the_next_head_too(book: Book) -> None:
    book.remove(8, 9, 10)
    book.write(1)
    book.restarted().write()
    assert book.findings() == [("cut", 9)]
    book.write(2)
    assert book.findings() == [("replaced", 10)]


def test_file_of_heads_may_begin_anew_and_the_journal_says_so(book: Book) -> None:
    """After a restore nobody can be blamed for."""
    book.remove(8, 9, 10)
    assert book.findings() == [("cut", 8)]
    with book.keeper.begin_anew():
        pass
    assert book.findings() == []
    assert [row["seq"] for row in book.rows() if row["action"] == "journal.anchored"] == [1, 8]
    assert len(list(book.file.path.parent.glob("journal-heads.until-*"))) == 1


def test_line_that_was_not_finished_is_no_harm(book: Book) -> None:
    with book.file.path.open("ab") as file:
        file.write(b'{"seq": 11, "li')
    assert book.findings() == []
    book.write(1)
    book.keeper.write()
    assert [head.seq for head in book.file.read().heads] == [1, 10, 11]
    assert book.findings() == []


def test_file_of_heads_does_not_grow_for_ever_and_keeps_its_ends(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heads_module, "MOST", 20)
    for _ in range(100):
        book.write(1)
        book.keeper.write()
        assert len(book.file.read().heads) <= 21
    assert book.findings() == []
    heads = [head.seq for head in book.file.read().heads]
    assert (heads[0], heads[-1]) == (1, 110)
    book.remove(110)
    assert book.findings() == [("cut", 110)]


def test_file_that_somebody_changed_is_not_made_whole_by_thinning(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heads_module, "MOST", 5)
    cut_the_heads(book)
    for _ in range(10):
        book.write(1)
        book.keeper.write()
    assert book.findings() == [("heads", 1)]


def test_r143_what_was_removed_for_its_age_is_vouched_for(book: Book) -> None:
    book.clock.advance(1_000)
    book.write(5)
    assert book.purge(before=NOW + 1) == 10
    assert book.purge(before=NOW + 1) == 0
    rows = book.rows()
    assert [row["seq"] for row in rows] == [11, 12, 13, 14, 15, 16]
    assert (rows[-1]["actor"], rows[-1]["action"]) == ("system", "journal.purged")
    assert book.findings() == []
    book.keeper.write()
    assert book.report().sentence == "the journal is whole: rows 11 to 16, 3 heads outside the database agree"


def test_r143_everything_may_be_old(book: Book) -> None:
    book.clock.advance(1_000)
    assert book.purge(before=NOW + 1) == 10
    assert [row["seq"] for row in book.rows()] == [11]
    book.clock.advance(1_000)
    assert book.purge(before=NOW + 1_001) == 1
    assert [row["seq"] for row in book.rows()] == [12]
    book.write(1)
    assert book.findings() == []
    book.file.path.unlink()
    assert book.findings() == [("heads", 0)], "that there were heads is still known"


@pytest.mark.parametrize(
    ("removed", "found"),
    [((11,), [("gap", 11)]), ((11, 12), [("gap", 11)]), ((16,), [("gap", 1), ("cut", 16)])],
    ids=["one more", "two more", "the row that vouches"],
)
def test_r143_more_cannot_be_removed_than_was_vouched_for(
    book: Book, removed: tuple[int, ...], found: list[tuple[str, int]]
) -> None:
    book.clock.advance(1_000)
    book.write(5)
    book.purge(before=NOW + 1)
    book.keeper.write()
    book.remove(*removed)
    assert book.findings() == found


def test_r143_removed_rows_do_not_come_back(book: Book) -> None:
    before = book.rows()
    book.clock.advance(1_000)
    book.write(1)
    book.purge(before=NOW + 1)
    with book.database.write() as connection:
        connection.execute(insert(TABLE), before[3:])
    assert book.findings() == [("replaced", 4)]
