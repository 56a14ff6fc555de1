"""A session that has run out is ended like any other: its families die, and its clients are told.

Each session has one job from the day it is opened. It comes when the session would have run out if nobody had used it, and
again as long as somebody does.
"""

from ground.jobs import Job
from idp.logout.session_end import end_everything
from idp.realm import Realm
from idp.sessions import store
from idp.sessions.store import CLIENT_LAG_SECONDS, DEADLINE, Session


def meet(realm: Realm, job: Job) -> None:
    """End the session of a job, or come again when it may have run out."""
    with realm.database.write() as connection:
        session = store.not_ended(connection, job.payload["sid"])
        if session is None:
            return
        because = store.why_over(realm, session.seen_at, session.created_at, lag_seconds=CLIENT_LAG_SECONDS)
        if because is not None:
            end_everything(realm, connection, session, because=because)
        else:
            realm.jobs.enqueue(connection, DEADLINE, job.payload, after_seconds=_seconds_left(realm, session))


def _seconds_left(realm: Realm, session: Session) -> int:
    lifetimes = realm.settings.lifetimes
    idles_at = session.seen_at + lifetimes.session_idle + CLIENT_LAG_SECONDS
    return min(idles_at, session.created_at + lifetimes.session_absolute) + 1 - realm.clock.now()
