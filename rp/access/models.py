"""The table of sessions."""

from sqlalchemy import BigInteger, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from rp.database import Base


class SessionRow(Base):
    """One signed-in browser. The cookie stands here only as its SHA-256; `sealed` holds tokens and claims.

    `workplace_id` is the staff member as whom the person is at work, `acting_for` the patient for whom they speak. `renewed_at`
    is when the tokens were renewed last, or had to be; None where the provider gives nothing to renew them by.
    """

    __tablename__ = "sessions"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    cookie_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    patient_id: Mapped[str | None] = mapped_column(String(36), ForeignKey("patients.id"), index=True)
    issuer: Mapped[str] = mapped_column(String(255))
    subject: Mapped[str] = mapped_column(String(255))
    provider_session: Mapped[str | None] = mapped_column(String(255), index=True)
    acr: Mapped[str] = mapped_column(String(40))
    workplace_id: Mapped[str | None] = mapped_column(String(36))
    acting_for: Mapped[str | None] = mapped_column(String(36))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[int] = mapped_column(BigInteger)
    seen_at: Mapped[int] = mapped_column(BigInteger, index=True)
    renewed_at: Mapped[int | None] = mapped_column(BigInteger)
    ended_at: Mapped[int | None] = mapped_column(BigInteger)
