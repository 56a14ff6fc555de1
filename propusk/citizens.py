"""The people of a sandbox."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, Literal, TypedDict

Role = Literal["operator", "support", "officer", "administrator", "citizen.medical_service"]


class PersonMembers(TypedDict, total=False):
    """What a test may say of a person. What it does not say is invented; None means that the person has none."""

    family_name: str
    given_name: str
    middle_name: str | None
    birthdate: str
    gender: str
    snils: str | None
    inn: str | None
    policy: str | None
    passport_series: str | None
    passport_number: str | None
    passport_issued_on: str | None
    region: str | None
    address: str | None
    phone: str | None
    email: str | None
    phone_verified: bool
    email_verified: bool
    second_factor_required: bool
    risk: bool
    disabled: bool
    roles: Sequence[Role]
    locked: bool
    esia: Mapping[str, Any] | None
    password: str | None


@dataclass(frozen=True)
class Citizen:
    """A person of the sandbox as it was when asked; `password` is known only if this test has set or been told it. `oid` is the
    number by which the ESIA dialect names them, and `esia` what only it tells of them."""

    id: str
    oid: int
    family_name: str
    given_name: str
    middle_name: str | None
    birthdate: str
    gender: str
    snils: str | None
    inn: str | None
    policy: str | None
    passport_series: str | None
    passport_number: str | None
    passport_issued_on: str | None
    region: str | None
    address: str | None
    phone: str | None
    email: str | None
    phone_verified: bool
    email_verified: bool
    second_factor_required: bool
    risk: bool
    disabled: bool
    roles: tuple[Role, ...]
    locked: bool
    esia: Mapping[str, Any] | None
    password: str | None = field(default=None, repr=False)

    @property
    def login(self) -> str:
        """What the person types on the sign-in page: phone, e-mail or СНИЛС, whichever there is."""
        found = self.phone or self.email or self.snils
        if found is None:
            raise ValueError("this citizen has neither phone, e-mail nor СНИЛС, and so cannot sign in on a page")
        return found


def read_citizen(members: Mapping[str, Any], *, password: str | None = None) -> Citizen:
    """A Person of the control plane. A newer stand may tell more than this kit knows."""
    known: dict[str, Any] = {each.name: members.get(each.name) for each in fields(Citizen)}
    known["password"] = known["password"] or password
    known["roles"] = tuple(known["roles"] or ())
    return Citizen(**known)
