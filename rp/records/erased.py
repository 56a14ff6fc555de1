"""What was erased or put right, and must not come again from a source that still tells of it: the seed, a bundle, a laboratory.

Only blind indexes stand here, which without the registry's secret tell nothing of anybody.
"""

from collections.abc import Collection

from sqlalchemy import BigInteger, Connection, LargeBinary, String, bindparam, insert, select
from sqlalchemy.orm import Mapped, mapped_column

from ground.database import table_of
from rp.database import Base
from rp.realm import Realm

RECORD, PATIENT, WRONG = "record", "patient", "wrong"
"""What comes no more: a record, a person, and what a record wrongly said, which only people may bring again."""


class ErasedRow(Base):
    """The blind index of an erased record's identity, or of an erased person's СНИЛС (`what` says which)."""

    __tablename__ = "erased"

    what: Mapped[str] = mapped_column(String(20), primary_key=True)
    index: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    erased_at: Mapped[int] = mapped_column(BigInteger)


_TABLE = table_of(ErasedRow)
_KNOWN = select(_TABLE.c.what).where(_TABLE.c.what == bindparam("of_what"), _TABLE.c.index == bindparam("of_index"))


def is_erased(connection: Connection, what: str, index: bytes) -> bool:
    """Was it here, and erased?"""
    return connection.execute(_KNOWN, {"of_what": what, "of_index": index}).first() is not None


def erased_among(connection: Connection, what: Collection[str], indexes: Collection[bytes]) -> set[bytes]:
    """Those of these indexes (as many as one query takes) that were erased as one of these."""
    query = select(_TABLE.c.index).where(_TABLE.c.what.in_(what), _TABLE.c.index.in_(indexes))
    return set(connection.execute(query).scalars())


def remember_erased(connection: Connection, realm: Realm, what: str, index: bytes) -> None:
    """Let nobody bring it again. Said anew it changes nothing."""
    if not is_erased(connection, what, index):
        connection.execute(insert(ErasedRow), {"what": what, "index": index, "erased_at": realm.clock.now()})
