"""Who is asking: nobody in particular, a citizen with a session, or an application with a citizen's token."""

from dataclasses import dataclass, field
from enum import StrEnum


class Role(StrEnum):
    """The kinds of principal."""

    ANYBODY = "anybody"
    CITIZEN = "citizen"
    APPLICATION = "application"


@dataclass(frozen=True)
class Principal:
    """One who asks. `patient_id` is whose records they speak for; None when the registry has no such patient."""

    role: Role
    actor: str = "anybody"
    patient_id: str | None = None
    scopes: frozenset[str] = field(default=frozenset())


ANYBODY = Principal(Role.ANYBODY)
