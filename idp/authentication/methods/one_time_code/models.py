"""The table of one-time codes."""

from sqlalchemy import BigInteger, Integer, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from idp.database import Base


class OneTimeCode(Base):
    """One code that was sent. State: alive → used, burnt (five tries) or replaced (a newer one was sent).

    `holder` is what it is for: `attempt:<id>`, `session:<sid>` or `sign_up:<id>`. Of whom it is nobody knows before they sign up.
    """

    __tablename__ = "one_time_codes"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    holder: Mapped[str] = mapped_column(String(60), index=True)
    citizen_id: Mapped[str | None] = mapped_column(String(36), index=True)
    address_index: Mapped[bytes] = mapped_column(LargeBinary, index=True)
    channel: Mapped[str] = mapped_column(String(10))
    message_id: Mapped[str | None] = mapped_column(String(36))
    code_hash: Mapped[bytes] = mapped_column(LargeBinary)
    sent_at: Mapped[int] = mapped_column(BigInteger)
    expires_at: Mapped[int] = mapped_column(BigInteger)
    tries: Mapped[int] = mapped_column(Integer, default=0)
    ended_at: Mapped[int | None] = mapped_column(BigInteger)
    ended_because: Mapped[str | None] = mapped_column(String(20))
