"""The table of information systems."""

from typing import Any

from sqlalchemy import JSON, BigInteger, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from idp.database import Base


class InformationSystem(Base):
    """One client. `terms` holds its registered metadata (RFC 7591, 2); the secret is stored as its SHA-256 only."""

    __tablename__ = "information_systems"

    client_id: Mapped[str] = mapped_column(String(100), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    secret_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    terms: Mapped[dict[str, Any]] = mapped_column(JSON)
    require_pkce: Mapped[bool] = mapped_column(default=False)
    resource: Mapped[str | None] = mapped_column(String(500))
    created_at: Mapped[int] = mapped_column(BigInteger)
    disabled_at: Mapped[int | None] = mapped_column(BigInteger)
