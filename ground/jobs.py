"""Work that is owed: written as a row in the transaction of its cause, done later by whichever worker comes first.

    due ──one conditional UPDATE──▶ leased ──the handler returns──▶ gone
     ▲                                │
     └── back-off ◀── it raises ──────┤    (a worker that died: the lease runs out and the job is due again)
                                      └── the last try failed ──▶ gone, and the log says so

A job may run twice (the worker may die between the deed and its row), so a handler does what can be done again.

A job that recurs has one row, named after its kind. It is never gone: when it is done, or given up, it is due again after a
while.
"""

import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    Connection,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    bindparam,
    delete,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from ground.chance import Chance, draw_identifier
from ground.clock import Clock, wait
from ground.database import Database

BACK_OFF_SECONDS = (2, 10, 60, 300, 1800, 7200)
"""Pauses between tries; one try more than there are pauses."""
TRIES = len(BACK_OFF_SECONDS) + 1
LEASE_SECONDS = 60
POLL_SECONDS = 0.5
"""Half of the second in which a client has to learn that a consent was withdrawn."""
MAX_ERROR_CHARACTERS = 200

log = logging.getLogger(__name__)


def jobs_table(metadata: MetaData) -> Table:
    """The table of jobs, added to an application's own metadata."""
    return Table(
        "jobs",
        metadata,
        Column("id", String(36), primary_key=True),
        Column("kind", String(40), nullable=False),
        Column("payload", JSON, nullable=False),
        Column("due_at", BigInteger, nullable=False),
        Column("lease_until", BigInteger),
        Column("attempts", Integer, nullable=False),
        Column("last_error", String(MAX_ERROR_CHARACTERS)),
        Column("created_at", BigInteger, nullable=False),
        Column("every_seconds", Integer),
        Index("ix_jobs_due_at", "due_at"),
    )


class TryAgain(Exception):
    """A handler could not do its job now. The text is kept in the row; it holds no secrets and no personal data."""


@dataclass(frozen=True)
class Job:
    """A job in the hands of a worker. `attempt` counts from 1."""

    id: str
    kind: str
    payload: Mapping[str, Any]
    attempt: int
    every_seconds: int | None = None

    @property
    def is_last_try(self) -> bool:
        return self.attempt >= TRIES


Handler = Callable[[Job], None]


