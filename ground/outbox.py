"""Messages to people, written in the transaction of their cause and carried from there by a job.

            ┌── nobody carries it: kept (a test stand) or failed (production)
    posted ─┤
            └── waiting ──the courier takes it──▶ delivered
                   │ ▲
                   │ └─ back-off ◀── not now
                   └── will never be taken, too late, or tried often enough ──▶ failed

Address and text are sealed. On a test stand they stay and the phone of the control plane reads them; in production a
message that is delivered or given up is emptied. A message may arrive twice (see `jobs`), and then with the same id.
"""

import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Row,
    String,
    Table,
    delete,
    func,
    insert,
    select,
    update,
)

from ground.chance import Chance, draw_identifier
from ground.clock import Clock
from ground.database import Database
from ground.jobs import BACK_OFF_SECONDS, Job, Jobs, TryAgain
from ground.message import Courier, Message, NotNow, Undeliverable
from ground.sealing import Vault

JOB = "message"
WAITING, DELIVERED, FAILED, KEPT = "waiting", "delivered", "failed", "kept"
EMPTY = b""
"""What is left of an address and a text that nobody shall read any more."""

log = logging.getLogger(__name__)


def outbox_table(metadata: MetaData) -> Table:
    """The table of the outbox, added to an application's own metadata."""
    return Table(
        "outbox",
        metadata,
        Column("number", Integer, primary_key=True, autoincrement=True),
        Column("id", String(36), nullable=False, unique=True),
        Column("channel", String(10), nullable=False),
        Column("address_index", LargeBinary, nullable=False),
        Column("sealed", LargeBinary, nullable=False),
        Column("created_at", BigInteger, nullable=False),
        Column("delivery", String(10), nullable=False, server_default=KEPT),
        Column("delivered_at", BigInteger),
        Column("failed_at", BigInteger),
        Column("useless_at", BigInteger),
        Index("ix_outbox_address_index", "address_index"),
    )


def failing_table(metadata: MetaData) -> Table:
    """The table of addresses that a test wants no message to reach, added to an application's own metadata."""
    return Table("failing_recipients", metadata, Column("address_index", LargeBinary, primary_key=True))


@dataclass(frozen=True)
class Dispatch:
    """What leaves an outbox: who carries each channel, and to whom.

    `recipients` are exact addresses and `*@domain`; None is everybody. Nobody whose address `withheld` matches is ever reached.
    In a readable outbox nothing is emptied, and what nobody carries counts as sent.
    """

    couriers: Mapping[str, Courier] = field(default_factory=dict)
    recipients: frozenset[str] | None = frozenset()
    is_readable: bool = True
    withheld: re.Pattern[str] | None = None

    def reaches(self, address: str) -> bool:
        """May a message to this address leave?"""
        address = address.lower()
        if self.withheld is not None and self.withheld.match(address):
            return False
        return self.recipients is None or bool(self.recipients & {address, f"*@{address.rpartition('@')[2]}"})


@dataclass(frozen=True)
class Progress:
    """How far a message has come. `failed_at` is when the last try failed, whether another follows or not."""

    state: str
    delivered_at: int | None
    failed_at: int | None

    @property
    def is_in_trouble(self) -> bool:
        """Has it not arrived, though it was tried? Then its reader need not wait for it."""
        return self.state != DELIVERED and self.failed_at is not None


