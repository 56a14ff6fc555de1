"""The tables of patients and of their links to subjects of a provider."""

from sqlalchemy import BigInteger, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from rp.database import Base


class PatientRow(Base):
    """One person of the registry. `sealed` holds key, names, birth date, gender, СНИЛС and region."""

    __tablename__ = "patients"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    snils_index: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[int] = mapped_column(BigInteger)


class PatientLink(Base):
    """A subject of a provider that was once verified to be this patient."""

    __tablename__ = "patient_links"

    issuer: Mapped[str] = mapped_column(String(255), primary_key=True)
    subject: Mapped[str] = mapped_column(String(255), primary_key=True)
    patient_id: Mapped[str] = mapped_column(String(36), ForeignKey("patients.id"), index=True)
    linked_at: Mapped[int] = mapped_column(BigInteger)
