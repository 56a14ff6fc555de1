"""Chance that can be repeated: the same seed gives the same draws, request by request, in every process that shares a database.

Each draw is an HMAC of the seed, the purpose and how often that purpose was drawn before. The count is a row of the
database, so two workers never draw alike; it is raised in the transaction that uses the draw, if one is open.
"""

from sqlalchemy import BigInteger, Column, Connection, MetaData, String, Table, bindparam
from sqlalchemy.dialects import postgresql, sqlite

from ground.chance import seeded_bytes
from ground.database import Database

COUNT_OF_FIRST = 1


def draws_table(metadata: MetaData) -> Table:
    """The table of counts, added to an application's own metadata."""
    return Table(
        "draws",
        metadata,
        Column("purpose", String(80), primary_key=True),
        Column("count", BigInteger, nullable=False),
    )


class CountedChance:
    """The draws of one database. For tests only: who knows the seed knows every secret that was ever drawn."""

    def __init__(self, table: Table, database: Database, seed: bytes) -> None:
        self._database = database
        self._seed = seed
        dialect = sqlite if database.is_sqlite else postgresql
        statement = dialect.insert(table).values(purpose=bindparam("purpose"), count=COUNT_OF_FIRST)
        self._count = statement.on_conflict_do_update(index_elements=["purpose"], set_={"count": table.c.count + 1}).returning(
            table.c.count
        )

    def draw(self, purpose: str, length: int) -> bytes:
        connection = self._database.open_transaction()
        if connection is not None:
            return self._draw(connection, purpose, length)
        with self._database.write() as own:
            return self._draw(own, purpose, length)

    def _draw(self, connection: Connection, purpose: str, length: int) -> bytes:
        count = connection.execute(self._count, {"purpose": purpose}).scalar_one()
        return seeded_bytes(self._seed, f"{purpose}\0{count}", length)
