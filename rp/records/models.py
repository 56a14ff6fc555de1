"""The table of records."""

from datetime import date

from sqlalchemy import BigInteger, Date, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from rp.database import Base


class RecordRow(Base):
    """One record. `sealed` holds its content; `identity_hash` is equal for two tellings of one event."""

    __tablename__ = "records"
    __table_args__ = (Index("ix_records_patient_id_occurred_on", "patient_id", "occurred_on"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    patient_id: Mapped[str] = mapped_column(String(36), ForeignKey("patients.id"))
    type_name: Mapped[str] = mapped_column(String(40))
    occurred_on: Mapped[date] = mapped_column(Date)
    organisation: Mapped[str] = mapped_column(String(2000))
    source: Mapped[str] = mapped_column(String(200))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    identity_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    created_at: Mapped[int] = mapped_column(BigInteger)
