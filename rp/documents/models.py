"""The tables of documents: what is kept, and how much of each patient."""

from sqlalchemy import BigInteger, ForeignKey, Integer, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from rp.database import Base


class DocumentRow(Base):
    """One document. Its file bears its id; `sealed` holds its name and the SHA-256 of what the file holds, opened.

    `purpose` is what the person gave it for.
    """

    __tablename__ = "documents"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    patient_id: Mapped[str] = mapped_column(String(36), ForeignKey("patients.id"), index=True)
    purpose: Mapped[str] = mapped_column(String(40))
    kind: Mapped[str] = mapped_column(String(10))
    size: Mapped[int] = mapped_column(BigInteger)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[int] = mapped_column(BigInteger)


class DocumentRoomRow(Base):
    """How many documents a patient keeps and how many bytes they have: counted up only where there is room."""

    __tablename__ = "document_rooms"

    patient_id: Mapped[str] = mapped_column(String(36), ForeignKey("patients.id"), primary_key=True)
    documents: Mapped[int] = mapped_column(Integer)
    size: Mapped[int] = mapped_column(BigInteger)
