"""What the end of the provider's session means here: our sessions that grew out of it end too."""

import hashlib

from sqlalchemy import Connection, delete, insert, select

from rp.access.events import Event, note
from rp.access.session import end_sessions_of
from rp.realm import Realm
from rp.sign_in.models import LogoutTokenRow
from rp.trust.logout_token import LEEWAY_SECONDS, MAX_AGE_SECONDS, VerifiedLogout


class LogoutTokenUsed(Exception):
    """This logout token was taken before."""


def depart(realm: Realm, logout: VerifiedLogout) -> int:
    """End the sessions that a logout token names and say how many were alive. Raises LogoutTokenUsed.

    The use of the token and the end of the sessions are one transaction.
    """
    with realm.database.write() as connection:
        _use(connection, realm, logout)
        ended = end_sessions_of(
            connection,
            realm,
            issuer=logout.issuer,
            subject=logout.subject,
            provider_session=logout.provider_session,
        )
        actor = f"provider:{logout.issuer}"
        note(connection, realm, Event.SIGN_OUT, actor=actor, object="session", detail={"ended": ended, "channel": "back"})
    return ended


def _use(connection: Connection, realm: Realm, logout: VerifiedLogout) -> None:
    """Remember the token's `jti` for as long as the token could be taken again."""
    now = realm.clock.now()
    connection.execute(delete(LogoutTokenRow).where(LogoutTokenRow.seen_at <= now - MAX_AGE_SECONDS - 2 * LEEWAY_SECONDS))
    name = hashlib.sha256(f"{logout.issuer}\0{logout.token_id}".encode("utf-8", "surrogatepass")).digest()
    # Writers come one after the other on SQLite; on PostgreSQL the primary key decides.
    if connection.execute(select(LogoutTokenRow.seen_at).where(LogoutTokenRow.token_hash == name)).first() is not None:
        raise LogoutTokenUsed
    connection.execute(insert(LogoutTokenRow), {"token_hash": name, "seen_at": now})
