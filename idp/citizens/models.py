"""The table of citizens. What tells who somebody is stands sealed in one column; what finds them is a blind index."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Final, Literal, get_args

from sqlalchemy import JSON, BigInteger, Integer, LargeBinary, String, false, true
from sqlalchemy.orm import Mapped, mapped_column

from idp.database import Base


class Citizen(Base):
    """One person. `id` is also the subject of tokens. Seconds since the epoch in every `_at`."""

    __tablename__ = "citizens"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    phone_index: Mapped[bytes | None] = mapped_column(LargeBinary, unique=True)
    email_index: Mapped[bytes | None] = mapped_column(LargeBinary, unique=True)
    snils_index: Mapped[bytes | None] = mapped_column(LargeBinary, unique=True)
    passport_index: Mapped[bytes | None] = mapped_column(LargeBinary, index=True)
    phone_verified_at: Mapped[int | None] = mapped_column(BigInteger)
    email_verified_at: Mapped[int | None] = mapped_column(BigInteger)
    second_factor_required: Mapped[bool] = mapped_column(default=False)
    risk_is_judged: Mapped[bool] = mapped_column(default=True, server_default=true())
    created_at: Mapped[int] = mapped_column(BigInteger)
    disabled_at: Mapped[int | None] = mapped_column(BigInteger)
    passport_checked_at: Mapped[int | None] = mapped_column(BigInteger)
    identity_proved_at: Mapped[int | None] = mapped_column(BigInteger)
    identity_proved_by: Mapped[str | None] = mapped_column(String(20))
    locked_at: Mapped[int | None] = mapped_column(BigInteger)
    unlocks_at: Mapped[int | None] = mapped_column(BigInteger)
    first_sign_in_at: Mapped[int | None] = mapped_column(BigInteger)
    changed_at: Mapped[int | None] = mapped_column(BigInteger)


class CitizenRole(Base):
    """A role that somebody has: one of the staff, or one they took by themselves."""

    __tablename__ = "citizen_roles"

    citizen_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    role: Mapped[str] = mapped_column(String(40), primary_key=True)
    given_at: Mapped[int] = mapped_column(BigInteger)
    given_by: Mapped[str] = mapped_column(String(60))


class Incident(Base):
    """A danger to an account: while one is open nobody signs in. State: open → closed. `opened_by` and `closed_by` are actors,
    `rule` is what found it (`officer`, or the name of a rule)."""

    __tablename__ = "incidents"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    citizen_id: Mapped[str] = mapped_column(String(36), index=True)
    rule: Mapped[str] = mapped_column(String(40))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    opened_by: Mapped[str] = mapped_column(String(60))
    opened_at: Mapped[int] = mapped_column(BigInteger)
    closed_by: Mapped[str | None] = mapped_column(String(60))
    closed_at: Mapped[int | None] = mapped_column(BigInteger)


class Organisation(Base):
    """An organisation for which people may act. `ogrn` and `inn` are public numbers, so nothing here is sealed. `particulars`
    hold what only ESIA tells of it, by the names of `organisations.Particulars`."""

    __tablename__ = "organisations"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    name: Mapped[str] = mapped_column(String(300))
    ogrn: Mapped[str] = mapped_column(String(13), unique=True)
    inn: Mapped[str] = mapped_column(String(10), unique=True)
    particulars: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    created_at: Mapped[int] = mapped_column(BigInteger)


class Membership(Base):
    """Somebody who may act for an organisation, and as what. State: begun → ended."""

    __tablename__ = "memberships"

    citizen_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    organisation_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    position: Mapped[str] = mapped_column(String(200))
    is_chief: Mapped[bool] = mapped_column(default=False, server_default=false())
    is_administrator: Mapped[bool] = mapped_column(default=False, server_default=false())
    begun_at: Mapped[int] = mapped_column(BigInteger)
    ended_at: Mapped[int | None] = mapped_column(BigInteger)


class Oid(Base):
    """The number by which the ESIA dialect names a person or an organisation. It is drawn once and never given to another."""

    __tablename__ = "oids"
    __table_args__ = ({"sqlite_autoincrement": True},)

    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    citizen_id: Mapped[str | None] = mapped_column(String(36), unique=True)
    organisation_id: Mapped[str | None] = mapped_column(String(36), unique=True)


class Child(Base):
    """That somebody is a parent of a child who has an account here, as its birth certificate says. The row stays when the child
    is taken off the list: the certificate is known again."""

    __tablename__ = "children"

    parent_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    child_id: Mapped[str] = mapped_column(String(36), primary_key=True, index=True)
    certificate_index: Mapped[bytes] = mapped_column(LargeBinary, index=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    added_at: Mapped[int] = mapped_column(BigInteger)
    removed_at: Mapped[int | None] = mapped_column(BigInteger)


StaffRole = Literal["operator", "support", "officer", "administrator"]
STAFF_ROLES: tuple[StaffRole, ...] = get_args(StaffRole)
"""Who works for the provider: at the counter, with people's questions, with its journal and incidents, with its staff."""
MEDICAL_SERVICE: Final = "citizen.medical_service"
"""«Гражданин - медицинский сервис»: taken and given up by oneself."""
Role = Literal[StaffRole, "citizen.medical_service"]
ROLES: tuple[Role, ...] = (*STAFF_ROLES, MEDICAL_SERVICE)
IdentityProof = Literal["in_person", "signature", "bank"]
Lock = Literal["failures", "incident"]
"""Why nobody can sign in: five wrong passwords in a row, until their owner lifts it; or a danger, until an officer does."""


