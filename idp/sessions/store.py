"""Opening, finding, raising and ending sessions."""

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from ground.chance import draw_identifier, draw_token
from ground.database import table_of
from idp.audit import Event, record
from idp.protocol.assurance import Factor, level_of, references_of
from idp.protocol.prompt import SignedIn
from idp.protocol.vocabulary import Level
from idp.realm import Realm
from idp.sessions.models import ProviderSession

SESSIONS = table_of(ProviderSession)
FIND = select(SESSIONS).where(SESSIONS.c.cookie_hash == bindparam("cookie_hash"), SESSIONS.c.ended_at.is_(None))
SEEN_EVERY_SECONDS = 60
"""`seen_at` is written at most this often: idleness is counted in minutes, and a write for each page is dear."""


@dataclass(frozen=True)
class Session:
    """A session that is alive now."""

    sid: str
    citizen_id: str
    factors: tuple[Factor, ...]
    seen_at: int

    @property
    def level(self) -> Level:
        return level_of(self.factors)

    @property
    def references(self) -> tuple[str, ...]:
        """The `amr` values."""
        return tuple(references_of(self.factors))

    @property
    def is_made_by_test(self) -> bool:
        """Does it rest on a proof that the test API made?"""
        return any(factor.is_made_by_test for factor in self.factors)

    @property
    def authenticated_at(self) -> int:
        """When the last factor was proved, in seconds."""
        return max(factor.at for factor in self.factors)

    def signed_in(self) -> SignedIn:
        return SignedIn(subject=self.citizen_id, authenticated_at=self.authenticated_at, level=self.level)


def find(realm: Realm, connection: Connection, cookie: str | None) -> Session | None:
    """The session that a cookie stands for, unless it has ended, idled too long or grown too old, or the test API made it
    and this is no test stand any more."""
    if not cookie:
        return None
    row = connection.execute(FIND, {"cookie_hash": hash_cookie(cookie)}).first()
    if row is None or (row.is_made_by_test and not realm.settings.is_test):
        return None
    now, lifetimes = realm.clock.now(), realm.settings.lifetimes
    if now - row.seen_at > lifetimes.session_idle or now - row.created_at > lifetimes.session_absolute:
        return None
    return _open(row)


def of_citizen(connection: Connection, citizen_id: str) -> list[Session]:
    """Every session of a citizen that nobody has ended, whether it idles or not."""
    query = select(SESSIONS).where(SESSIONS.c.citizen_id == citizen_id, SESSIONS.c.ended_at.is_(None))
    return [_open(row) for row in connection.execute(query.order_by(SESSIONS.c.created_at, SESSIONS.c.sid))]


def touch(realm: Realm, session: Session) -> None:
    """Count this request as activity."""
    now = realm.clock.now()
    if now - session.seen_at >= SEEN_EVERY_SECONDS:
        with realm.database.write() as connection:
            connection.execute(update(SESSIONS).where(SESSIONS.c.sid == session.sid), {"seen_at": now})


def keep_alive(realm: Realm, connection: Connection, sid: str) -> bool:
    """Is the session of this name alive? If so, count this as activity: its client is at work for the person."""
    now, lifetimes = realm.clock.now(), realm.settings.lifetimes
    statement = update(SESSIONS).where(
        SESSIONS.c.sid == sid,
        SESSIONS.c.ended_at.is_(None),
        SESSIONS.c.seen_at >= now - lifetimes.session_idle,
        SESSIONS.c.created_at >= now - lifetimes.session_absolute,
    )
    if not realm.settings.is_test:
        statement = statement.where(SESSIONS.c.is_made_by_test.is_(False))
    return connection.execute(statement, {"seen_at": now}).rowcount == 1


def open_session(
    realm: Realm, connection: Connection, citizen_id: str, factors: Sequence[Factor], *, replaces: Session | None
) -> tuple[Session, str]:
    """Open a session and return it with its new cookie.

    A session of the same citizen in this browser is raised: it keeps its `sid`, so that sign-out still reaches every
    client, and gets a new cookie, because its trust has changed; its age goes on. That of another citizen has to be ended
    before.
    """
    cookie = draw_token(realm.chance, "session cookie")
    now = realm.clock.now()
    row: dict[str, Any] = {
        "cookie_hash": hash_cookie(cookie),
        "factors": [asdict(factor) for factor in factors],
        "seen_at": now,
        "is_made_by_test": any(factor.is_made_by_test for factor in factors),
    }
    if replaces is not None and replaces.citizen_id == citizen_id:
        sid, outcome = replaces.sid, "raised"
        connection.execute(update(SESSIONS).where(SESSIONS.c.sid == sid), row)
    else:
        sid, outcome = draw_identifier(realm.chance, "session"), "opened"
        connection.execute(insert(SESSIONS), {**row, "sid": sid, "citizen_id": citizen_id, "created_at": now})
    session = Session(sid, citizen_id, tuple(factors), now)
    record(
        realm,
        connection,
        Event.SESSION_OPENED,
        actor=f"citizen:{citizen_id}",
        object=f"session:{sid}",
        outcome=outcome,
        acr=session.level,
        amr=list(session.references),
    )
    return session, cookie


def end(realm: Realm, connection: Connection, session: Session, *, because: str) -> bool:
    """End a session; its cookie is worth nothing from now on. Says whether it was alive."""
    ended = connection.execute(
        update(SESSIONS).where(SESSIONS.c.sid == session.sid, SESSIONS.c.ended_at.is_(None)),
        {"ended_at": realm.clock.now()},
    ).rowcount
    if not ended:
        return False
    record(
        realm,
        connection,
        Event.SESSION_ENDED,
        actor=f"citizen:{session.citizen_id}",
        object=f"session:{session.sid}",
        because=because,
    )
    return True


def _open(row: Any) -> Session:
    return Session(row.sid, row.citizen_id, tuple(map(Factor.stored, row.factors)), row.seen_at)


def hash_cookie(cookie: str) -> bytes:
    return hashlib.sha256(cookie.encode()).digest()
