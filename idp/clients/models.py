"""The table of information systems."""

from typing import Any

from sqlalchemy import JSON, BigInteger, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from idp.database import Base


class InformationSystem(Base):
    """One client. `terms` holds its registered metadata (RFC 7591, 2) and `decided` what its operator wrote about it.

    The secret is stored as its SHA-256, and sealed only where the client signs with it (client_secret_jwt).
    """

    __tablename__ = "information_systems"

    client_id: Mapped[str] = mapped_column(String(100), primary_key=True)
    secret_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    sealed_secret: Mapped[bytes | None] = mapped_column(LargeBinary)
    registration_token_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    terms: Mapped[dict[str, Any]] = mapped_column(JSON)
    decided: Mapped[dict[str, Any]] = mapped_column(JSON)
    created_at: Mapped[int] = mapped_column(BigInteger)
    disabled_at: Mapped[int | None] = mapped_column(BigInteger)
