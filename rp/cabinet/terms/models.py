"""The table of consents to the terms."""

from sqlalchemy import BigInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from rp.database import Base


class AcceptedTerms(Base):
    """An account of the provider that agreed to a version of the terms. Earlier versions stay: when to what is told for ever."""

    __tablename__ = "accepted_terms"

    issuer: Mapped[str] = mapped_column(String(255), primary_key=True)
    subject: Mapped[str] = mapped_column(String(255), primary_key=True)
    version: Mapped[str] = mapped_column(String(40), primary_key=True)
    accepted_at: Mapped[int] = mapped_column(BigInteger)
