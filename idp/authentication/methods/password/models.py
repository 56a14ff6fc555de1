"""The table of passwords: argon2id hashes only."""

from sqlalchemy import BigInteger, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from idp.database import Base


class Password(Base):
    """The password of one citizen."""

    __tablename__ = "passwords"

    citizen_id: Mapped[str] = mapped_column(String(36), ForeignKey("citizens.id"), primary_key=True)
    hash: Mapped[str] = mapped_column(String(200))
    changed_at: Mapped[int] = mapped_column(BigInteger)
