"""The tables of citizens' certificates: what a list of revoked ones and an OCSP responder need, and which were used here."""

from sqlalchemy import BigInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from idp.database import Base


class CitizenCertificate(Base):
    """One certificate that was issued to a citizen. State: good → revoked. `serial` is in hexadecimal, as openssl prints it."""

    __tablename__ = "certificates"

    serial: Mapped[str] = mapped_column(String(40), primary_key=True)
    citizen_id: Mapped[str] = mapped_column(String(36), index=True)
    algorithm: Mapped[str] = mapped_column(String(20))
    issued_at: Mapped[int] = mapped_column(BigInteger)
    revoked_at: Mapped[int | None] = mapped_column(BigInteger, index=True)


class UsedCertificate(Base):
    """One certificate that a citizen has signed in with, for their account to list. It gives no right: СНИЛС decides."""

    __tablename__ = "used_certificates"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    citizen_id: Mapped[str] = mapped_column(String(36), index=True)
    serial: Mapped[str] = mapped_column(String(40))
    issuer: Mapped[str] = mapped_column(String(200))
    algorithm: Mapped[str] = mapped_column(String(40))
    not_after: Mapped[int] = mapped_column(BigInteger)
    first_used_at: Mapped[int] = mapped_column(BigInteger)
    used_at: Mapped[int] = mapped_column(BigInteger)