@dataclass(frozen=True)
class PersonalData:
    """What is sealed of a citizen. Dates are `YYYY-MM-DD`, СНИЛС `XXX-XXX-XXX YY`, the phone E.164.

    Account and card are those of a customer, where the citizens are a bank's. `esia` is what only ESIA tells of somebody, in
    the form that `profile` reads.
    """

    family_name: str
    given_name: str
    middle_name: str | None = None
    birthdate: str | None = None
    gender: str | None = None
    snils: str | None = None
    inn: str | None = None
    policy: str | None = None
    passport_series: str | None = None
    passport_number: str | None = None
    passport_issued_on: str | None = None
    region: str | None = None
    address: str | None = None
    phone: str | None = None
    email: str | None = None
    bank_account: str | None = None
    bank_card: str | None = None
    esia: dict[str, Any] | None = None

    @property
    def has_passport(self) -> bool:
        return bool(self.passport_series and self.passport_number)

    @property
    def full_name(self) -> str:
        return " ".join(part for part in (self.family_name, self.given_name, self.middle_name) if part)

    @property
    def short_name(self) -> str:
        """«Вера Р.»: what a page says to somebody who only gave a password."""
        return f"{self.given_name} {self.family_name[:1]}."

    def as_fields(self) -> dict[str, Any]:
        return {name: value for name, value in asdict(self).items() if value is not None}

    @classmethod
    def from_fields(cls, stored: Mapping[str, Any]) -> "PersonalData":
        known = {field.name for field in fields(cls)}
        return cls(**{name: value for name, value in stored.items() if name in known})


@dataclass(frozen=True)
class Person:
    """A citizen whose personal data have been opened. A newcomer has signed up and not yet been asked for their passport."""

    id: str
    data: PersonalData
    phone_is_verified: bool
    email_is_verified: bool
    second_factor_required: bool
    risk_is_judged: bool
    is_disabled: bool
    document_is_checked: bool = False
    identity_proved_by: IdentityProof | None = None
    roles: frozenset[str] = frozenset()
    lock: Lock | None = None
    is_child: bool = False
    is_newcomer: bool = False
    changed_at: int = 0

    @property
    def is_staff(self) -> bool:
        """Does this person work for the provider? Then a second factor is always asked for."""
        return bool(self.roles & set(STAFF_ROLES))

    @property
    def is_shut_out(self) -> bool:
        """Is what they are signed in with worth nothing? Wrong passwords shut the door only, and leave who is inside there."""
        return self.is_disabled or self.lock == "incident"
