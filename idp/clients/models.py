"""The tables of information systems, and of the assertions that some of them proved themselves by."""

from typing import Any

from sqlalchemy import JSON, BigInteger, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from idp.database import Base


class InformationSystem(Base):
    """One client. `terms` holds its registered metadata (RFC 7591, 2) and `decided` what its operator wrote about it.

    The secret is stored as its SHA-256, and sealed only where the client signs with it (client_secret_jwt).
    `registered_from` is the blind index of the address that registered it without a token. A deleted client keeps its row,
    so that its name is never given to another.
    """

    __tablename__ = "information_systems"
    __table_args__ = (Index(None, "registered_from", "created_at"),)

    client_id: Mapped[str] = mapped_column(String(100), primary_key=True)
    secret_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    sealed_secret: Mapped[bytes | None] = mapped_column(LargeBinary)
    registration_token_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    terms: Mapped[dict[str, Any]] = mapped_column(JSON)
    decided: Mapped[dict[str, Any]] = mapped_column(JSON)
    registered_from: Mapped[bytes | None] = mapped_column(LargeBinary)
    created_at: Mapped[int] = mapped_column(BigInteger)
    disabled_at: Mapped[int | None] = mapped_column(BigInteger)


class ClientCertificate(Base):
    """A certificate that a system of the ESIA dialect may sign with, by the SHA-256 of its DER. It has several at a time.

    `streebog_hash` is what `client_certificate_hash` must say, 64 upper-case hex digits. State: added → removed; one that is
    added again is active again.
    """

    __tablename__ = "client_certificates"

    client_id: Mapped[str] = mapped_column(String(100), primary_key=True)
    fingerprint: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    der: Mapped[bytes] = mapped_column(LargeBinary)
    streebog_hash: Mapped[str] = mapped_column(String(64))
    added_at: Mapped[int] = mapped_column(BigInteger)
    removed_at: Mapped[int | None] = mapped_column(BigInteger)


class UsedSignature(Base):
    """A signature of the ESIA dialect that was accepted, by the SHA-256 of system and signed text, kept until its `timestamp` is
    too old anyway."""

    __tablename__ = "used_signatures"

    signature_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    expires_at: Mapped[int] = mapped_column(BigInteger, index=True)


class UsedAssertion(Base):
    """A client assertion that was accepted, by the SHA-256 of client and `jti`, kept until it could not be used anyway."""

    __tablename__ = "used_assertions"

    assertion_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    expires_at: Mapped[int] = mapped_column(BigInteger, index=True)
