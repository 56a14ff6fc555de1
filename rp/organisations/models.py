"""The tables of organisations, of their systems and of their people."""

from sqlalchemy import BigInteger, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from rp.database import Base


class OrganisationRow(Base):
    """An organisation that the register knows. `kind` is one of `organisations.directory.KINDS`."""

    __tablename__ = "organisations"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(300))
    ogrn: Mapped[str] = mapped_column(String(15), unique=True)
    region: Mapped[str] = mapped_column(String(2))
    created_at: Mapped[int] = mapped_column(BigInteger)


class OrganisationClient(Base):
    """A system of an organisation, by its client id at the provider."""

    __tablename__ = "organisation_clients"

    client_id: Mapped[str] = mapped_column(String(100), primary_key=True)
    organisation_id: Mapped[str] = mapped_column(String(36), ForeignKey("organisations.id"), index=True)


class StaffMember(Base):
    """Somebody's role at an organisation. The person is known by the index of the СНИЛС; the vault seals the name."""

    __tablename__ = "staff_members"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    organisation_id: Mapped[str] = mapped_column(String(36), ForeignKey("organisations.id"))
    snils_index: Mapped[bytes] = mapped_column(LargeBinary, index=True)
    role: Mapped[str] = mapped_column(String(20))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    granted_at: Mapped[int] = mapped_column(BigInteger)
    ended_at: Mapped[int | None] = mapped_column(BigInteger)
