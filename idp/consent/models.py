"""The tables of consents."""

from typing import Any

from sqlalchemy import JSON, BigInteger, Integer, LargeBinary, String, false
from sqlalchemy.orm import Mapped, mapped_column

from idp.database import Base


class Consent(Base):
    """One «yes» of a citizen to a client: to scopes, and to single claims by name. State: given → withdrawn.

    One that the test API gave counts on a test stand only.
    """

    __tablename__ = "consents"

    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    citizen_id: Mapped[str] = mapped_column(String(36), index=True)
    client_id: Mapped[str] = mapped_column(String(100))
    scope: Mapped[str] = mapped_column(String(1000))
    claims: Mapped[list[Any]] = mapped_column(JSON)
    given_at: Mapped[int] = mapped_column(BigInteger)
    withdrawn_at: Mapped[int | None] = mapped_column(BigInteger)
    is_made_by_test: Mapped[bool] = mapped_column(default=False, server_default=false())


class Disclosure(Base):
    """What a client was really told of a citizen under one authorization, when first and when last: names of claims, never
    values.

    `channel` is `id_token`, `userinfo` or `check` (introspection, by the registry). What is told again within an hour of
    `last_at` does not move it.
    """

    __tablename__ = "disclosures"

    family_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    channel: Mapped[str] = mapped_column(String(10), primary_key=True)
    claims: Mapped[str] = mapped_column(String(1000), primary_key=True)
    citizen_id: Mapped[str] = mapped_column(String(36), index=True)
    client_id: Mapped[str] = mapped_column(String(100))
    first_at: Mapped[int] = mapped_column(BigInteger)
    last_at: Mapped[int] = mapped_column(BigInteger)


class SignedConsent(Base):
    """A consent that its giver signed with a certificate: text and signature stand sealed. Written once, never changed."""

    __tablename__ = "signed_consents"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    citizen_id: Mapped[str] = mapped_column(String(36), index=True)
    client_id: Mapped[str] = mapped_column(String(100))
    serial: Mapped[str] = mapped_column(String(40))
    signed_at: Mapped[int] = mapped_column(BigInteger)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
