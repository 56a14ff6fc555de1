"""A recovery, from the question to its end.

    by SMS     asked ──the right code───────────────────────────────────────▶ recovered | shut
    by letter  asked ──its link, in this browser──▶ proved ──a second way, a new password──▶ recovered | shut
    by video   asked ──a recording──▶ proved ──an operator──▶ recovered | rejected
    every one, while it has not ended ──its time: fifteen minutes, a day for a recording──▶ expired

Every state is stored, so a recovery survives a restart. It is bound to one browser and ends once: each step is one conditional
UPDATE. `shut` is an account that an incident keeps closed. One for a login that nobody has goes the same way and never ends.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, Row, delete, insert, select, update

from ground.chance import draw_identifier
from ground.database import table_of
from idp.authentication.methods.one_time_code import codes
from idp.realm import Realm
from idp.recovery.models import Recording
from idp.recovery.models import Recovery as RecoveryRow

RECOVERIES, RECORDINGS = map(table_of, (RecoveryRow, Recording))
RECOVERY_SECONDS = 15 * 60
LINK_SECONDS = 10 * 60
DECISION_SECONDS = 24 * 60 * 60
RESULT_SECONDS = 7 * 24 * 60 * 60
"""How long its browser is shown what came of a recovery."""
Way = Literal["sms", "email", "video"]
End = Literal["recovered", "shut", "rejected"]


class RecoveryGone(Exception):
    """There is no such recovery in this browser, it has ended, or its time is over."""


@dataclass(frozen=True)
class Recovery:
    """A recovery as it stands. `login` is what was typed, `came_from` the sign-in attempt that somebody comes from, `sent_to` the
    mailbox of its letter, `reason` an operator's; `is_expired` is one whose time was over before its end. Moments in seconds."""

    id: str
    way: Way
    citizen_id: str | None
    login: str
    came_from: str
    sent_to: str | None
    reason: str
    attempt_id: str | None
    created_at: int
    expires_at: int
    proved_at: int | None
    ended: End | None
    ended_at: int | None
    unlocks_at: int | None
    is_expired: bool

    @property
    def path(self) -> str:
        return f"/recovery/{self.id}"

    @property
    def holder(self) -> str:
        """How it is named as the holder of codes, and in the journal."""
        return f"recovery:{self.id}"

    @property
    def actor(self) -> str:
        return f"citizen:{self.citizen_id or 'unknown'}"


def begin(
    realm: Realm,
    connection: Connection,
    *,
    way: Way,
    browser: str,
    citizen_id: str | None,
    login: str,
    came_from: str = "",
    sent_to: str | None = None,
    link_token: str | None = None,
) -> Recovery:
    """Begin a recovery."""
    recovery_id, now = draw_identifier(realm.chance, "recovery"), realm.clock.now()
    row = {
        "id": recovery_id,
        "way": way,
        "browser": browser,
        "citizen_id": citizen_id,
        "sealed": _seal(realm, recovery_id, login=login, came_from=came_from, sent_to=sent_to),
        "link_hash": _hash(link_token) if link_token else None,
        "created_at": now,
        "expires_at": now + RECOVERY_SECONDS,
    }
    connection.execute(insert(RECOVERIES), row)
    return _open(realm, connection.execute(select(RECOVERIES).where(RECOVERIES.c.id == recovery_id)).one())


def find(realm: Realm, connection: Connection, recovery_id: str, *, browser: str) -> Recovery:
    """The recovery of this browser, one that has ended too while there is something to tell of it. Raises RecoveryGone, for a
    foreign one as for one that never was."""
    row = _row(connection, recovery_id)
    if row is None or row.browser != browser or not _is_told(realm, row):
        raise RecoveryGone
    return _open(realm, row)


def find_by_link(realm: Realm, connection: Connection, token: str, *, browser: str) -> Recovery:
    """The recovery of this browser to which a letter's link leads. Raises RecoveryGone, for a link that was used or is older
    than ten minutes, as for one that never was."""
    row = connection.execute(select(RECOVERIES).where(RECOVERIES.c.link_hash == _hash(token))).first()
    if row is None or row.browser != browser or row.ended_at is not None:
        raise RecoveryGone
    if min(row.created_at + LINK_SECONDS, row.expires_at) <= realm.clock.now():
        raise RecoveryGone
    return _open(realm, row)


def find_for_staff(realm: Realm, connection: Connection, recovery_id: str) -> Recovery | None:
    """A recovery that an operator decides or has decided."""
    row = _row(connection, recovery_id)
    is_theirs = row is not None and row.way == "video" and row.citizen_id is not None and row.proved_at is not None
    return _open(realm, row) if row is not None and is_theirs else None


def waiting(realm: Realm, connection: Connection) -> Sequence[Recovery]:
    """What waits for an operator, the oldest first."""
    which = (RECOVERIES.c.way == "video", RECOVERIES.c.proved_at.is_not(None), RECOVERIES.c.citizen_id.is_not(None))
    query = select(RECOVERIES).where(*which, *_is_open(realm)).order_by(RECOVERIES.c.proved_at, RECOVERIES.c.id)
    return [_open(realm, row) for row in connection.execute(query)]


