"""One sign-out for everything: session and token families die in one transaction."""

from sqlalchemy import Connection

from idp.realm import Realm
from idp.sessions import store
from idp.sessions.store import Session
from idp.tokens import families


def end_everything(realm: Realm, connection: Connection, session: Session, *, because: str) -> None:
    """End the session and revoke every family it gave rise to."""
    store.end(realm, connection, session, because=because)
    families.revoke_session(realm, connection, session.sid, because=because, actor=f"citizen:{session.citizen_id}")
