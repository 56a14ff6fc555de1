"""The tables of sign-in attempts, of what is asked once and answered once, and of the places people sign in from."""

from typing import Any

from sqlalchemy import JSON, BigInteger, LargeBinary, String, false
from sqlalchemy.orm import Mapped, mapped_column

from idp.database import Base


class SignInAttempt(Base):
    """One try of one browser to sign in. See `attempt.py` for its states."""

    __tablename__ = "sign_in_attempts"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    browser: Mapped[str] = mapped_column(String(64))
    asked_level: Mapped[str | None] = mapped_column(String(20))
    is_level_essential: Mapped[bool] = mapped_column(default=False, server_default=false())
    demanded_level: Mapped[str | None] = mapped_column(String(20))
    demanded_because: Mapped[str | None] = mapped_column(String(20))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    return_path: Mapped[str] = mapped_column(String(200))
    citizen_id: Mapped[str | None] = mapped_column(String(36))
    factors: Mapped[list[Any]] = mapped_column(JSON)
    created_at: Mapped[int] = mapped_column(BigInteger)
    expires_at: Mapped[int] = mapped_column(BigInteger)
    completed_sid: Mapped[str | None] = mapped_column(String(36))
    keeps_sid: Mapped[str | None] = mapped_column(String(36))
    cancelled_at: Mapped[int | None] = mapped_column(BigInteger)


class Challenge(Base):
    """Something asked once. See `challenge.py` for its states."""

    __tablename__ = "challenges"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    purpose: Mapped[str] = mapped_column(String(40))
    holder: Mapped[str] = mapped_column(String(60), index=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[int] = mapped_column(BigInteger)
    expires_at: Mapped[int] = mapped_column(BigInteger, index=True)
    used_at: Mapped[int | None] = mapped_column(BigInteger)


class KnownPlace(Base):
    """A browser or an address from which a citizen signed in, as a keyed hash that is no use to anybody else, and for its
    owner to know it again, sealed, what it is."""

    __tablename__ = "known_places"

    index: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    citizen_id: Mapped[str] = mapped_column(String(36), index=True)
    kind: Mapped[str] = mapped_column(String(10))
    first_seen_at: Mapped[int] = mapped_column(BigInteger)
    seen_at: Mapped[int] = mapped_column(BigInteger)
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
