"""The table of linked bank identities."""

from sqlalchemy import BigInteger, ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from idp.database import Base


class BankIdentity(Base):
    """A customer of a bank who is a citizen of ours, because the citizen said so. A subject means something together with its
    issuer only: two banks may call two people alike. What the bank said of account and card is sealed."""

    __tablename__ = "bank_identities"
    __table_args__ = (UniqueConstraint("issuer", "subject"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    issuer: Mapped[str] = mapped_column(String(500))
    subject: Mapped[str] = mapped_column(String(255))
    citizen_id: Mapped[str] = mapped_column(String(36), ForeignKey("citizens.id"), index=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    linked_at: Mapped[int] = mapped_column(BigInteger)
    used_at: Mapped[int | None] = mapped_column(BigInteger)
