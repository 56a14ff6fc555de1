"""Messages to people, written in the transaction of their cause and sent from there.

Address and text are sealed. In the test environment nothing leaves the outbox: the phone of the control plane reads it.
"""

from dataclasses import dataclass

from sqlalchemy import BigInteger, Column, Connection, Index, Integer, LargeBinary, MetaData, String, Table, func, insert, select

from ground.chance import Chance, draw_identifier
from ground.clock import Clock
from ground.sealing import Vault


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
        Index("ix_outbox_address_index", "address_index"),
    )


@dataclass(frozen=True)
class Message:
    """One message: `channel` is `sms` or `email`; `number` grows with each message of the outbox. Mail may have a subject."""

    number: int
    id: str
    channel: str
    address: str
    text: str
    created_at: int
    subject: str | None = None


class Outbox:
    """Posts and reads the messages of one application."""

    def __init__(self, table: Table, vault: Vault, clock: Clock, chance: Chance) -> None:
        self._table = table
        self._vault = vault
        self._clock = clock
        self._chance = chance

    def post(self, connection: Connection, *, channel: str, address: str, text: str, subject: str | None = None) -> str:
        """Put a message into the outbox in the caller's transaction and return its id. E.164 for `sms`."""
        message_id = draw_identifier(self._chance, "message")
        fields = {"address": address, "text": text} | ({"subject": subject} if subject else {})
        connection.execute(
            insert(self._table),
            {
                "id": message_id,
                "channel": channel,
                "address_index": self._vault.blind_index(channel, address),
                "sealed": self._vault.seal_fields(f"outbox:{message_id}", fields),
                "created_at": self._clock.now(),
            },
        )
        return message_id

    def messages(
        self, connection: Connection, *, after: int = 0, address: str | None = None, channel: str = "sms", limit: int = 100
    ) -> list[Message]:
        """At most `limit` messages, oldest first: those right behind `after`, so that who polls misses none, or without it
        the newest. Only those to one address if one is given."""
        number = self._table.c.number
        query = select(self._table).where(number > after).limit(limit).order_by(number if after else number.desc())
        if address is not None:
            query = query.where(self._table.c.address_index == self._vault.blind_index(channel, address))
        rows = sorted(connection.execute(query).all(), key=lambda row: row.number)
        return [self._message(row) for row in rows]

    def last_number(self, connection: Connection) -> int:
        """The number of the newest message to anybody; 0 before the first. Cheap enough to be asked again and again."""
        return int(connection.execute(select(func.coalesce(func.max(self._table.c.number), 0))).scalar_one())

    def _message(self, row: object) -> Message:
        fields = self._vault.open_fields(f"outbox:{row.id}", row.sealed)  # type: ignore[attr-defined]
        return Message(
            number=row.number,  # type: ignore[attr-defined]
            id=row.id,  # type: ignore[attr-defined]
            channel=row.channel,  # type: ignore[attr-defined]
            address=fields["address"],
            text=fields["text"],
            created_at=row.created_at,  # type: ignore[attr-defined]
            subject=fields.get("subject"),
        )
