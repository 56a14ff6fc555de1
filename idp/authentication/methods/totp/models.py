"""The table of the secrets that people share with an authenticator application."""

from sqlalchemy import BigInteger, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from idp.database import Base


class TotpSecret(Base):
    """The secret of one citizen, sealed. `last_step` is the newest whose code was accepted; none up to it is again."""

    __tablename__ = "totp_secrets"

    citizen_id: Mapped[str] = mapped_column(String(36), ForeignKey("citizens.id"), primary_key=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    last_step: Mapped[int | None] = mapped_column(BigInteger)
    added_at: Mapped[int] = mapped_column(BigInteger)
    used_at: Mapped[int | None] = mapped_column(BigInteger)
