"""The tables of records and of their earlier versions."""

from datetime import date

from sqlalchemy import BigInteger, Date, ForeignKey, Index, Integer, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from rp.database import Base


class RecordRow(Base):
    """One record, in its newest version. `sealed` holds its content, by the patient's data key; `identity_hash` is equal for two
    tellings of one event, and `number_index` is that of its register number (УНРЗ), if it has one. `organisation` is the name
    that the source gives; `organisation_id` who of ours entered it.

    A record that was entered by mistake is withdrawn: it stays for those who must account for it, and is shown to nobody else.
    """

    __tablename__ = "records"
    __table_args__ = (Index("ix_records_patient_id_occurred_on", "patient_id", "occurred_on"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    patient_id: Mapped[str] = mapped_column(String(36), ForeignKey("patients.id"))
    type_name: Mapped[str] = mapped_column(String(40))
    occurred_on: Mapped[date] = mapped_column(Date)
    organisation: Mapped[str] = mapped_column(String(2000))
    organisation_id: Mapped[str | None] = mapped_column(String(36), ForeignKey("organisations.id"), index=True)
    source: Mapped[str] = mapped_column(String(200))
    version: Mapped[int] = mapped_column(Integer, server_default="1")
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    identity_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    number_index: Mapped[bytes | None] = mapped_column(LargeBinary, index=True, unique=True)
    author: Mapped[str] = mapped_column(String(200), server_default="operator")
    reason: Mapped[str] = mapped_column(String(500), server_default="")
    created_at: Mapped[int] = mapped_column(BigInteger)
    changed_at: Mapped[int] = mapped_column(BigInteger, server_default="0")
    withdrawn_at: Mapped[int | None] = mapped_column(BigInteger)


class RecordVersion(Base):
    """A former version of a record: its row as it was, with who had written it and when. `reason` is the program's own, if any:
    what people wrote is sealed."""

    __tablename__ = "record_versions"

    record_id: Mapped[str] = mapped_column(String(36), ForeignKey("records.id"), primary_key=True)
    version: Mapped[int] = mapped_column(Integer, primary_key=True)
    occurred_on: Mapped[date] = mapped_column(Date)
    organisation: Mapped[str] = mapped_column(String(2000))
    source: Mapped[str] = mapped_column(String(200))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    author: Mapped[str] = mapped_column(String(200))
    reason: Mapped[str] = mapped_column(String(500))
    changed_at: Mapped[int] = mapped_column(BigInteger)


class Counter(Base):
    """The last of the numbers that are given out in turn."""

    __tablename__ = "counters"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    value: Mapped[int] = mapped_column(BigInteger)
