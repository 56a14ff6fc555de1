"""An older copy of the database is put in its place: nothing used, revoked, locked or withdrawn is alive again (I2, OP-04)."""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import make_url

from ground.preparation import back_up
from idp.audit.heads import keeper_of
from idp.cli.prepare import prepare_database
from idp.database import WATERMARKS, Base
from idp.epoch.again import AGAIN
from idp.epoch.ending import LASTING, endings
from idp.epoch.settling import settle
from idp.tombstones import Buried
from tests.idp.epoch import mortal
from tests.idp.epoch.mortal import BURIED, ONCE_OR_FOR_A_WHILE, Mortal
from tests.idp.stand import Stand

NUMBERS = count(1)
PutBack = Callable[..., Stand]


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def stand(request: pytest.FixtureRequest) -> Stand:
    stand: Stand = request.getfixturevalue(f"{request.param}_stand")
    settle(stand.realm)
    return stand


@pytest.fixture
def take_copy(stand: Stand, request: pytest.FixtureRequest) -> Callable[..., PutBack]:
    """Copies the database as a start does, before anything else; what that gives puts the copy in its place by hand, and
    starts once more."""
    settings = {"registration_is_open": True}

    def start(*, is_settled: bool, **more: object) -> Stand:
        again = Stand(stand.settings.home, stand.clock, transport=stand.transport, **settings, **more)
        stand.beside.append(again)
        if is_settled:
            again.said = list(prepare_database(again.realm))  # type: ignore[attr-defined]
        return again

    def take_sqlite() -> PutBack:
        file = stand.settings.sqlite_file
        assert file is not None
        copy = back_up(file, stand.settings.var_folder, stand.clock)

        def put_back(*, is_settled: bool = True) -> Stand:
            for running in (stand, *stand.beside):
                running.realm.database.close()
            for log in ("-wal", "-shm"):
                file.with_name(file.name + log).unlink(missing_ok=True)
            shutil.copyfile(copy, file)
            return start(is_settled=is_settled)

        return put_back

    def take_postgresql() -> PutBack:
        cluster = request.getfixturevalue("seeded_cluster")
        stand.realm.database.close()
        name = make_url(stand.settings.effective_database_url).database
        kept = f"kept_{next(NUMBERS)}"
        cluster.make_database(kept, template=str(name))

        def put_back(*, is_settled: bool = True) -> Stand:
            address = cluster.make_database(f"back_{next(NUMBERS)}", template=kept)
            return start(is_settled=is_settled, database_url=address)

        return put_back

    def take(*, is_started_after: bool = True) -> PutBack:
        put_back = take_sqlite() if stand.realm.database.is_sqlite else take_postgresql()
        assert not is_started_after or settle(stand.realm) == []
        return put_back

    return take


def all_of(stand: Stand, makers: tuple[Callable[[Stand], Mortal], ...]) -> list[Mortal]:
    stand.sign_in(stand.browser().open(stand.authorize_url())).submit("consent", "allow")
    return [make(stand) for make in makers]


@pytest.mark.parametrize("makers", [ONCE_OR_FOR_A_WHILE, BURIED], ids=["once or for a while", "buried"])
def test_i2_nothing_dead_is_alive_in_an_older_copy(
    stand: Stand, take_copy: Callable[..., PutBack], makers: tuple[Callable[[Stand], Mortal], ...]
) -> None:
    things = all_of(stand, makers)
    put_back = take_copy()
    for thing in things:
        thing.kill(stand)
    again = put_back()
    assert [thing.name for thing in things if thing.is_alive(again)] == []
    with again.realm.database.read() as connection:
        assert again.realm.journal.verify(connection) == []
    assert again.actions().count("epoch.raised") == 1
    # A reset link that was used has changed a password, and that is buried; the rest of its kind needs no tombstone.
    assert again.actions().count("buried.again") == (len(makers) if makers is BURIED else 1)


@pytest.mark.parametrize("makers", [ONCE_OR_FOR_A_WHILE, BURIED], ids=["once or for a while", "buried"])
def test_the_proof_above_has_teeth(
    stand: Stand, take_copy: Callable[..., PutBack], makers: tuple[Callable[[Stand], Mortal], ...]
) -> None:
    """In a copy that nobody settles everything is alive again: what the test asks is answered by nothing else."""
    things = all_of(stand, makers)
    put_back = take_copy()
    for thing in things:
        thing.kill(stand)
    again = put_back(is_settled=False)
    assert [thing.name for thing in things if not thing.is_alive(again)] == []


def test_whatever_the_copy_had_ends_though_nobody_killed_it(stand: Stand, take_copy: Callable[..., PutBack]) -> None:
    """Sessions and tokens of the copy may have been ended by anything: an epoch ends them all."""
    things = all_of(stand, ONCE_OR_FOR_A_WHILE)
    again = take_copy()()
    assert [thing.name for thing in things if thing.is_alive(again)] == []


