"""Recording consent and asking whether there is any."""

from collections.abc import Set
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from ground.database import table_of
from idp.audit import Event, record
from idp.consent.models import Consent
from idp.protocol.scopes import claims_of, spell
from idp.realm import Realm

CONSENTS = table_of(Consent)


def covers(realm: Realm, connection: Connection, citizen_id: str, client_id: str, scopes: Set[str], claims: Set[str]) -> bool:
    """Has the citizen allowed this client everything it asks for now? A claim is allowed by name or with a scope."""
    query = select(CONSENTS.c.scope, CONSENTS.c.claims).where(
        CONSENTS.c.citizen_id == citizen_id, CONSENTS.c.client_id == client_id, CONSENTS.c.withdrawn_at.is_(None)
    )
    if not realm.settings.is_test:
        query = query.where(CONSENTS.c.is_made_by_test.is_(False))
    given = connection.execute(query).all()
    allowed = {name for row in given for name in row.scope.split()}
    if not scopes <= allowed:
        return False
    return claims <= {*claims_of(allowed), *(name for row in given for name in row.claims)}


def give(
    realm: Realm, connection: Connection, citizen_id: str, client_id: str, scopes: Set[str], claims: Set[str] = frozenset()
) -> None:
    """Record a «yes» to exactly these scopes and single claims."""
    row: dict[str, Any] = {"scope": spell(scopes), "claims": sorted(claims)}
    stored = {"citizen_id": citizen_id, "client_id": client_id, "given_at": realm.clock.now(), **row}
    connection.execute(insert(CONSENTS), stored | {"is_made_by_test": realm.acts_for_test})
    record(realm, connection, Event.CONSENT_GIVEN, actor=f"citizen:{citizen_id}", object=f"client:{client_id}", **row)


def forget(connection: Connection, citizen_id: str) -> None:
    """Remove every consent of a citizen who is removed."""
    connection.execute(delete(CONSENTS).where(CONSENTS.c.citizen_id == citizen_id))
