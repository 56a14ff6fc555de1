"""The tables of passkeys, and of the handles by which devices know a person."""

from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from idp.database import Base


class Passkey(Base):
    """One passkey of one citizen. `sealed` holds its name; `is_backup_eligible` says that it may be synced, and never changes."""

    __tablename__ = "passkeys"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    citizen_id: Mapped[str] = mapped_column(String(36), ForeignKey("citizens.id"), index=True)
    credential_id: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int] = mapped_column(BigInteger)
    is_backup_eligible: Mapped[bool] = mapped_column()
    is_backed_up: Mapped[bool] = mapped_column()
    transports: Mapped[list[Any]] = mapped_column(JSON)
    aaguid: Mapped[str] = mapped_column(String(36))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[int] = mapped_column(BigInteger)
    used_at: Mapped[int | None] = mapped_column(BigInteger)


class PasskeyHandle(Base):
    """The random name of a citizen that their devices keep, and tell to whoever holds the device: it says nothing of them."""

    __tablename__ = "passkey_handles"

    citizen_id: Mapped[str] = mapped_column(String(36), ForeignKey("citizens.id"), primary_key=True)
    handle: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
