"""The tables of notices: what people chose, what they were told, and what was published for everybody."""

from sqlalchemy import BigInteger, Boolean, ForeignKey, Index, Integer, LargeBinary, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from rp.database import Base


class NoticeChoiceRow(Base):
    """One choice of a person; without a row it is as it is at first."""

    __tablename__ = "notice_choices"

    patient_id: Mapped[str] = mapped_column(String(36), ForeignKey("patients.id"), primary_key=True)
    topic: Mapped[str] = mapped_column(String(20), primary_key=True)
    channel: Mapped[str] = mapped_column(String(10), primary_key=True)
    is_on: Mapped[bool] = mapped_column(Boolean)
    changed_at: Mapped[int] = mapped_column(BigInteger)


class PublicationRow(Base):
    """One text for everybody who wants to hear of its topic. `sealed` holds subject and text: it is for everybody, and still no
    text that somebody typed stands in a database in plain.

    `reached` is the id of the last patient who was looked at, in the order of ids; `told` counts those who are told of it.
    """

    __tablename__ = "publications"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    topic: Mapped[str] = mapped_column(String(20))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    published_at: Mapped[int] = mapped_column(BigInteger, index=True)
    reached: Mapped[str] = mapped_column(String(36), server_default="")
    told: Mapped[int] = mapped_column(Integer, server_default="0")
    is_finished: Mapped[bool] = mapped_column(Boolean, server_default=false())


class NoticeRow(Base):
    """One notice in somebody's cabinet. `sealed` holds subject, text and link of what is for them alone; what was published
    stands at its publication."""

    __tablename__ = "notices"
    __table_args__ = (
        UniqueConstraint("patient_id", "publication_id"),
        Index("ix_notices_patient_id_number", "patient_id", "number"),
    )

    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    id: Mapped[str] = mapped_column(String(36), unique=True)
    patient_id: Mapped[str] = mapped_column(String(36), ForeignKey("patients.id"))
    topic: Mapped[str] = mapped_column(String(20))
    publication_id: Mapped[str | None] = mapped_column(String(36), ForeignKey("publications.id"), index=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[int] = mapped_column(BigInteger)
    read_at: Mapped[int | None] = mapped_column(BigInteger)
