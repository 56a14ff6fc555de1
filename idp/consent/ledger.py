"""Recording consent, asking whether there is any, and taking it back."""

from collections.abc import Sequence, Set
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from ground.database import table_of
from idp.audit import Event, record
from idp.consent.models import Consent
from idp.protocol.scopes import claims_of, spell
from idp.realm import Realm
from idp.tombstones import Buried, bury

CONSENTS = table_of(Consent)


def covers(realm: Realm, connection: Connection, citizen_id: str, client_id: str, scopes: Set[str], claims: Set[str]) -> bool:
    """Has the citizen allowed this client everything it asks for now? A claim is allowed by name or with a scope."""
    query = select(CONSENTS.c.scope, CONSENTS.c.claims).where(
        CONSENTS.c.citizen_id == citizen_id, CONSENTS.c.client_id == client_id, CONSENTS.c.withdrawn_at.is_(None)
    )
    if not realm.settings.is_test:
        query = query.where(CONSENTS.c.is_made_by_test.is_(False))
    # Held against a withdrawal at the same time: either it waits and finds what is granted now, or nothing is granted.
    given = connection.execute(query.with_for_update(read=True)).all()
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


@dataclass(frozen=True)
class Given:
    """One «yes» of a citizen, and when it was taken back, if it was. Times in seconds."""

    client_id: str
    scopes: frozenset[str]
    claims: tuple[str, ...]
    given_at: int
    withdrawn_at: int | None


def of_citizen(connection: Connection, citizen_id: str) -> Sequence[Given]:
    """What this person agreed to, withdrawn or not, the latest first."""
    query = select(CONSENTS).where(CONSENTS.c.citizen_id == citizen_id).order_by(CONSENTS.c.number.desc())
    return [
        Given(row.client_id, frozenset(row.scope.split()), tuple(row.claims), row.given_at, row.withdrawn_at)
        for row in connection.execute(query)
    ]


def withdraw(realm: Realm, connection: Connection, citizen_id: str, client_id: str, *, actor: str) -> bool:
    """Take back everything that this person allowed this client: it is asked for anew. Says whether there was anything.

    What the client was given by it is `logout.withdrawal`'s to take away, in the same transaction.
    """
    standing = (CONSENTS.c.citizen_id == citizen_id, CONSENTS.c.client_id == client_id, CONSENTS.c.withdrawn_at.is_(None))
    withdrawn = connection.execute(update(CONSENTS).where(*standing), {"withdrawn_at": realm.clock.now()}).rowcount
    if withdrawn:
        bury(realm, connection, Buried.CONSENT, citizen_id, client_id)
        record(realm, connection, Event.CONSENT_WITHDRAWN, actor=actor, object=f"client:{client_id}", citizen=citizen_id)
    return withdrawn > 0


def forget(connection: Connection, citizen_id: str) -> None:
    """Remove every consent of a citizen who is removed."""
    connection.execute(delete(CONSENTS).where(CONSENTS.c.citizen_id == citizen_id))
