"""The tables of requests: paused, pushed beforehand, and the names of request objects that came once."""

from sqlalchemy import BigInteger, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from idp.database import Base


class Interaction(Base):
    """One authorization request that waits for a person. See `pause.py` for its states."""

    __tablename__ = "interactions"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    client_id: Mapped[str] = mapped_column(String(100))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    browser: Mapped[str | None] = mapped_column(String(64))
    attempt_id: Mapped[str | None] = mapped_column(String(36))
    answer: Mapped[str | None] = mapped_column(String(10))
    answered_by: Mapped[str | None] = mapped_column(String(36))
    acting_kind: Mapped[str | None] = mapped_column(String(20))
    acting_id: Mapped[str | None] = mapped_column(String(36))
    acting_chosen_by: Mapped[str | None] = mapped_column(String(36))
    created_at: Mapped[int] = mapped_column(BigInteger)
    expires_at: Mapped[int] = mapped_column(BigInteger)
    finished_at: Mapped[int | None] = mapped_column(BigInteger)


class PushedRequest(Base):
    """One request that a client pushed, by the SHA-256 of its reference. See `pushed.py` for its states."""

    __tablename__ = "pushed_requests"

    reference_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    client_id: Mapped[str] = mapped_column(String(100))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[int] = mapped_column(BigInteger)
    expires_at: Mapped[int] = mapped_column(BigInteger, index=True)
    used_at: Mapped[int | None] = mapped_column(BigInteger)


class UsedRequestObject(Base):
    """The SHA-256 of a client and of the `jti` of a request object that it has used."""

    __tablename__ = "used_request_objects"

    object_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    expires_at: Mapped[int] = mapped_column(BigInteger, index=True)
