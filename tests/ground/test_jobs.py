"""Work that is owed: done once by whoever comes first, tried again for a while, then forgotten."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import MetaData, select

from ground.chance import SystemChance
from ground.clock import FixedClock
from ground.database import Database
from ground.jobs import BACK_OFF_SECONDS, LEASE_SECONDS, TRIES, Job, Jobs, TryAgain, jobs_table, keep_running

METADATA = MetaData()
TABLE = jobs_table(METADATA)


class Workshop:
    """Jobs of one kind, and a hand that notes each try and can be told to fail."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.clock = FixedClock(1_000_000)
        self.jobs = Jobs(TABLE, database, self.clock, SystemChance())
        self.tries: list[Job] = []
        self.fault: Exception | None = None

    def owe(self, number: int = 1, **options: int) -> None:
        with self.database.write() as connection:
            self.jobs.enqueue(connection, "deed", {"number": number}, **options)

    def work(self, limit: int = 10) -> int:
        return self.jobs.run_due({"deed": self._try}, limit=limit)

    def _try(self, job: Job) -> None:
        self.tries.append(job)
        if self.fault is not None:
            raise self.fault

    def rows(self) -> list[dict[str, object]]:
        with self.database.read() as connection:
            return [dict(row) for row in connection.execute(select(TABLE)).mappings()]


@pytest.fixture
def workshop(tmp_path: Path) -> Iterator[Workshop]:
    database = Database(f"sqlite:///{tmp_path / 'jobs.sqlite3'}")
    METADATA.create_all(database.engine)
    yield Workshop(database)
    database.close()


def test_job_is_done_once_and_is_gone(workshop: Workshop) -> None:
    workshop.owe(7)
    assert workshop.work() == 1
    assert workshop.work() == 0
    assert [job.payload for job in workshop.tries] == [{"number": 7}]
    assert workshop.rows() == []


def test_job_is_owed_only_when_its_cause_is_committed(workshop: Workshop) -> None:
    def fail() -> None:
        with workshop.database.write() as connection:
            workshop.jobs.enqueue(connection, "deed", {})
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert workshop.work() == 0


def test_job_waits_until_it_is_due(workshop: Workshop) -> None:
    workshop.owe(after_seconds=30)
    workshop.clock.advance(29)
    assert workshop.work() == 0
    workshop.clock.advance(1)
    assert workshop.work() == 1


def test_the_oldest_debt_is_paid_first_and_no_more_than_asked(workshop: Workshop) -> None:
    for number in (1, 2, 3):
        workshop.owe(number)
        workshop.clock.advance(1)
    assert workshop.work(limit=2) == 2
    assert [job.payload["number"] for job in workshop.tries] == [1, 2]


def test_failed_job_comes_back_after_each_pause_and_is_forgotten_in_the_end(workshop: Workshop) -> None:
    workshop.owe()
    workshop.fault = TryAgain("nobody answers")
    for pause in BACK_OFF_SECONDS:
        assert workshop.work() == 1
        assert workshop.rows()[0]["last_error"] == "nobody answers"
        workshop.clock.advance(pause - 1)
        assert workshop.work() == 0
        workshop.clock.advance(1)
    assert workshop.work() == 1
    assert workshop.rows() == []
    assert [job.attempt for job in workshop.tries] == list(range(1, TRIES + 1))
    assert [job.is_last_try for job in workshop.tries] == [False] * (TRIES - 1) + [True]


def test_job_that_recovers_is_gone(workshop: Workshop) -> None:
    workshop.owe()
    workshop.fault = TryAgain("not now")
    workshop.work()
    workshop.fault = None
    workshop.clock.advance(BACK_OFF_SECONDS[0])
    assert workshop.work() == 1
    assert workshop.rows() == []


def test_fault_in_a_handler_stops_no_other_job(workshop: Workshop, caplog: pytest.LogCaptureFixture) -> None:
    workshop.owe(1)
    workshop.owe(2)
    workshop.fault = ZeroDivisionError("secret detail")
    assert workshop.work() == 2
    assert {row["last_error"] for row in workshop.rows()} == {"ZeroDivisionError"}
    assert "is broken" in caplog.text


