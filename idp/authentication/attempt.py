"""A sign-in attempt, from the first page to the session.

    begun ──a method succeeds──▶ identified ──the policy is content──▶ completed (a session exists)
      │                              │
      ├──────── the person gives up ─┴──▶ cancelled (the client is told)
      └────────────── ten minutes ───┴──▶ expired

Every state is stored, so an attempt survives a restart. It is bound to one browser: the same address in another
browser is nobody's attempt.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from ground.chance import draw_identifier
from ground.database import table_of
from idp.authentication.models import SignInAttempt
from idp.protocol.assurance import Factor
from idp.protocol.vocabulary import Level
from idp.realm import Realm

ATTEMPTS = table_of(SignInAttempt)
FIND = select(ATTEMPTS).where(ATTEMPTS.c.id == bindparam("attempt_id"))


class AttemptGone(Exception):
    """There is no such attempt in this browser, or its time is over; `is_foreign` where it is alive in another, and
    `return_path` where it only came of age, in this one."""

    def __init__(self, *, is_foreign: bool = False, return_path: str | None = None) -> None:
        super().__init__()
        self.is_foreign = is_foreign
        self.return_path = return_path


@dataclass(frozen=True)
class Purpose:
    """For whose sake somebody signs in, as the page says it. `destination` is the address the browser will be
    sent to in the end; `has_run_out` says that they were signed in until their session ran out. With a `recovery_id` they do not
    sign in at all: they prove themselves to that recovery."""

    client_name: str
    client_host: str
    destination: str
    login_hint: str = ""
    has_run_out: bool = False
    recovery_id: str = ""


@dataclass(frozen=True)
class Attempt:
    """An attempt that is not over. `expires_at` in seconds.

    `asked_level` is what a client would like, or insists on (`is_level_essential`); `demanded_level` is what the sign-in has to
    reach, because a client's policy or a risk demands it. `keeps_sid` is the session whose proofs it goes on from.
    """

    id: str
    asked_level: Level | None
    is_level_essential: bool
    demanded_level: Level | None
    demanded_because: str | None
    purpose: Purpose
    return_path: str
    citizen_id: str | None
    factors: tuple[Factor, ...]
    expires_at: int
    completed_sid: str | None
    keeps_sid: str | None = None

    @property
    def number(self) -> str:
        """A short name for the person to see, «7F3A-2216»."""
        return f"{self.id[:4]}-{self.id[4:8]}".upper()

    @property
    def path(self) -> str:
        return f"/sign-in/{self.id}"

    @property
    def is_for_recovery(self) -> bool:
        """Does what is proved here count for a recovery alone? Then it leads to no session, whatever is proved."""
        return bool(self.purpose.recovery_id)


def begin(
    realm: Realm,
    connection: Connection,
    *,
    browser: str,
    asked_level: Level | None,
    is_level_essential: bool = False,
    demanded_level: Level | None = None,
    purpose: Purpose,
    return_path: str,
    citizen_id: str | None = None,
    factors: Sequence[Factor] = (),
    keeps_sid: str | None = None,
) -> str:
    """Begin an attempt and return its id. A person who is to prove more brings what they proved already, in the session
    `keeps_sid`: without it the attempt leads nowhere."""
    attempt_id = draw_identifier(realm.chance, "sign-in attempt")
    now = realm.clock.now()
    connection.execute(
        insert(ATTEMPTS),
        {
            "id": attempt_id,
            "browser": browser,
            "asked_level": asked_level,
            "is_level_essential": is_level_essential,
            "demanded_level": demanded_level,
            "demanded_because": "client" if demanded_level else None,
            "sealed": realm.vault.seal_fields(f"sign_in_attempts:{attempt_id}", asdict(purpose)),
            "return_path": return_path,
            "citizen_id": citizen_id,
            "factors": [asdict(factor) for factor in factors],
            "keeps_sid": keeps_sid,
            "created_at": now,
            "expires_at": now + realm.settings.lifetimes.interaction,
        },
    )
    return attempt_id


def find(realm: Realm, connection: Connection, attempt_id: str, *, browser: str) -> Attempt:
    """The attempt of this browser. Raises AttemptGone, for a foreign one as for one that never was."""
    if "\0" in attempt_id:  # PostgreSQL would raise
        raise AttemptGone
    row = connection.execute(FIND, {"attempt_id": attempt_id}).first()
    if row is None or row.cancelled_at:
        raise AttemptGone
    if row.expires_at <= realm.clock.now():
        raise AttemptGone(return_path=row.return_path if row.browser == browser else None)
    if row.browser != browser:
        raise AttemptGone(is_foreign=True)
    return _open(realm, row)


@dataclass(frozen=True)
class Outcome:
    """What came of an attempt so far: the session it led to, if it did, and whether the person gave it up."""

    completed_sid: str | None = None
    is_cancelled: bool = False


def outcome_of(connection: Connection, attempt_id: str | None) -> Outcome:
    """What came of an attempt; nothing yet of one that never was."""
    row = connection.execute(FIND, {"attempt_id": attempt_id}).first() if attempt_id else None
    return Outcome(row.completed_sid, row.cancelled_at is not None) if row else Outcome()


def demand(connection: Connection, attempt: Attempt, level: Level, *, because: str) -> Attempt:
    """From now on the sign-in has to reach a level."""
    row = {"demanded_level": level, "demanded_because": because}
    connection.execute(update(ATTEMPTS).where(ATTEMPTS.c.id == attempt.id), row)
    return replace(attempt, demanded_level=level, demanded_because=because)


def add_factor(realm: Realm, connection: Connection, attempt: Attempt, factor: Factor, *, citizen_id: str) -> Attempt:
    """Store a proof that succeeded, in the transaction that used it up.

    Raises AttemptGone when the proof is somebody else's than those before it: nobody changes persons on the way.
    """
    # Held, so that of two proofs at once neither writes over the other (SQLite has one writer anyway).
    stored = connection.execute(FIND.with_for_update(key_share=True), {"attempt_id": attempt.id}).one()
    if stored.citizen_id not in (None, citizen_id) or stored.cancelled_at or stored.completed_sid:
        raise AttemptGone
    attempt = _open(realm, stored)
    factor = replace(factor, is_made_by_test=realm.acts_for_test)
    factors = (*(known for known in attempt.factors if known.method != factor.method), factor)
    connection.execute(
        update(ATTEMPTS).where(ATTEMPTS.c.id == attempt.id),
        {"citizen_id": citizen_id, "factors": [asdict(known) for known in factors]},
    )
    return _open(realm, connection.execute(FIND, {"attempt_id": attempt.id}).one())


def complete(realm: Realm, connection: Connection, attempt: Attempt, sid: str) -> bool:
    """Mark the attempt as having led to a session. True once, and never of one that was ended meanwhile."""
    is_open = (ATTEMPTS.c.completed_sid.is_(None), ATTEMPTS.c.cancelled_at.is_(None), ATTEMPTS.c.expires_at > realm.clock.now())
    statement = update(ATTEMPTS).where(ATTEMPTS.c.id == attempt.id, *is_open)
    return connection.execute(statement, {"completed_sid": sid}).rowcount == 1


def cancel(realm: Realm, connection: Connection, attempt: Attempt) -> bool:
    """The person gives up. True once, and never of an attempt that has led to a session."""
    is_open = (ATTEMPTS.c.completed_sid.is_(None), ATTEMPTS.c.cancelled_at.is_(None))
    statement = update(ATTEMPTS).where(ATTEMPTS.c.id == attempt.id, *is_open)
    return connection.execute(statement, {"cancelled_at": realm.clock.now()}).rowcount == 1


def end_all(realm: Realm, connection: Connection, citizen_id: str) -> None:
    """End the attempts that this person has not completed: what was proved in them is worth nothing any more."""
    is_open = (ATTEMPTS.c.citizen_id == citizen_id, ATTEMPTS.c.completed_sid.is_(None))
    connection.execute(update(ATTEMPTS).where(*is_open), {"expires_at": realm.clock.now()})


def forget(connection: Connection, citizen_id: str) -> None:
    """Remove every attempt of a citizen who is removed; what methods keep of it goes before."""
    connection.execute(delete(ATTEMPTS).where(ATTEMPTS.c.citizen_id == citizen_id))


def _open(realm: Realm, row: Any) -> Attempt:
    return Attempt(
        id=row.id,
        asked_level=row.asked_level,
        is_level_essential=row.is_level_essential,
        demanded_level=row.demanded_level,
        demanded_because=row.demanded_because,
        purpose=Purpose(**realm.vault.open_fields(f"sign_in_attempts:{row.id}", row.sealed)),
        return_path=row.return_path,
        citizen_id=row.citizen_id,
        factors=tuple(map(Factor.stored, row.factors)),
        expires_at=row.expires_at,
        completed_sid=row.completed_sid,
        keeps_sid=row.keeps_sid,
    )
