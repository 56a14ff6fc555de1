"""The table of requests."""

from sqlalchemy import BigInteger, Index, Integer, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from idp.database import Base

MAX_METHOD_LENGTH = 20
MAX_PATH_LENGTH = 200


class RecordedRequest(Base):
    """One request and its answer. `system` is the client that sent it, or empty; `number` is never used again."""

    __tablename__ = "requests"

    number: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True)
    id: Mapped[str] = mapped_column(String(36), unique=True)
    system: Mapped[str] = mapped_column(String(100))
    at: Mapped[int] = mapped_column(BigInteger, index=True)
    method: Mapped[str] = mapped_column(String(MAX_METHOD_LENGTH))
    path: Mapped[str] = mapped_column(String(MAX_PATH_LENGTH))
    status: Mapped[int] = mapped_column(Integer)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    taken_at: Mapped[int | None] = mapped_column(BigInteger)

    __table_args__ = (Index("ix_requests_system_number", "system", "number"), {"sqlite_autoincrement": True})
