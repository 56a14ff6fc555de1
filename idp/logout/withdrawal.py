"""A person takes their consent back: the client is told that it is over, and what it holds is worth nothing."""

from sqlalchemy import Connection

from idp.consent import ledger
from idp.logout import back_channel
from idp.realm import Realm
from idp.sessions import store
from idp.tokens import families

BECAUSE = "consent_withdrawn"


def withdraw(realm: Realm, connection: Connection, citizen_id: str, client_id: str) -> bool:
    """Withdraw the consent, kill every family that was granted by it, those of offline access too, and owe the client a logout
    token for each session it was entered from. The sessions of the provider go on. False where there was no consent."""
    if not ledger.withdraw(realm, connection, citizen_id, client_id, actor=f"citizen:{citizen_id}"):
        return False
    for sid in families.revoke_consented(realm, connection, citizen_id, client_id, because=BECAUSE):
        if store.not_ended(connection, sid) is not None:
            back_channel.owe_to(realm, connection, client_id, sid=sid, citizen_id=citizen_id)
    return True
