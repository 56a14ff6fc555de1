"""Opening, finding, raising and ending sessions.

open ──used──▶ open ──15 minutes without use, or 12 hours in all──▶ run out ──the job of its deadline──▶ ended
  └──────────────── by its person, a client, an officer, a rule ────────────────────────────────────────▶ ended
"""

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
from idp.sessions.visit import UNKNOWN_VISIT, Visit

SESSIONS = table_of(ProviderSession)
FIND = select(SESSIONS).where(SESSIONS.c.cookie_hash == bindparam("cookie_hash"))
OF_CITIZEN = (
    select(SESSIONS)
    .where(SESSIONS.c.citizen_id == bindparam("citizen_id"), SESSIONS.c.ended_at.is_(None))
    .order_by(SESSIONS.c.created_at, SESSIONS.c.sid)
)
TOUCH = (
    update(SESSIONS)
    .where(SESSIONS.c.sid == bindparam("of_sid"), SESSIONS.c.seen_at < bindparam("now"))
    .values(seen_at=bindparam("now"))
)
CLIENT_LAG_SECONDS = 60
"""A client that works for the person tells so by a refresh, a minute after they did something at the latest. Idleness is
counted from that, so a client may come this much later, and is told only then that the session has run out."""
DEADLINE = "session deadline"
"""The job that ends a session which has run out; `logout` does it."""
IDLED, TOO_OLD = "idled", "too_old"


@dataclass(frozen=True)
class Session:
    """A session that is alive now."""

    sid: str
    citizen_id: str
    factors: tuple[Factor, ...]
    seen_at: int
    created_at: int

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
    row = _row(connection, cookie)
    if row is None or row.ended_at is not None or (row.is_made_by_test and not realm.settings.is_test):
        return None
    return None if why_over(realm, row.seen_at, row.created_at) else _open(row)


def has_run_out(realm: Realm, connection: Connection, cookie: str | None) -> bool:
    """Does the cookie stand for a session that nobody ended, but that idled too long or grew too old?"""
    row = _row(connection, cookie)
    if row is None:
        return False
    if row.ended_at is not None:
        return row.ended_because in (IDLED, TOO_OLD)
    return why_over(realm, row.seen_at, row.created_at) is not None


def why_over(realm: Realm, seen_at: int, created_at: int, *, lag_seconds: int = 0) -> str | None:
    """Why a session of these times has run out, if it has. On its last second it is alive."""
    now, lifetimes = realm.clock.now(), realm.settings.lifetimes
    if now - created_at > lifetimes.session_absolute:
        return TOO_OLD
    return IDLED if now - seen_at > lifetimes.session_idle + lag_seconds else None


def of_citizen(connection: Connection, citizen_id: str) -> list[Session]:
    """Every session of a citizen that nobody has ended, whether it idles or not."""
    return [_open(row) for row in connection.execute(OF_CITIZEN, {"citizen_id": citizen_id})]


def alive(realm: Realm, connection: Connection, citizen_id: str) -> list[tuple[Session, Visit]]:
    """The sessions of a citizen that could go on now, each with where it was opened, the one used last first."""
    rows = connection.execute(OF_CITIZEN, {"citizen_id": citizen_id}).all()
    found = [row for row in rows if why_over(realm, row.seen_at, row.created_at) is None]
    found.sort(key=lambda row: -row.seen_at)
    return [(_open(row), Visit.opened(realm, row.sid, row.sealed)) for row in found]


def hold(connection: Connection, citizen_id: str) -> None:
    """Wait for whoever changes a session of this citizen. Before the journal: PostgreSQL would find a deadlock in the other
    order, with a client that keeps one of them alive."""
    connection.execute(OF_CITIZEN.with_for_update(key_share=True), {"citizen_id": citizen_id})


