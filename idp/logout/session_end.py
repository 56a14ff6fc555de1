"""One sign-out for everything: session and token families die, and the clients' tokens are owed, in one transaction."""

from sqlalchemy import Connection

from idp.logout import back_channel
from idp.realm import Realm
from idp.sessions import store
from idp.sessions.store import Session
from idp.tokens import families


def end_everything(realm: Realm, connection: Connection, session: Session, *, because: str) -> None:
    """End the session, revoke every family it gave rise to, and owe the news to the clients. A second time does nothing."""
    if not store.end(realm, connection, session, because=because):
        return
    families.revoke_session(realm, connection, session.sid, because=because, actor=f"citizen:{session.citizen_id}")
    back_channel.owe(realm, connection, session)


def end_one(realm: Realm, connection: Connection, session: Session, *, because: str) -> None:
    """End a session that its person does not want to be any more, and what was granted in it to outlive it too."""
    end_everything(realm, connection, session, because=because)
    families.revoke_all_of_session(realm, connection, session.sid, because=because, actor=f"citizen:{session.citizen_id}")


def end_others(realm: Realm, connection: Connection, session: Session, *, because: str) -> int:
    """End every session of this person but this one, and every family that was not granted in it. Says how many sessions."""
    store.hold(connection, session.citizen_id)
    others = [other for other in store.of_citizen(connection, session.citizen_id) if other.sid != session.sid]
    for other in others:
        end_everything(realm, connection, other, because=because)
    families.revoke_others(realm, connection, session.citizen_id, session.sid, because=because)
    return len(others)


def end_everywhere(realm: Realm, connection: Connection, citizen_id: str, *, because: str, actor: str) -> None:
    """End every session of a citizen, and revoke what outlives sessions too.

    Whoever writes to the journal before, in the same transaction, holds the sessions before that (`store.hold`).
    """
    store.hold(connection, citizen_id)
    for session in store.of_citizen(connection, citizen_id):
        end_everything(realm, connection, session, because=because)
    families.revoke_citizen(realm, connection, citizen_id, because=because, actor=actor)
