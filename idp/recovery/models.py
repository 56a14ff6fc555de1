"""The tables of recoveries, and of what people record to show that it is them."""

from sqlalchemy import BigInteger, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from idp.database import Base


class Recovery(Base):
    """One try of one browser to recover an account; `citizen_id` is None where nobody has the login. See `store.py` for its
    states. Seconds since the epoch in every `_at`."""

    __tablename__ = "recoveries"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    way: Mapped[str] = mapped_column(String(10))
    browser: Mapped[str] = mapped_column(String(64), index=True)
    citizen_id: Mapped[str | None] = mapped_column(String(36), index=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    link_hash: Mapped[bytes | None] = mapped_column(LargeBinary, unique=True)
    attempt_id: Mapped[str | None] = mapped_column(String(36))
    created_at: Mapped[int] = mapped_column(BigInteger)
    expires_at: Mapped[int] = mapped_column(BigInteger)
    proved_at: Mapped[int | None] = mapped_column(BigInteger)
    ended_at: Mapped[int | None] = mapped_column(BigInteger)
    ended_because: Mapped[str | None] = mapped_column(String(20))
    unlocks_at: Mapped[int | None] = mapped_column(BigInteger)


class Recording(Base):
    """What somebody recorded of themselves, sealed, until its term is over."""

    __tablename__ = "recordings"

    recovery_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    media_type: Mapped[str] = mapped_column(String(20))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    received_at: Mapped[int] = mapped_column(BigInteger)
