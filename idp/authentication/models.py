"""The table of sign-in attempts."""

from typing import Any

from sqlalchemy import JSON, BigInteger, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from idp.database import Base


class SignInAttempt(Base):
    """One try of one browser to sign in. See `attempt.py` for its states."""

    __tablename__ = "sign_in_attempts"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    browser: Mapped[str] = mapped_column(String(64))
    asked_level: Mapped[str | None] = mapped_column(String(20))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    return_path: Mapped[str] = mapped_column(String(200))
    citizen_id: Mapped[str | None] = mapped_column(String(36))
    factors: Mapped[list[Any]] = mapped_column(JSON)
    created_at: Mapped[int] = mapped_column(BigInteger)
    expires_at: Mapped[int] = mapped_column(BigInteger)
    completed_sid: Mapped[str | None] = mapped_column(String(36))
