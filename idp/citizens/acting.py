"""On whose behalf a person may come: for themselves always, for an organisation or a child while they are tied to it.

What is stored of a choice is the kind and the id of whom it names. Whether the tie holds is asked anew at every use.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from sqlalchemy import Connection

from idp.citizens import children, organisations
from idp.realm import Realm

Kind = Literal["organisation", "child"]


@dataclass(frozen=True)
class Choice:
    """For whom somebody chose to act: `kind` is `self`, `organisation` or `child`; themselves have no `id`."""

    kind: str
    id: str | None = None


THEMSELVES = Choice("self")


@dataclass(frozen=True)
class Party:
    """Somebody else for whom a person may act now: an organisation, and what they are there, or a child."""

    kind: Kind
    id: str
    name: str
    ogrn: str | None = None
    inn: str | None = None
    position: str | None = None
    birthdate: str | None = None

    @property
    def choice(self) -> Choice:
        return Choice(self.kind, self.id)

    def claim(self) -> dict[str, Any]:
        """What a client is told: `type`, `id`, `name`; of an organisation `ogrn`, `inn`, `position`, of a child `birthdate`."""
        fields = {name: value for name, value in asdict(self).items() if value is not None}
        return {"type": fields.pop("kind"), **fields}


def parties_of(realm: Realm, connection: Connection, citizen_id: str) -> tuple[Party, ...]:
    """Everybody this person may act for besides themselves: organisations, then children."""
    of_organisations = tuple(
        Party("organisation", each.id, each.name, ogrn=each.ogrn, inn=each.inn, position=each.position)
        for each in organisations.of_member(connection, citizen_id)
    )
    of_children = tuple(
        Party("child", each.person.id, each.person.data.full_name, birthdate=each.person.data.birthdate)
        for each in children.of_parent(realm, connection, citizen_id)
        if each.may_be_acted_for and not each.person.is_shut_out
    )
    return of_organisations + of_children


def chosen(parties: Sequence[Party], choice: Choice | None) -> Party | None:
    """The one of these whom a choice names."""
    return next((party for party in parties if party.choice == choice), None)
