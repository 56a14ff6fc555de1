"""Recording consent and asking whether there is any."""

from collections.abc import Set

from sqlalchemy import Connection, insert, select

from ground.database import table_of
from idp.audit import Event, record
from idp.consent.models import Consent
from idp.protocol.scopes import spell
from idp.realm import Realm

CONSENTS = table_of(Consent)


def covers(connection: Connection, citizen_id: str, client_id: str, scopes: Set[str]) -> bool:
    """Has the citizen allowed this client everything it asks for now?"""
    query = select(CONSENTS.c.scope).where(
        CONSENTS.c.citizen_id == citizen_id, CONSENTS.c.client_id == client_id, CONSENTS.c.withdrawn_at.is_(None)
    )
    allowed = {name for scope in connection.execute(query).scalars() for name in scope.split()}
    return scopes <= allowed


def give(realm: Realm, connection: Connection, citizen_id: str, client_id: str, scopes: Set[str]) -> None:
    """Record a «yes» to exactly these scopes."""
    connection.execute(
        insert(CONSENTS),
        {"citizen_id": citizen_id, "client_id": client_id, "scope": spell(scopes), "given_at": realm.clock.now()},
    )
    record(
        realm,
        connection,
        Event.CONSENT_GIVEN,
        actor=f"citizen:{citizen_id}",
        object=f"client:{client_id}",
        scope=spell(scopes),
    )
