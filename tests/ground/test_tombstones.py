"""The list of what is dead for good: on disk before its cause, never edited, and news to an older database."""

import os
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import MetaData

from ground.chance import SystemChance
from ground.clock import FixedClock
from ground.database import Database
from ground.tombstones import Standing, Tombstones, TombstonesBroken, watermarks_table

METADATA = MetaData()
WATERMARKS = watermarks_table(METADATA)
KEY = bytes(range(32))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "var" / "idp.tombstones"


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{tmp_path / 'idp.sqlite3'}")
    METADATA.create_all(database.engine)
    yield database
    database.close()


def opened(file: Path | None, key: bytes = KEY) -> Tombstones:
    return Tombstones(file, WATERMARKS, key, FixedClock(7), SystemChance())


def bury(tombstones: Tombstones, database: Database, *identifiers: str) -> None:
    with database.write() as connection:
        tombstones.bury(connection, "consent", *identifiers)


def break_down_after_burying(tombstones: Tombstones, database: Database, *identifiers: str) -> None:
    with database.write() as connection:
        tombstones.bury(connection, "consent", *identifiers)
        raise ZeroDivisionError


def standing(tombstones: Tombstones, database: Database) -> Standing:
    with database.write() as connection:
        return tombstones.compare(connection, has_history=True)


def buried(standing: Standing) -> list[tuple[str, ...]]:
    return [line.identifiers for line in standing.buried]


def test_what_two_processes_bury_stands_in_one_list_that_the_database_knows(file: Path, database: Database) -> None:
    one, other = opened(file), opened(file)
    bury(one, database, "vera", "clinic")
    bury(other, database, "luka", "clinic")
    bury(one, database, "vera", "bank")
    assert [line.identifiers for line in opened(file).lines()[1:]] == [("vera", "clinic"), ("luka", "clinic"), ("vera", "bank")]
    assert buried(standing(opened(file), database)) == []
    assert file.stat().st_mode & 0o777 == 0o600


def test_i2_line_is_there_though_its_cause_was_never_committed(file: Path, database: Database) -> None:
    """A crash between the two errs on the safe side: at the next start it is dead."""
    bury(opened(file), database, "vera", "clinic")
    with pytest.raises(ZeroDivisionError):
        break_down_after_burying(opened(file), database, "vera", "bank")
    found = standing(opened(file), database)
    assert (buried(found), found.is_rolled_back) == ([("vera", "bank")], False)


def test_i2_copy_from_before_a_start_is_an_older_database_and_learns_what_it_missed(
    file: Path, database: Database, tmp_path: Path
) -> None:
    tombstones = opened(file)
    bury(tombstones, database, "vera", "clinic")
    database.close()
    copy = shutil.copy(tmp_path / "idp.sqlite3", tmp_path / "copy.sqlite3")
    with database.write() as connection:
        tombstones.remember_start(connection)
        tombstones.remember_epoch(connection, 2)
    bury(tombstones, database, "luka", "clinic")
    assert not standing(tombstones, database).is_rolled_back
    older = Database(f"sqlite:///{copy}")
    found = standing(tombstones, older)
    older.close()
    assert (found.is_rolled_back, found.epoch, buried(found)) == (True, 2, [("luka", "clinic")])


@pytest.mark.parametrize(
    "spoil",
    [
        lambda lines: [lines[0], lines[2]],
        lambda lines: [lines[0], lines[2], lines[1]],
        lambda lines: [lines[0], lines[1].replace("vera", "igor"), lines[2]],
        lambda lines: [lines[0], "a line of somebody else's", *lines[1:]],
    ],
    ids=["taken out", "moved", "edited", "put in"],
)
def test_list_that_somebody_changed_is_refused_in_a_sentence(file: Path, database: Database, spoil: object) -> None:
    for name in ("vera", "luka"):
        bury(opened(file), database, name, "clinic")
    lines = file.read_text().splitlines()
    file.write_text("\n".join(spoil(lines)) + "\n")  # type: ignore[operator]
    with pytest.raises(TombstonesBroken, match="is not what was written there"):
        opened(file).lines()


def test_list_is_authenticated_with_the_secrets_of_the_realm(file: Path, database: Database) -> None:
    bury(opened(file), database, "vera", "clinic")
    with pytest.raises(TombstonesBroken, match="line 1 "):
        opened(file, key=bytes(32)).lines()


@pytest.mark.parametrize("kept", [1, 2])
def test_list_that_lost_its_tail_is_seen_by_the_database(file: Path, database: Database, kept: int) -> None:
    for name in ("vera", "luka"):
        bury(opened(file), database, name, "clinic")
    file.write_text("".join(file.read_text().splitlines(keepends=True)[:kept]))
    assert standing(opened(file), database).is_list_lost


def test_list_that_is_gone_is_missed(file: Path, database: Database) -> None:
    bury(opened(file), database, "vera", "clinic")
    file.unlink()
    assert standing(opened(file), database).is_list_lost


def test_line_that_was_torn_by_a_crash_is_written_over(file: Path, database: Database) -> None:
    bury(opened(file), database, "vera", "clinic")
    with file.open("a") as stream:
        stream.write('{"number": 2, "kin')
    tombstones = opened(file)
    assert len(tombstones.lines()) == 2
    bury(tombstones, database, "luka", "clinic")
    assert [line.identifiers for line in opened(file).lines()[1:]] == [("vera", "clinic"), ("luka", "clinic")]


def test_each_line_is_synced_before_its_transaction_commits(
    file: Path, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[int] = []
    sync = os.fsync
    monkeypatch.setattr(os, "fsync", lambda descriptor: (synced.append(file.stat().st_size), sync(descriptor)))
    with database.write() as connection:
        opened(file).bury(connection, "consent", "vera", "clinic")
        assert synced and synced[-1] == file.stat().st_size, "on disk while nothing is committed"


def test_sandbox_remembers_nothing_outside(tmp_path: Path, database: Database) -> None:
    bury(opened(None), database, "vera", "clinic")
    assert [path.name for path in tmp_path.iterdir() if "tombstones" in path.name] == []


def test_many_threads_bury_and_no_line_is_lost(file: Path, database: Database) -> None:
    tombstones = opened(file)

    def work(number: int) -> None:
        for each in range(5):
            bury(tombstones if number % 2 else opened(file), database, f"{number}-{each}")
        database.release()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(opened(file).lines()) == 31
    assert buried(standing(tombstones, database)) == []
