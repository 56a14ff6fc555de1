"""The tables of authorizations: what was granted, and the codes that stand for it until they are redeemed."""

from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, LargeBinary, String, false
from sqlalchemy.orm import Mapped, mapped_column

from idp.database import Base


class TokenFamily(Base):
    """One authorization of one client by one citizen, and so every token that came of it.

    State: granted → revoked (with a word for the reason). There is no way back. What came of the test API is alive on a
    test stand only.
    """

    __tablename__ = "token_families"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    client_id: Mapped[str] = mapped_column(String(100))
    citizen_id: Mapped[str] = mapped_column(String(36), index=True)
    sid: Mapped[str] = mapped_column(String(36), index=True)
    scope: Mapped[str] = mapped_column(String(1000))
    claims: Mapped[dict[str, Any]] = mapped_column(JSON)
    acr: Mapped[str] = mapped_column(String(20))
    amr: Mapped[list[Any]] = mapped_column(JSON)
    authenticated_at: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[int] = mapped_column(BigInteger)
    revoked_at: Mapped[int | None] = mapped_column(BigInteger)
    acting_kind: Mapped[str | None] = mapped_column(String(20))
    acting_id: Mapped[str | None] = mapped_column(String(36))
    revoked_because: Mapped[str | None] = mapped_column(String(40))
    is_made_by_test: Mapped[bool] = mapped_column(default=False, server_default=false())
    particulars: Mapped[dict[str, Any] | None] = mapped_column(JSON)


class AuthorizationCode(Base):
    """A code, by its SHA-256. It is kept after redemption, so that a second use is seen for what it is.

    State: issued → redeemed, by one conditional UPDATE; or it runs out.
    """

    __tablename__ = "authorization_codes"

    code_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    family_id: Mapped[str] = mapped_column(String(36), ForeignKey("token_families.id"))
    client_id: Mapped[str] = mapped_column(String(100))
    redirect_uri: Mapped[str] = mapped_column(String(2048))
    nonce: Mapped[str | None] = mapped_column(String(512))
    code_challenge: Mapped[str | None] = mapped_column(String(43))
    created_at: Mapped[int] = mapped_column(BigInteger)
    expires_at: Mapped[int] = mapped_column(BigInteger)
    redeemed_at: Mapped[int | None] = mapped_column(BigInteger)


class RefreshToken(Base):
    """A refresh token, by its SHA-256. It is kept after rotation, so that a second use is seen for what it is.

    State: issued → rotated, by one conditional UPDATE; or it runs out.
    """

    __tablename__ = "refresh_tokens"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    family_id: Mapped[str] = mapped_column(String(36), ForeignKey("token_families.id"), index=True)
    created_at: Mapped[int] = mapped_column(BigInteger)
    expires_at: Mapped[int] = mapped_column(BigInteger)
    rotated_at: Mapped[int | None] = mapped_column(BigInteger)


class RevokedAccessToken(Base):
    """An access token that its client gave back before its time, by its `jti`."""

    __tablename__ = "revoked_access_tokens"

    jti: Mapped[str] = mapped_column(String(100), primary_key=True)
    expires_at: Mapped[int] = mapped_column(BigInteger)