class Outbox:
    """Posts, reads and delivers the messages of one application."""

    def __init__(
        self, table: Table, failing: Table, vault: Vault, clock: Clock, chance: Chance, jobs: Jobs, dispatch: Dispatch
    ) -> None:
        self._table = table
        self._failing = failing
        self._vault = vault
        self._clock = clock
        self._chance = chance
        self._jobs = jobs
        self._dispatch = dispatch

    def at(self, clock: Clock, jobs: Jobs) -> "Outbox":
        """The same outbox at another time."""
        return Outbox(self._table, self._failing, self._vault, clock, self._chance, jobs, self._dispatch)

    def can_deliver(self, channel: str) -> bool:
        """Does a message of this channel reach people, or on a test stand their phone? If not, offer nothing that needs it."""
        return self._dispatch.is_readable or channel in self._dispatch.couriers

    def post(
        self,
        connection: Connection,
        *,
        channel: str,
        address: str,
        text: str,
        subject: str | None = None,
        language: str = "ru",
        useful_for_seconds: int | None = None,
    ) -> str:
        """Put a message into the outbox in the caller's transaction and return its id. E.164 for `sms`.

        A message that is of no use any more after a while, such as a code, is not tried longer.
        """
        message_id, now = draw_identifier(self._chance, "message"), self._clock.now()
        fields = {"address": address, "text": text, "subject": subject, "language": language}
        index = self._index(channel, address)
        fate = self._fate(connection, channel, address, index)
        is_over = fate == FAILED and not self._dispatch.is_readable
        row = {
            "id": message_id,
            "channel": channel,
            "address_index": index,
            "sealed": EMPTY if is_over else self._vault.seal_fields(f"outbox:{message_id}", fields),
            "created_at": now,
            "delivery": fate,
            "failed_at": now if fate == FAILED else None,
            "useless_at": None if useful_for_seconds is None else now + useful_for_seconds,
        }
        connection.execute(insert(self._table), row)
        if fate == WAITING:
            self._jobs.enqueue(connection, JOB, {"message": message_id})
        elif is_over:
            log.warning("message %s is given up: nobody carries %s", message_id, channel)
        return message_id

    def let_fail(self, connection: Connection, *, channel: str, address: str, fails: bool) -> None:
        """Have no message reach an address from now on, or let them through again. For test stands."""
        index = self._index(channel, address)
        connection.execute(delete(self._failing).where(self._failing.c.address_index == index))
        if fails:
            connection.execute(insert(self._failing), {"address_index": index})

    def forget(self, connection: Connection, *, channel: str, address: str) -> None:
        """Remove every message to an address whose owner is removed; one that still waits is never sent."""
        connection.execute(delete(self._table).where(self._table.c.address_index == self._index(channel, address)))

    def messages(
        self,
        connection: Connection,
        *,
        after: int = 0,
        address: str | None = None,
        channel: str = "sms",
        limit: int = 100,
        with_failed: bool = False,
    ) -> list[Message]:
        """At most `limit` messages, oldest first: those right behind `after`, so that who polls misses none, or without it
        the newest. Only those to one address if one is given. What was emptied is not there, and neither is what failed,
        unless it is asked for."""
        number = self._table.c.number
        query = select(self._table).where(number > after, self._table.c.sealed != EMPTY)
        query = query.limit(limit).order_by(number if after else number.desc())
        if not with_failed:
            query = query.where(self._table.c.delivery != FAILED)
        if address is not None:
            query = query.where(self._table.c.address_index == self._index(channel, address))
        rows = sorted(connection.execute(query).all(), key=lambda row: row.number)
        return [self._message(row) for row in rows]

    def last_number(self, connection: Connection) -> int:
        """The number of the newest message to anybody; 0 before the first. Cheap enough to be asked again and again."""
        return int(connection.execute(select(func.coalesce(func.max(self._table.c.number), 0))).scalar_one())

    def state_of(self, connection: Connection, message_id: str) -> Progress | None:
        """How far a message has come; None when there is no such message."""
        row = connection.execute(select(self._table).where(self._table.c.id == message_id)).first()
        return None if row is None else Progress(row.delivery, row.delivered_at, row.failed_at)

    def deliver(self, database: Database, job: Job) -> None:
        """Hand the message of a job to its courier, and write down what came of it. Raises TryAgain."""
        with database.read() as connection:
            row = connection.execute(select(self._table).where(self._table.c.id == job.payload["message"])).first()
        if row is None or row.delivery != WAITING:
            return  # a worker before us died between the deed and the end of the job
        state, reason = self._carry(row, job)
        now = self._clock.now()
        values: dict[str, Any] = {"delivery": state, "delivered_at" if state == DELIVERED else "failed_at": now}
        if state != WAITING and not self._dispatch.is_readable:
            values["sealed"] = EMPTY
        is_ours = (self._table.c.id == row.id) & (self._table.c.delivery == WAITING)
        with database.write() as connection:
            connection.execute(update(self._table).where(is_ours).values(**values))
        if state == WAITING:
            raise TryAgain(reason)
        if state == FAILED:
            log.warning("message %s by %s is given up after %d tries: %s", row.id, row.channel, job.attempt, reason)

    def _index(self, channel: str, address: str) -> bytes:
        """What messages to an address are found by, however it is spelled."""
        return self._vault.blind_index(channel, address.lower())

    def _fate(self, connection: Connection, channel: str, address: str, index: bytes) -> str:
        """The state that a message begins with."""
        if self._dispatch.is_readable and self._is_to_fail(connection, index):
            return FAILED
        if channel in self._dispatch.couriers and self._dispatch.reaches(address):
            return WAITING
        return KEPT if self._dispatch.is_readable else FAILED

    def _is_to_fail(self, connection: Connection, index: bytes) -> bool:
        return connection.execute(select(self._failing).where(self._failing.c.address_index == index)).first() is not None

    def _carry(self, row: Row[Any], job: Job) -> tuple[str, str]:
        """The state a message is in after a try, and why it is in no better one."""
        courier = self._dispatch.couriers.get(row.channel)
        if courier is None:
            return FAILED, "nobody carries it any more"
        if row.useless_at is not None and self._clock.now() > row.useless_at:
            return FAILED, "it is too late"
        try:
            courier.carry(self._message(row))
        except Undeliverable as refusal:
            return FAILED, str(refusal)
        except NotNow as trouble:
            return (FAILED if self._is_last_try(row, job) else WAITING), str(trouble)
        except Exception as fault:
            # Its text and its trace may quote what was to be carried.
            log.error("message %s by %s cannot be carried: %s", row.id, row.channel, type(fault).__name__)
            return (FAILED if self._is_last_try(row, job) else WAITING), type(fault).__name__
        return DELIVERED, ""

    def _is_last_try(self, row: Row[Any], job: Job) -> bool:
        """Is there no other, or would it come too late?"""
        if job.is_last_try:
            return True
        return row.useless_at is not None and self._clock.now() + BACK_OFF_SECONDS[job.attempt - 1] > row.useless_at

    def _message(self, row: Row[Any]) -> Message:
        fields = self._vault.open_fields(f"outbox:{row.id}", row.sealed)
        return Message(
            number=row.number,
            id=row.id,
            channel=row.channel,
            address=fields["address"],
            text=fields["text"],
            created_at=row.created_at,
            subject=fields.get("subject"),
            language=fields.get("language", "ru"),
            delivery=row.delivery,
        )
