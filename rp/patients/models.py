"""The tables of patients, of what was known of them before, and of their links to subjects of a provider."""

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from rp.database import Base


class PatientRow(Base):
    """One person of the registry. `sealed` holds, by the person's data key, what `directory.Person` lists.

    The indexes are blind: equal for equal values, and nothing can be read off them. `name_index` is of family name, given name
    and birth date together.
    """

    __tablename__ = "patients"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    snils_index: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    inn_index: Mapped[bytes | None] = mapped_column(LargeBinary, index=True)
    policy_index: Mapped[bytes | None] = mapped_column(LargeBinary, index=True)
    name_index: Mapped[bytes | None] = mapped_column(LargeBinary, index=True)
    insurer_id: Mapped[str | None] = mapped_column(String(36), ForeignKey("organisations.id"))
    region: Mapped[str | None] = mapped_column(String(2))
    version: Mapped[int] = mapped_column(Integer, server_default="1")
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    author: Mapped[str] = mapped_column(String(200), server_default="operator")
    reason: Mapped[str] = mapped_column(String(500), server_default="")
    created_at: Mapped[int] = mapped_column(BigInteger)
    changed_at: Mapped[int] = mapped_column(BigInteger, server_default="0")


class PatientVersion(Base):
    """What was known of a person before: a former `sealed`, as it stood in `patients`, with who had written it, why and when."""

    __tablename__ = "patient_versions"

    patient_id: Mapped[str] = mapped_column(String(36), ForeignKey("patients.id"), primary_key=True)
    version: Mapped[int] = mapped_column(Integer, primary_key=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    author: Mapped[str] = mapped_column(String(200))
    reason: Mapped[str] = mapped_column(String(500))
    changed_at: Mapped[int] = mapped_column(BigInteger)


class PatientLink(Base):
    """A subject of a provider that was once verified to be this patient. One subject is one patient, and the reverse."""

    __tablename__ = "patient_links"
    __table_args__ = (
        UniqueConstraint("issuer", "patient_id"),
        Index("ix_patient_links_patient_id", "patient_id"),
    )

    issuer: Mapped[str] = mapped_column(String(255), primary_key=True)
    subject: Mapped[str] = mapped_column(String(255), primary_key=True)
    patient_id: Mapped[str] = mapped_column(String(36), ForeignKey("patients.id"))
    linked_at: Mapped[int] = mapped_column(BigInteger)