def test_job_that_nobody_can_do_is_kept_for_those_who_can(workshop: Workshop) -> None:
    workshop.owe()
    assert workshop.jobs.run_due({}) == 1
    workshop.clock.advance(BACK_OFF_SECONDS[0])
    assert workshop.work() == 1


def test_job_of_a_worker_that_died_is_taken_over_when_its_lease_has_run_out(workshop: Workshop) -> None:
    workshop.owe()
    workshop.fault = KeyboardInterrupt()  # type: ignore[assignment]  # what no handler catches, as a dying process
    with pytest.raises(KeyboardInterrupt):
        workshop.work()
    workshop.fault = None
    workshop.clock.advance(LEASE_SECONDS - 1)
    assert workshop.work() == 0
    workshop.clock.advance(1)
    assert workshop.work() == 1
    assert workshop.rows() == []


def test_job_that_kills_its_workers_is_forgotten_too(workshop: Workshop) -> None:
    workshop.owe()
    workshop.fault = KeyboardInterrupt()  # type: ignore[assignment]
    for _ in range(TRIES):
        with pytest.raises(KeyboardInterrupt):
            workshop.work()
        workshop.clock.advance(LEASE_SECONDS)
    assert workshop.work() == 1
    assert len(workshop.tries) == TRIES
    assert workshop.rows() == []


def test_worker_that_was_too_slow_does_not_put_away_what_another_has_taken_over(workshop: Workshop) -> None:
    workshop.owe()

    def slow(_job: Job) -> None:
        workshop.clock.advance(LEASE_SECONDS)
        workshop.fault = TryAgain("not now")
        assert workshop.work() == 1

    workshop.jobs.run_due({"deed": slow}, limit=1)
    assert [row["attempts"] for row in workshop.rows()] == [2]


def test_each_job_is_done_by_exactly_one_of_many_workers(workshop: Workshop) -> None:
    for number in range(40):
        workshop.owe(number)
    threads = [threading.Thread(target=workshop.work, kwargs={"limit": 40}) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(job.payload["number"] for job in workshop.tries) == list(range(40))


def test_poller_looks_again_at_once_while_there_is_work() -> None:
    turns = iter([1, 1])
    is_over = threading.Event()

    def run_due() -> int:
        if next(turns, None) is None:
            is_over.set()
            threading.Event().wait()  # a daemon: it ends with the process
        return 1

    keep_running(run_due, threads=1)
    assert is_over.wait(10)


def test_job_that_recurs_is_due_again_when_it_is_done(workshop: Workshop) -> None:
    for _ in range(2):  # two processes say so
        with workshop.database.write() as connection:
            workshop.jobs.recur(connection, "deed", every_seconds=3_600, after_seconds=60)
    assert workshop.work() == 0
    for _ in range(3):
        workshop.clock.advance(3_600)
        assert workshop.work() == 1
        assert workshop.work() == 0
    assert [(row["id"], row["attempts"], row["lease_until"]) for row in workshop.rows()] == [("deed", 0, None)]
    assert {job.attempt for job in workshop.tries} == {1}


def test_job_that_recurs_is_never_given_up_for_good(workshop: Workshop) -> None:
    with workshop.database.write() as connection:
        workshop.jobs.recur(connection, "deed", every_seconds=3_600)
    workshop.fault = TryAgain("not now")
    for pause in (0, *BACK_OFF_SECONDS):
        workshop.clock.advance(pause)
        assert workshop.work() == 1
    assert [row["last_error"] for row in workshop.rows()] == ["not now"]
    workshop.fault = None
    workshop.clock.advance(3_599)
    assert workshop.work() == 0
    workshop.clock.advance(1)
    assert workshop.work() == 1
    assert [row["last_error"] for row in workshop.rows()] == [None]


def test_how_often_a_job_recurs_may_be_said_anew(workshop: Workshop) -> None:
    for every in (3_600, 60):
        with workshop.database.write() as connection:
            workshop.jobs.recur(connection, "deed", every_seconds=every)
    assert workshop.work() == 1
    workshop.clock.advance(60)
    assert workshop.work() == 1
