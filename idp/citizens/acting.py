"""On whose behalf a person may come: for themselves always, for an organisation or a child while they are tied to it.

What is stored of a choice is the kind and the id of whom it names. Whether the tie holds is asked anew at every use.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from sqlalchemy import Connection, select, update

from ground.database import table_of
from idp.audit import Event, record
from idp.citizens.models import Membership, Organisation
from idp.realm import Realm

ORGANISATIONS, MEMBERSHIPS = table_of(Organisation), table_of(Membership)
Kind = Literal["organisation", "child"]
OF_MEMBER = (
    select(ORGANISATIONS, MEMBERSHIPS.c.position)
    .join(MEMBERSHIPS, MEMBERSHIPS.c.organisation_id == ORGANISATIONS.c.id)
    .where(MEMBERSHIPS.c.ended_at.is_(None))
    .order_by(ORGANISATIONS.c.name, ORGANISATIONS.c.id)
)


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
        """What a client is told: `type`, `id` and `name`; of an organisation `ogrn`, `inn` and `position`, of a child `birthdate`."""
        fields = {name: value for name, value in asdict(self).items() if value is not None}
        return {"type": fields.pop("kind"), **fields}


def parties_of(realm: Realm, connection: Connection, citizen_id: str) -> tuple[Party, ...]:
    """Everybody this person may act for besides themselves: organisations, then children."""
    rows = connection.execute(OF_MEMBER.where(MEMBERSHIPS.c.citizen_id == citizen_id))
    return tuple(Party("organisation", row.id, row.name, ogrn=row.ogrn, inn=row.inn, position=row.position) for row in rows)


def chosen(parties: Sequence[Party], choice: Choice | None) -> Party | None:
    """The one of these whom a choice names."""
    return next((party for party in parties if party.choice == choice), None)


def end_membership(realm: Realm, connection: Connection, citizen_id: str, organisation_id: str, *, actor: str) -> bool:
    """From now on this person may not act for this organisation. Says whether they might."""
    which = (
        MEMBERSHIPS.c.citizen_id == citizen_id,
        MEMBERSHIPS.c.organisation_id == organisation_id,
        MEMBERSHIPS.c.ended_at.is_(None),
    )
    is_done = connection.execute(update(MEMBERSHIPS).where(*which), {"ended_at": realm.clock.now()}).rowcount == 1
    if is_done:
        detail = {"organisation": organisation_id}
        record(realm, connection, Event.MEMBERSHIP_ENDED, actor=actor, object=f"citizen:{citizen_id}", **detail)
    return is_done
