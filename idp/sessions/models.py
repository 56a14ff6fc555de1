"""The table of sessions."""

from typing import Any

from sqlalchemy import JSON, BigInteger, LargeBinary, String, false
from sqlalchemy.orm import Mapped, mapped_column

from idp.database import Base


class ProviderSession(Base):
    """One signed-in browser. State: open → ended, because somebody ended it or because it ran out (`IDLED`, `TOO_OLD`).

    What browser it is, and at which address, is sealed. One that rests on a proof of the test API is found on a test stand only.
    """

    __tablename__ = "sessions"

    sid: Mapped[str] = mapped_column(String(36), primary_key=True)
    cookie_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    citizen_id: Mapped[str] = mapped_column(String(36), index=True)
    factors: Mapped[list[Any]] = mapped_column(JSON)
    created_at: Mapped[int] = mapped_column(BigInteger)
    seen_at: Mapped[int] = mapped_column(BigInteger)
    ended_at: Mapped[int | None] = mapped_column(BigInteger)
    ended_because: Mapped[str | None] = mapped_column(String(40))
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    is_made_by_test: Mapped[bool] = mapped_column(default=False, server_default=false())
