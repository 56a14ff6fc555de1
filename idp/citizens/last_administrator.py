"""The last administrator stays: nobody else could give the role again."""

from sqlalchemy import Connection, select

from ground.database import table_of
from idp.citizens.models import Citizen, CitizenRole

CITIZENS, ROLES = map(table_of, (Citizen, CitizenRole))
ADMINISTRATORS = select(ROLES.c.citizen_id).where(ROLES.c.role == "administrator").order_by(ROLES.c.citizen_id).with_for_update()
"""Held, in one order, until the transaction ends: of two who take each other's role at once one stays."""


class LastAdministrator(Exception):
    """Nobody would be left who can give roles."""


def demand_another(connection: Connection, citizen_id: str) -> None:
    """Is there another administrator, who is not disabled, or is this person none? Raises LastAdministrator.

    An account that is locked or shut by an incident counts: it comes back. Whoever calls it holds the citizen.
    """
    holders = list(connection.execute(ADMINISTRATORS).scalars())
    if citizen_id not in holders:
        return
    # In a statement of its own: PostgreSQL looks again, after it has waited, at the rows it waited for and at no others.
    others = select(CITIZENS.c.id).where(CITIZENS.c.id.in_(holders), CITIZENS.c.id != citizen_id)
    if connection.execute(others.where(CITIZENS.c.disabled_at.is_(None)).limit(1)).first() is None:
        raise LastAdministrator