def waiting_in(realm: Realm, connection: Connection, browser: str) -> Sequence[Recovery]:
    """The recordings of this browser that wait for a decision."""
    which = (RECOVERIES.c.browser == browser, RECOVERIES.c.way == "video", RECOVERIES.c.proved_at.is_not(None))
    query = select(RECOVERIES).where(*which, *_is_open(realm)).order_by(RECOVERIES.c.proved_at)
    return [_open(realm, row) for row in connection.execute(query)]


def prove(realm: Realm, connection: Connection, recovery: Recovery, *, waits_seconds: int | None = None) -> bool:
    """The link was opened, the recording is here. True once. Where somebody else decides, it waits for them so long."""
    now = realm.clock.now()
    values = {"proved_at": now, "expires_at": recovery.expires_at if waits_seconds is None else now + waits_seconds}
    which = (RECOVERIES.c.id == recovery.id, RECOVERIES.c.proved_at.is_(None), *_is_open(realm))
    return connection.execute(update(RECOVERIES).where(*which).values(**values)).rowcount == 1


def remember_attempt(connection: Connection, recovery: Recovery, attempt_id: str) -> None:
    """The second way is asked for in this sign-in attempt, which leads to no session."""
    connection.execute(update(RECOVERIES).where(RECOVERIES.c.id == recovery.id), {"attempt_id": attempt_id})


def end(
    realm: Realm, connection: Connection, recovery: Recovery, end: End, *, unlocks_at: int | None = None, reason: str = ""
) -> bool:
    """The recovery has come to its end. True once, and never when its time was over before."""
    values = {
        "ended_at": realm.clock.now(),
        "ended_because": end,
        "unlocks_at": unlocks_at,
        "sealed": _seal(
            realm, recovery.id, login=recovery.login, came_from=recovery.came_from, sent_to=recovery.sent_to, reason=reason
        ),
    }
    which = (RECOVERIES.c.id == recovery.id, *_is_open(realm))
    return connection.execute(update(RECOVERIES).where(*which).values(**values)).rowcount == 1


def end_other_letters(realm: Realm, connection: Connection, recovery: Recovery) -> None:
    """Whatever link of this person is still on its way is worth nothing any more: there is a new password."""
    is_theirs = (RECOVERIES.c.citizen_id == recovery.citizen_id, RECOVERIES.c.way == "email", RECOVERIES.c.id != recovery.id)
    connection.execute(update(RECOVERIES).where(*is_theirs, *_is_open(realm)).values(expires_at=realm.clock.now()))


def forget(connection: Connection, citizen_id: str) -> None:
    """Remove the recoveries of a citizen who is removed, and what they recorded."""
    theirs = select(RECOVERIES.c.id).where(RECOVERIES.c.citizen_id == citizen_id)
    codes.forget_of(connection, select("recovery:" + RECOVERIES.c.id).where(RECOVERIES.c.citizen_id == citizen_id))
    connection.execute(delete(RECORDINGS).where(RECORDINGS.c.recovery_id.in_(theirs)))
    connection.execute(delete(RECOVERIES).where(RECOVERIES.c.citizen_id == citizen_id))


def _is_open(realm: Realm) -> tuple[ColumnElement[bool], ...]:
    return (RECOVERIES.c.ended_at.is_(None), RECOVERIES.c.expires_at > realm.clock.now())


def _is_told(realm: Realm, row: Row[Any]) -> bool:
    now = realm.clock.now()
    if row.ended_at is not None:
        return bool(now < row.ended_at + RESULT_SECONDS)
    is_awaited = row.way == "video" and row.proved_at is not None
    return bool(now < row.expires_at + (RESULT_SECONDS if is_awaited else 0))


def _row(connection: Connection, recovery_id: str) -> Row[Any] | None:
    if "\0" in recovery_id:  # PostgreSQL would raise
        return None
    return connection.execute(select(RECOVERIES).where(RECOVERIES.c.id == recovery_id)).first()


def _seal(realm: Realm, recovery_id: str, *, login: str, came_from: str, sent_to: str | None, reason: str = "") -> bytes:
    fields = {"login": login, "came_from": came_from, "sent_to": sent_to, "reason": reason}
    return realm.vault.seal_fields(f"recoveries:{recovery_id}", fields)


def _open(realm: Realm, row: Row[Any]) -> Recovery:
    fields = realm.vault.open_fields(f"recoveries:{row.id}", row.sealed)
    return Recovery(
        id=row.id,
        way=row.way,
        citizen_id=row.citizen_id,
        login=fields["login"],
        came_from=fields["came_from"],
        sent_to=fields.get("sent_to"),
        reason=fields["reason"],
        attempt_id=row.attempt_id,
        created_at=row.created_at,
        expires_at=row.expires_at,
        proved_at=row.proved_at,
        ended=row.ended_because,
        ended_at=row.ended_at,
        unlocks_at=row.unlocks_at,
        is_expired=row.ended_at is None and row.expires_at <= realm.clock.now(),
    )


def _hash(token: str) -> bytes:
    """A link has 256 random bits: a bare hash of it is guessed from by nobody."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
