"""The end of an attempt that has proved enough: a session."""

from collections.abc import Callable

from sqlalchemy import Connection

from idp.authentication import attempt as attempts
from idp.authentication.attempt import Attempt, AttemptGone
from idp.authentication.lockout import AccountLocked, held
from idp.authentication.risk import Place, remember
from idp.logout.session_end import end_everything
from idp.realm import Realm
from idp.sessions import store
from idp.sessions.store import Session


def complete(
    realm: Realm, attempt: Attempt, *, find_session: Callable[[Connection], Session | None], place: Place
) -> tuple[Session, str]:
    """Open or raise the session and return it with its new cookie. The session of another person, if `find_session` finds
    one where the attempt was made, ends first. The place is known from now on, unless nothing was proved there.

    Raises AccountLocked, and AttemptGone when this attempt has led to a session already, or goes on from one that is over;
    then nothing is changed.
    """
    assert attempt.citizen_id is not None, "nobody completes an attempt unnamed"
    if attempt.is_for_recovery:
        raise AttemptGone
    with realm.database.write() as connection:
        person = held(realm, connection, attempt.citizen_id)
        if person is None or person.is_disabled:
            raise AttemptGone
        if person.lock is not None:
            raise AccountLocked(person.lock)
        found = find_session(connection)
        before = store.held(connection, found) if found is not None else None
        if attempt.keeps_sid is not None and (before is None or before.sid != attempt.keeps_sid):
            raise AttemptGone
        if before is not None and before.citizen_id != attempt.citizen_id:
            end_everything(realm, connection, before, because="another_person")
        session, cookie = store.open_session(
            realm, connection, attempt.citizen_id, attempt.factors, replaces=before, visit=place.visit
        )
        if not attempts.complete(realm, connection, attempt, session.sid):
            raise AttemptGone
        if attempt.keeps_sid is None or before is None or set(attempt.factors) - set(before.factors):
            remember(realm, connection, attempt.citizen_id, place)
    return session, cookie
