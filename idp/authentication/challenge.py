"""What is asked once and answered once: the random part of a passkey ceremony, the state of a trip to the bank, a text to sign.

    waiting ──an answer comes──▶ used (whatever the answer is worth)
       └──── its time is over ──▶ expired

A challenge belongs to one holder, an attempt or a session, so an answer in another browser finds none. Using it is one
conditional UPDATE in the transaction of the answer, so that of two answers at once one finds it used.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from ground.chance import draw_identifier
from ground.database import table_of
from idp.authentication.attempt import ATTEMPTS, Attempt
from idp.authentication.models import Challenge
from idp.realm import Realm
from idp.sessions.store import Session

CHALLENGES = table_of(Challenge)
WHICH = (CHALLENGES.c.holder == bindparam("of_holder"), CHALLENGES.c.purpose == bindparam("of_purpose"))
NEWEST = (
    select(CHALLENGES)
    .where(*WHICH)
    .order_by(CHALLENGES.c.used_at.is_not(None), CHALLENGES.c.created_at.desc(), CHALLENGES.c.id)
    .limit(1)
)
"""The one that waits, of which there is one at most: a used one may be of the same second."""
USE = update(CHALLENGES).where(CHALLENGES.c.id == bindparam("of_id"), CHALLENGES.c.used_at.is_(None))


class ChallengeGone(Exception):
    """There is no such challenge, it was used (`used`), or its time is over (`expired`). `reason` says which."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Asked:
    """A challenge that waits: its id, what was remembered with it, and when it ends (seconds)."""

    id: str
    data: Mapping[str, Any]
    expires_at: int


def holder_of(whose: Attempt | Session) -> str:
    """How an attempt or a session is named as the holder of challenges."""
    return f"attempt:{whose.id}" if isinstance(whose, Attempt) else f"session:{whose.sid}"


def ask(
    realm: Realm,
    connection: Connection,
    whose: Attempt | Session,
    purpose: str,
    data: Mapping[str, Any],
    *,
    lifetime_seconds: int,
) -> Asked:
    """Begin a challenge. Older ones of the same holder and purpose are no longer looked at. `data` is sealed."""
    challenge_id, now = draw_identifier(realm.chance, f"challenge {purpose}"), realm.clock.now()
    holder = holder_of(whose)
    older = update(CHALLENGES).where(*WHICH, CHALLENGES.c.used_at.is_(None))
    connection.execute(older, {"of_holder": holder, "of_purpose": purpose, "used_at": now})
    row = {
        "id": challenge_id,
        "purpose": purpose,
        "holder": holder,
        "sealed": realm.vault.seal_fields(f"challenges:{challenge_id}", dict(data)),
        "created_at": now,
        "expires_at": now + lifetime_seconds,
    }
    connection.execute(insert(CHALLENGES), row)
    return Asked(challenge_id, data, now + lifetime_seconds)


def waiting(realm: Realm, connection: Connection, whose: Attempt | Session, purpose: str) -> Asked | None:
    """The challenge that may still be answered, or None."""
    try:
        return _open(realm, connection, holder_of(whose), purpose)
    except ChallengeGone:
        return None


def use(realm: Realm, connection: Connection, whose: Attempt | Session, purpose: str) -> Asked:
    """Take the newest challenge for an answer: nothing else is ever judged by it. Raises ChallengeGone."""
    asked = _open(realm, connection, holder_of(whose), purpose)
    if connection.execute(USE, {"of_id": asked.id, "used_at": realm.clock.now()}).rowcount != 1:
        raise ChallengeGone("used")
    return asked


def holder_of_waiting(connection: Connection, challenge_id: str, purpose: str) -> str | None:
    """To whom a challenge belongs that an answer from elsewhere names; None when there is no such one."""
    query = select(CHALLENGES.c.holder).where(CHALLENGES.c.id == challenge_id, CHALLENGES.c.purpose == purpose)
    return connection.execute(query).scalar() if "\0" not in challenge_id else None


def forget(connection: Connection, citizen_id: str) -> None:
    """Remove the challenges of the attempts of a citizen who is removed. Those of sessions end with their minutes."""
    theirs = select("attempt:" + ATTEMPTS.c.id).where(ATTEMPTS.c.citizen_id == citizen_id)
    connection.execute(delete(CHALLENGES).where(CHALLENGES.c.holder.in_(theirs)))


def _open(realm: Realm, connection: Connection, holder: str, purpose: str) -> Asked:
    row = connection.execute(NEWEST, {"of_holder": holder, "of_purpose": purpose}).first()
    if row is None:
        raise ChallengeGone("unknown")
    if row.used_at is not None:
        raise ChallengeGone("used")
    if row.expires_at <= realm.clock.now():
        raise ChallengeGone("expired")
    return Asked(row.id, realm.vault.open_fields(f"challenges:{row.id}", row.sealed), row.expires_at)
