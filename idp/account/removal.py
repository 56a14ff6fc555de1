"""Taking a person away: what they may do ends, and what is kept of them goes."""

from sqlalchemy import Connection

from idp.authentication import attempt as attempts
from idp.authentication import challenge, risk
from idp.authentication.methods import METHODS
from idp.authority import register as certificates
from idp.citizens import children, directory, oids
from idp.consent import disclosures, ledger, signed
from idp.logout.session_end import end_everywhere
from idp.realm import Realm
from idp.recovery import store as recoveries
from idp.sessions import store


def remove_person(realm: Realm, connection: Connection, citizen_id: str, *, actor: str) -> None:
    """End the sessions of a citizen, revoke their tokens, and forget them, and the children whom nobody else is a parent of."""
    store.hold(connection, citizen_id)
    for child_id in children.only_of(connection, citizen_id):
        remove_person(realm, connection, child_id, actor=actor)
    end_everywhere(realm, connection, citizen_id, because="citizen_removed", actor=actor)
    for method in METHODS:
        method.forget(connection, citizen_id)
    challenge.forget(connection, citizen_id)
    attempts.forget(connection, citizen_id)
    risk.forget(connection, citizen_id)
    ledger.forget(connection, citizen_id)
    signed.forget(connection, citizen_id)
    disclosures.forget(connection, citizen_id)
    store.forget(connection, citizen_id)
    recoveries.forget(connection, citizen_id)
    certificates.forget(connection, citizen_id)
    children.forget(connection, citizen_id)
    oids.forget(connection, citizen_id)
    directory.remove(realm, connection, citizen_id, actor=actor)