def test_ordinary_start_ends_nothing(stand: Stand) -> None:
    token = stand.tokens()["access_token"]
    for _ in range(3):
        assert settle(stand.realm) == []
    assert stand.userinfo(token).status_code == 200
    assert "epoch.raised" not in stand.actions()


def test_what_lived_on_in_the_copy_lives_on(stand: Stand, take_copy: Callable[..., PutBack]) -> None:
    """Only the dead stay dead: people, passwords, clients and consents that nobody touched are as the copy has them."""
    stand.sign_in(stand.browser().open(stand.authorize_url())).submit("consent", "allow")
    again = take_copy()()
    assert again.redeem(again.obtain_code()).status == 200, "signed in anew, with the consent of before"


def test_i4_crash_between_the_tombstone_and_its_cause_kills_at_the_next_start(stand: Stand) -> None:
    person = mortal.person(stand, "unlucky")

    def die_after_burying() -> None:
        with stand.realm.database.write() as connection:
            stand.realm.tombstones.bury(connection, Buried.CITIZEN_DISABLED, person)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        die_after_burying()
    assert settle(stand.realm) == ["dead before the copy came back, and dead again: 1 x citizen disabled"]
    assert "epoch.raised" not in stand.actions(), "a crash is no roll-back: nobody else is disturbed"
    assert stand.rows("SELECT count(*) FROM citizens WHERE disabled_at IS NOT NULL") == [(1,)]
    assert settle(stand.realm) == []


def test_what_was_restored_twice_is_buried_once(stand: Stand, take_copy: Callable[..., PutBack]) -> None:
    locked = mortal.unlocked_account(stand)
    put_back = take_copy()
    locked.kill(stand)
    put_back()
    before = len(stand.realm.tombstones.lines())
    again = put_back()
    assert len(again.realm.tombstones.lines()) == before + 2, "an epoch and a start: the dead are not listed once more"
    assert not locked.is_alive(again)
    mortal.recover(again, "locked")
    assert locked.is_alive(again), "the owner lifts it as always"


def test_copy_from_within_a_run_is_older_by_the_journals_heads(stand: Stand, take_copy: Callable[..., PutBack]) -> None:
    """No start came after it, but the minute did: the head of the journal is of a row that the copy does not have."""
    things = all_of(stand, ONCE_OR_FOR_A_WHILE[:4])
    put_back = take_copy(is_started_after=False)
    for thing in things:
        thing.kill(stand)
    keeper_of(stand.realm).write()
    again = put_back()
    assert [thing.name for thing in things if thing.is_alive(again)] == []
    assert settle(again.realm) == [], "one epoch is enough, though the heads are those of the other database until it is said"
    assert again.actions().count("epoch.raised") == 1


def test_start_over_on_purpose_is_no_roll_back(stand: Stand) -> None:
    from idp.seed import start_over

    mortal.certificate(stand).kill(stand)
    with stand.realm.database.write() as connection:
        start_over(stand.realm, connection)
    assert settle(stand.realm) == []
    assert "epoch.raised" not in stand.actions()


def test_clients_learn_that_the_sessions_of_the_copy_ended(stand: Stand, take_copy: Callable[..., PutBack]) -> None:
    stand.add_client("told", backchannel_logout_uri="http://localhost:9999/logout")
    stand.obtain_code(client_id="told")
    again = take_copy()()
    assert again.rows("SELECT client_id, state FROM logout_deliveries") == [("told", "waiting")]


@pytest.mark.parametrize("stand", ["sqlite"], indirect=True)
def test_copy_from_before_there_was_a_list_is_older_too(stand: Stand, take_copy: Callable[..., PutBack], tmp_path: Path) -> None:
    """The copy that scripts/start made before it migrated to the first version with a list has no watermark at all."""
    things = all_of(stand, ONCE_OR_FOR_A_WHILE[:4])
    put_back = take_copy()
    for copy in stand.settings.var_folder.glob("backup-*/idp.sqlite3"):
        with closing(sqlite3.connect(copy)) as connection, connection:
            connection.execute("DELETE FROM watermarks")
    again = put_back()
    assert [thing.name for thing in things if thing.is_alive(again)] == []


def test_every_table_is_ended_or_said_to_last() -> None:
    """Whoever adds a table says in `idp.epoch.ending` what an older copy of it would bring to life."""
    ended = {ending.table.name for ending in endings(0)}
    lasting = set(LASTING) - {"alembic_version"}
    assert not ended & lasting
    assert ended | lasting == set(Base.metadata.tables)
    assert WATERMARKS.name in lasting


def test_every_kind_of_tombstone_has_its_second_death() -> None:
    assert set(AGAIN) == set(Buried)
    assert len(BURIED) == len(Buried)