def not_ended(connection: Connection, sid: str) -> Session | None:
    """The session of this name, unless it has been ended, whether it idles or not."""
    row = connection.execute(select(SESSIONS).where(SESSIONS.c.sid == sid, SESSIONS.c.ended_at.is_(None))).first()
    return _open(row) if row else None


def held(connection: Connection, session: Session) -> Session | None:
    """The session, unless somebody has ended it meanwhile; until the end of the transaction nobody does. Before the journal, like
    `hold`."""
    alive = select(SESSIONS).where(SESSIONS.c.sid == session.sid, SESSIONS.c.ended_at.is_(None))
    return session if connection.execute(alive.with_for_update(key_share=True)).first() is not None else None


def touch(realm: Realm, session: Session) -> None:
    """Count this request as activity, to the second. A power cut may forget it: then the session idles a little earlier."""
    now = realm.clock.now()
    if now > session.seen_at:
        with realm.database.write_behind() as connection:
            connection.execute(TOUCH, {"of_sid": session.sid, "now": now})


def keep_alive(realm: Realm, connection: Connection, sid: str) -> bool:
    """Is the session of this name alive? If so, count this as activity: its client is at work for the person, or was until
    CLIENT_LAG_SECONDS ago."""
    now, lifetimes = realm.clock.now(), realm.settings.lifetimes
    statement = update(SESSIONS).where(
        SESSIONS.c.sid == sid,
        SESSIONS.c.ended_at.is_(None),
        SESSIONS.c.seen_at >= now - lifetimes.session_idle - CLIENT_LAG_SECONDS,
        SESSIONS.c.created_at >= now - lifetimes.session_absolute,
    )
    if not realm.settings.is_test:
        statement = statement.where(SESSIONS.c.is_made_by_test.is_(False))
    return connection.execute(statement, {"seen_at": now}).rowcount == 1


def open_session(
    realm: Realm,
    connection: Connection,
    citizen_id: str,
    factors: Sequence[Factor],
    *,
    replaces: Session | None,
    visit: Visit = UNKNOWN_VISIT,
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
        sid, created_at, outcome = replaces.sid, replaces.created_at, "raised"
        row["sealed"] = visit.seal(realm, sid)
        connection.execute(update(SESSIONS).where(SESSIONS.c.sid == sid), row)
    else:
        sid, created_at, outcome = draw_identifier(realm.chance, "session"), now, "opened"
        row["sealed"] = visit.seal(realm, sid)
        connection.execute(insert(SESSIONS), {**row, "sid": sid, "citizen_id": citizen_id, "created_at": now})
        realm.jobs.enqueue(connection, DEADLINE, {"sid": sid}, after_seconds=realm.settings.lifetimes.session_idle)
    session = Session(sid, citizen_id, tuple(factors), now, created_at)
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
        {"ended_at": realm.clock.now(), "ended_because": because},
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


def forget(connection: Connection, citizen_id: str) -> None:
    """Of a citizen who is removed nobody knows any more where they signed in."""
    connection.execute(update(SESSIONS).where(SESSIONS.c.citizen_id == citizen_id), {"sealed": None})


def renew_cookie(realm: Realm, connection: Connection, session: Session) -> str | None:
    """A new cookie for a session whose trust has changed; the old one is worth nothing. None where it is over."""
    cookie = draw_token(realm.chance, "session cookie")
    alive = update(SESSIONS).where(SESSIONS.c.sid == session.sid, SESSIONS.c.ended_at.is_(None))
    return cookie if connection.execute(alive, {"cookie_hash": hash_cookie(cookie)}).rowcount else None


def _row(connection: Connection, cookie: str | None) -> Any:
    return connection.execute(FIND, {"cookie_hash": hash_cookie(cookie)}).first() if cookie else None


def _open(row: Any) -> Session:
    return Session(row.sid, row.citizen_id, tuple(map(Factor.stored, row.factors)), row.seen_at, row.created_at)


def hash_cookie(cookie: str) -> bytes:
    return hashlib.sha256(cookie.encode()).digest()
