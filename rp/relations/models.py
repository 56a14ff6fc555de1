"""The table of representations."""

from datetime import date

from sqlalchemy import BigInteger, Date, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from rp.database import Base


class RepresentationRow(Base):
    """One person who speaks for another: a parent for a child, or whom an adult trusts.

    The representative is a СНИЛС, known or unknown to the registry, by its blind index; `sealed` holds, by the data key of the
    represented, the СНИЛС and what they call the person. A child's 18th birthday does not stand here: it would tell when the
    child was born.
    """

    __tablename__ = "representations"
    __table_args__ = (
        Index("ix_representations_represented_id", "represented_id"),
        Index("ix_representations_representative_index", "representative_index"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    kind: Mapped[str] = mapped_column(String(10))
    represented_id: Mapped[str] = mapped_column(String(36), ForeignKey("patients.id"))
    representative_index: Mapped[bytes] = mapped_column(LargeBinary)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    last_day: Mapped[date | None] = mapped_column(Date)
    granted_by: Mapped[str] = mapped_column(String(200))
    granted_at: Mapped[int] = mapped_column(BigInteger)
    withdrawn_by: Mapped[str | None] = mapped_column(String(200))
    withdrawn_at: Mapped[int | None] = mapped_column(BigInteger)
