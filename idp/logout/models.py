"""The table of logout tokens owed to clients."""

from sqlalchemy import BigInteger, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from idp.database import Base


class LogoutDelivery(Base):
    """One client that has to learn of the end of one session, and what came of telling it.

    State: waiting → delivered | refused (the client said no, for good) | given_up (nobody answered, too often).
    `last_status` is the HTTP status of the last answer; None beside an error means that there was no answer.
    """

    __tablename__ = "logout_deliveries"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    client_id: Mapped[str] = mapped_column(String(100), index=True)
    sid: Mapped[str] = mapped_column(String(36), index=True)
    citizen_id: Mapped[str] = mapped_column(String(36))
    state: Mapped[str] = mapped_column(String(10))
    attempts: Mapped[int] = mapped_column(Integer)
    last_status: Mapped[int | None] = mapped_column(Integer)
    last_error: Mapped[str | None] = mapped_column(String(200))
    created_at: Mapped[int] = mapped_column(BigInteger)
    tried_at: Mapped[int | None] = mapped_column(BigInteger)
    delivered_at: Mapped[int | None] = mapped_column(BigInteger)
