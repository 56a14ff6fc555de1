"""What a person has of each method, as a page of the account lists it."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from idp.authentication.method import Enrolled, Enrolment, Method, Owner
from idp.authentication.methods import METHODS
from idp.realm import Realm


@dataclass(frozen=True)
class Listed:
    """A method as a page of the account lists it. `why_shut` says why nothing can be added now."""

    method: Method
    enrolment: Enrolment
    items: Sequence[Enrolled]
    can_add: bool
    why_shut: str | None


def listed(realm: Realm, connection: Connection, owner: Owner, section: str) -> list[Listed]:
    """The methods whose things stand in this section."""
    return [
        Listed(
            method,
            method.enrolment,
            method.enrolment.enrolled(realm, connection, owner.person),
            method.enrolment.can_add(realm, connection, owner.person),
            method.why_shut(realm),
        )
        for method in METHODS
        if method.enrolment is not None and method.enrolment.section == section
    ]
