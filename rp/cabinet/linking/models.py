"""The table of codes that prove the telephone of the form."""

from sqlalchemy import BigInteger, Index, Integer, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from rp.database import Base


class LinkingCode(Base):
    """One code, sent to one telephone for one account of the provider; both stand there as blind indexes.

    `ended_because` is `replaced`, `expired`, `burnt` or `used`.
    """

    __tablename__ = "linking_codes"
    __table_args__ = (Index("ix_linking_codes_holder_sent_at", "holder", "sent_at"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    holder: Mapped[bytes] = mapped_column(LargeBinary)
    phone_index: Mapped[bytes] = mapped_column(LargeBinary)
    code_hash: Mapped[bytes] = mapped_column(LargeBinary)
    message_id: Mapped[str] = mapped_column(String(36))
    tries: Mapped[int] = mapped_column(Integer, server_default="0")
    sent_at: Mapped[int] = mapped_column(BigInteger, index=True)
    expires_at: Mapped[int] = mapped_column(BigInteger)
    ended_at: Mapped[int | None] = mapped_column(BigInteger)
    ended_because: Mapped[str | None] = mapped_column(String(10))
