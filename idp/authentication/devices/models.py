"""The tables of devices, and of what they are asked."""

from typing import Any

from sqlalchemy import JSON, BigInteger, Integer, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from idp.database import Base


class Device(Base):
    """A telephone of a citizen. Sealed is its name: people call them after themselves. `public_key` is the public half of its own
    key, a JWK, and `token_hash` the hash of what it shows itself by."""

    __tablename__ = "devices"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    citizen_id: Mapped[str] = mapped_column(String(36), index=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    public_key: Mapped[dict[str, Any]] = mapped_column(JSON)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    added_at: Mapped[int] = mapped_column(BigInteger)
    used_at: Mapped[int | None] = mapped_column(BigInteger)


class DeviceRequest(Base):
    """Something a device is asked once. See `requests.py` for its states. `citizen_id` is empty until somebody answers a question
    that was put to nobody in particular, `holder` is the attempt or the session that waits, and `turn` counts what it asked."""

    __tablename__ = "device_requests"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    purpose: Mapped[str] = mapped_column(String(20))
    holder: Mapped[str] = mapped_column(String(60), index=True)
    turn: Mapped[int] = mapped_column(Integer)
    citizen_id: Mapped[str | None] = mapped_column(String(36), index=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    number: Mapped[int | None] = mapped_column(Integer)
    numbers: Mapped[list[Any]] = mapped_column(JSON)
    created_at: Mapped[int] = mapped_column(BigInteger)
    expires_at: Mapped[int] = mapped_column(BigInteger)
    ended_at: Mapped[int | None] = mapped_column(BigInteger)
    ended_because: Mapped[str | None] = mapped_column(String(20))
    device_id: Mapped[str | None] = mapped_column(String(36))
    used_at: Mapped[int | None] = mapped_column(BigInteger)