class Jobs:
    """The jobs of one application."""

    def __init__(self, table: Table, database: Database, clock: Clock, chance: Chance) -> None:
        self._database = database
        self._clock = clock
        self._chance = chance
        columns = table.c
        is_free = or_(columns.lease_until.is_(None), columns.lease_until <= bindparam("now"))
        is_due = (columns.due_at <= bindparam("now")) & is_free
        self._insert = insert(table)
        self._next = select(table).where(is_due).order_by(columns.due_at, columns.created_at).limit(1)
        self._take = update(table).where(
            columns.id == bindparam("job_id"), columns.attempts == bindparam("seen_attempts"), is_due
        )
        # Only the holder of the lease, known by its try, may put a job back or away.
        is_held = (columns.id == bindparam("job_id")) & (columns.attempts == bindparam("seen_attempts"))
        self._put_back = update(table).where(is_held)
        self._recur = {"sqlite": _insert_or_change(sqlite, table), "postgresql": _insert_or_change(postgresql, table)}
        self._put_away = delete(table).where(is_held)

    def enqueue(self, connection: Connection, kind: str, payload: Mapping[str, Any], *, after_seconds: int = 0) -> str:
        """Owe a job from now on, in the caller's transaction, and return its id. `payload` holds plain identifiers."""
        job_id, now = draw_identifier(self._chance, "job"), self._clock.now()
        row = {
            "id": job_id,
            "kind": kind,
            "payload": dict(payload),
            "due_at": now + after_seconds,
            "lease_until": None,
            "attempts": 0,
            "last_error": None,
            "created_at": now,
        }
        connection.execute(self._insert, row)
        return job_id

    def recur(self, connection: Connection, kind: str, *, every_seconds: int, after_seconds: int = 0) -> None:
        """Owe a job again and again. Said anew it changes nothing but how often; when it is due next stays."""
        now = self._clock.now()
        row = {"id": kind, "kind": kind, "payload": {}, "due_at": now + after_seconds, "attempts": 0, "created_at": now}
        connection.execute(self._recur[connection.dialect.name], {**row, "every_seconds": every_seconds})

    def run_due(self, handlers: Mapping[str, Handler], *, limit: int = 10) -> int:
        """Do jobs that are due, each in the hands of exactly one worker, and say how many were tried."""
        for count in range(limit):
            job = self._take_one()
            if job is None:
                return count
            self._run(handlers, job)
        return limit

    def _take_one(self) -> Job | None:
        while True:
            now = self._clock.now()
            with self._database.read() as connection:
                row = connection.execute(self._next, {"now": now}).first()
            if row is None:
                return None
            with self._database.write() as connection:
                values = {"lease_until": now + LEASE_SECONDS, "attempts": row.attempts + 1}
                parameters = {"job_id": row.id, "seen_attempts": row.attempts, "now": now}
                is_ours = connection.execute(self._take.values(**values), parameters).rowcount == 1
            if is_ours:
                return Job(row.id, row.kind, row.payload, row.attempts + 1, row.every_seconds)

    def _run(self, handlers: Mapping[str, Handler], job: Job) -> None:
        try:
            if job.attempt > TRIES:  # each worker that tried it last died of it
                raise TryAgain("the worker died")
            handlers[job.kind](job)
        except TryAgain as reason:
            self._fail(job, str(reason))
        except Exception as fault:
            log.exception("job %s of kind %s is broken", job.id, job.kind)
            self._fail(job, type(fault).__name__)
        else:
            with self._database.write() as connection:
                self._end(connection, job)

    def _end(self, connection: Connection, job: Job, *, error: str | None = None) -> None:
        """Put a job away, or back until its next time."""
        parameters = {"job_id": job.id, "seen_attempts": job.attempt}
        if job.every_seconds is None:
            connection.execute(self._put_away, parameters)
            return
        due_at = self._clock.now() + job.every_seconds
        values = {"due_at": due_at, "lease_until": None, "attempts": 0, "last_error": error}
        connection.execute(self._put_back.values(**values), parameters)

    def _fail(self, job: Job, error: str) -> None:
        parameters = {"job_id": job.id, "seen_attempts": job.attempt}
        with self._database.write() as connection:
            if job.is_last_try:
                self._end(connection, job, error=error[:MAX_ERROR_CHARACTERS])
                log.warning("job %s of kind %s is given up after %d tries: %s", job.id, job.kind, job.attempt, error)
                return
            due_at = self._clock.now() + BACK_OFF_SECONDS[job.attempt - 1]
            values = {"due_at": due_at, "lease_until": None, "last_error": error[:MAX_ERROR_CHARACTERS]}
            connection.execute(self._put_back.values(**values), parameters)


def _insert_or_change(dialect: Any, table: Table) -> Any:
    """One statement, so that of two processes that start at once neither fails."""
    first = dialect.insert(table)
    return first.on_conflict_do_update(index_elements=["id"], set_={"every_seconds": first.excluded.every_seconds})


def keep_running(run_due: Callable[[], int], *, threads: int) -> None:
    """Poll about twice a second in daemon threads, until the process ends. Several, so that one slow peer delays nobody."""
    for number in range(threads):
        threading.Thread(target=_poll, args=(run_due,), name=f"jobs-{number}", daemon=True).start()


def _poll(run_due: Callable[[], int]) -> None:
    while True:
        try:
            if run_due():
                continue
        except Exception:
            log.exception("jobs cannot be run now")
        wait(POLL_SECONDS)
