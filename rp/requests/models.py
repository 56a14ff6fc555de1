"""The tables of requests: what was asked, the numbers they are given, and the documents they name."""

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from rp.database import Base


class RequestRow(Base):
    """One request. `sealed` holds what was asked and what was answered, sealed anew at every `version`.

    `once` is the mark of the form it came from: the same form sent twice is one request. `author` is who filed it, the person
    or a representative; `signed_acr` is the level of the sign-in that it was signed with, where it was.
    """

    __tablename__ = "requests"
    __table_args__ = (
        UniqueConstraint("patient_id", "once"),
        Index("ix_requests_state_sent_at", "state", "sent_at"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    patient_id: Mapped[str] = mapped_column(String(36), ForeignKey("patients.id"), index=True)
    record_id: Mapped[str | None] = mapped_column(String(36), ForeignKey("records.id"), index=True)
    kind: Mapped[str] = mapped_column(String(40))
    state: Mapped[str] = mapped_column(String(20))
    number: Mapped[str | None] = mapped_column(String(20), unique=True)
    once: Mapped[str] = mapped_column(String(64))
    author: Mapped[str] = mapped_column(String(80))
    organisation_id: Mapped[str | None] = mapped_column(String(36))
    version: Mapped[int] = mapped_column(Integer)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    signed_acr: Mapped[str | None] = mapped_column(String(40))
    created_at: Mapped[int] = mapped_column(BigInteger)
    sent_at: Mapped[int | None] = mapped_column(BigInteger)
    decided_at: Mapped[int | None] = mapped_column(BigInteger)
    decided_by: Mapped[str | None] = mapped_column(String(80))


class RequestNumberRow(Base):
    """The last number that was given in a year."""

    __tablename__ = "request_numbers"

    year: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    last: Mapped[int] = mapped_column(Integer)


class RequestDocumentRow(Base):
    """A document that a request names, and that whoever decides it may therefore see."""

    __tablename__ = "request_documents"

    request_id: Mapped[str] = mapped_column(String(36), ForeignKey("requests.id"), primary_key=True)
    document_id: Mapped[str] = mapped_column(String(36), primary_key=True, index=True)
