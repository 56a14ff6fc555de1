"""The tables of sign-ins under way and of logout tokens that were taken."""

from sqlalchemy import BigInteger, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from rp.database import Base


class SignInRow(Base):
    """One trip to the provider, known by the SHA-256 of its state. `sealed` holds nonce, PKCE verifier and return path."""

    __tablename__ = "sign_ins"

    state_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    browser: Mapped[str] = mapped_column(String(64))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[int] = mapped_column(BigInteger, index=True)
    used_at: Mapped[int | None] = mapped_column(BigInteger)


class LogoutTokenRow(Base):
    """A logout token that was taken, by the SHA-256 of its issuer and `jti`, until it is too old to be taken again."""

    __tablename__ = "logout_tokens"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    seen_at: Mapped[int] = mapped_column(BigInteger, index=True)
