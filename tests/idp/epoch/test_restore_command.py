"""`propusk restore` and `propusk epoch raise`, as an operator uses them; and a start that finds an older database by itself."""

import fcntl
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from ground.clock import FixedClock
from idp.citizens import directory
from idp.realm import open_realm
from idp.settings import read_settings
from tests.idp.epoch import mortal
from tests.idp.stand import Stand
from tests.idp.test_command_line import command, refused


@pytest.fixture
def home(provider_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with keys and a database, that nobody has started yet."""
    shutil.copytree(provider_home, tmp_path / "home", symlinks=True)
    monkeypatch.setenv("PROPUSK_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PROPUSK_PASSWORD_HASHING_MEMORY_KIB", "8")
    monkeypatch.delenv("PROPUSK_CONFIG", raising=False)
    return tmp_path / "home"


@pytest.fixture
def copy(home: Path) -> Path:
    """A copy as scripts/start makes it, of a stand that was prepared and has been started since."""
    assert command("keys").exit_code == 0
    assert command("prepare").exit_code == 0
    with stand_in(home) as stand:
        mortal.person(stand, "changing")
    source = home / "var" / "idp.sqlite3"
    target = home / "var" / "backup-before" / "idp.sqlite3"
    target.parent.mkdir()
    with closing(sqlite3.connect(source)) as one, closing(sqlite3.connect(target)) as other:
        one.backup(other)
    assert command("prepare").output == "the database is up to date\n"
    return target


HEADS = "the heads of the journal begin anew, those of before stay beside them"


@contextmanager
def stand_in(home: Path) -> Iterator[Stand]:
    stand = Stand(home, FixedClock(Stand.START))
    try:
        yield stand
    finally:
        stand.close()


def end_what_there_is(home: Path) -> None:
    """After the copy: somebody erased, so there is a tombstone."""
    with stand_in(home) as stand:
        citizen_id = stand.citizen("changing@example.test")
        with stand.realm.database.write() as connection:
            mortal.remove_person(stand.realm, connection, citizen_id, actor="operator:test")


def is_known(login: str) -> bool:
    realm = open_realm(read_settings())
    with realm.database.read() as connection:
        found = directory.find_by_login(realm, connection, login)
    realm.database.close()
    return found is not None


def test_restore_puts_a_copy_in_place_and_says_what_it_did(home: Path, copy: Path) -> None:
    end_what_there_is(home)
    done = command("restore", str(copy))
    assert done.exit_code == 0, done.output
    lines = done.output.splitlines()
    kept = lines[0].removeprefix("the database that was there is kept as ")
    assert lines[1] == f"{copy} is in its place, {home / 'var' / 'idp.sqlite3'}"
    assert lines[2] == "the database is up to date"
    assert lines[3].startswith("a copy of the database was restored; epoch 2 begins, and everybody signs in anew (")
    assert lines[4:] == ["dead before the copy came back, and dead again: 1 x citizen", "its journal is whole", HEADS]
    assert not is_known("changing@example.test")
    with closing(sqlite3.connect(kept)) as connection:
        assert connection.execute("SELECT count(*) FROM journal WHERE action = 'citizen.removed'").fetchone() == (1,)
    assert command("prepare").output == "the database is up to date\n", "the next start finds nothing to do"
    assert command("journal", "verify").output.startswith("the journal is whole: rows 1 to ")


def test_journal_of_a_copy_that_was_put_back_by_hand_is_known_to_be_cut(home: Path, copy: Path) -> None:
    """Its chain is whole; the heads outside the database know better."""
    command("journal", "anchor")
    for log in ("-wal", "-shm"):
        (home / "var" / f"idp.sqlite3{log}").unlink(missing_ok=True)
    shutil.copyfile(copy, home / "var" / "idp.sqlite3")
    assert "missing at the end" in refused("journal", "verify")
    assert command("restore", str(copy)).exit_code == 0
    assert command("journal", "verify").exit_code == 0


@pytest.mark.parametrize("by", ["prepare", "serve"])
def test_copy_that_was_put_back_by_hand_is_noticed_before_anything_answers(
    home: Path,
    copy: Path,
    by: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    end_what_there_is(home)
    for log in ("-wal", "-shm"):
        (home / "var" / f"idp.sqlite3{log}").unlink(missing_ok=True)
    shutil.copyfile(copy, home / "var" / "idp.sqlite3")
    assert is_known("changing@example.test")
    served: list[object] = []
    monkeypatch.setattr("granian.Granian.serve", lambda server: served.append(server))
    said = command(by).output
    assert "a copy of it was put in its place; epoch 2 begins, and everybody signs in anew" in said
    assert "dead before the copy came back, and dead again: 1 x citizen" in said
    assert len(served) == (by == "serve")
    assert not is_known("changing@example.test")


def test_restore_is_refused_while_a_stand_runs(home: Path, copy: Path) -> None:
    with (home / "var" / "stand.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert "a stand is running in" in refused("restore", str(copy))
    with stand_in(home) as stand, stand.realm.database.read() as connection:
        connection.exec_driver_sql("SELECT 1 FROM citizens").all()
        assert "is in use" in refused("restore", str(copy)), "a server without a stand's lock is seen too"
    assert not list((home / "var").glob("replaced-*"))


def test_restore_refuses_what_is_no_whole_database_of_ours(home: Path, copy: Path) -> None:
    before = (home / "var" / "idp.sqlite3").read_bytes()
    text = home / "text"
    text.write_text("not a database")
    assert "is not a database: " in refused("restore", str(text))
    foreign = home / "foreign.sqlite3"
    with closing(sqlite3.connect(foreign)) as connection:
        connection.execute("CREATE TABLE journal (x)")
    assert "is not a database of this program" in refused("restore", str(foreign))
    damaged = home / "damaged.sqlite3"
    spoilt = bytearray(copy.read_bytes())
    for page in range(20, 60):
        spoilt[page * 4096 : page * 4096 + 600] = bytes(600)
    damaged.write_bytes(spoilt)
    assert "damaged" in refused("restore", str(damaged))
    assert (home / "var" / "idp.sqlite3").read_bytes() == before


def test_restore_brings_back_a_database_that_is_gone_or_broken(home: Path, copy: Path) -> None:
    database = home / "var" / "idp.sqlite3"
    database.unlink()
    assert "epoch 2 begins" in command("restore", str(copy)).output
    database.write_bytes(b"nothing that could be read any more" * 200)
    assert "epoch 3 begins" in command("restore", str(copy)).output
    assert is_known("changing@example.test")


def test_epoch_is_raised_by_the_operator_of_a_server(home: Path, copy: Path) -> None:
    with stand_in(home) as stand:
        token = stand.tokens()["access_token"]
    assert command("epoch", "raise").output.startswith("the operator asked for it; epoch 2 begins")
    with stand_in(home) as stand:
        assert stand.userinfo(token).status_code == 401
        assert stand.actions()[-2:] == ["epoch.raised", "token.refused refused"]


def test_list_of_tombstones_that_is_gone_or_changed_is_noticed(home: Path, copy: Path) -> None:
    file = home / "var" / "idp.tombstones"
    lines = file.read_text()
    file.write_text(lines.replace("started", "stopped"))
    assert "is not what was written there" in refused("prepare")
    file.unlink()
    assert "the list of tombstones is not the one that the database knows; epoch 2 begins" in command("prepare").output
    assert command("prepare").output == "the database is up to date\n"


def test_list_holds_identifiers_only(home: Path, copy: Path) -> None:
    end_what_there_is(home)
    text = (home / "var" / "idp.tombstones").read_text()
    assert '"kind": "citizen"' in text
    assert not [word for word in ("example.test", "Смертный", "Кощей", mortal.PASSWORD) if word in text]
