"""What is thrown away, and when: rows that nobody needs any more, and events that are older than they have to be kept.

A row that guards single use outlives its term by a day, so that a clock put back cannot bring its object to life again.
Counters without an end, consents, signatures and what belongs to a person stay until somebody removes them.
"""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Table, delete, exists, func, select, tuple_

from ground.database import table_of
from ground.jobs import Job
from idp.account.children import TRIES as CHILDREN_ENTERED
from idp.account.passport import CHECKS
from idp.authentication.attempt import ATTEMPTS
from idp.authentication.devices.requests import REQUESTS as DEVICE_REQUESTS
from idp.authentication.lockout import TRIES_OF_NOBODY
from idp.authentication.methods.one_time_code.codes import CODES as ONE_TIME_CODES
from idp.authentication.methods.totp.method import PAUSE
from idp.authentication.models import Challenge
from idp.authentication.risk import PLACES
from idp.clients.models import UsedAssertion, UsedSignature
from idp.database import OUTBOX
from idp.interaction.models import Interaction, PushedRequest, UsedRequestObject
from idp.logout.back_channel import DELIVERIES
from idp.realm import Realm
from idp.recovery.store import RECORDINGS, RECOVERIES
from idp.sessions.store import SESSIONS
from idp.sign_up.registration import REGISTRATIONS, TURN
from idp.throttling.addresses import FAILURES, MESSAGES
from idp.throttling.counters import COUNTERS
from idp.throttling.strangers import REFUSALS
from idp.tokens.access import REVOKED
from idp.tokens.codes import CODES
from idp.tokens.families import FAMILIES
from idp.tokens.refresh import REFRESH_TOKENS

LEFTOVERS, JOURNAL = "purge.leftovers", "purge.journal"
"""The kinds of the jobs that recur."""
HOUR_SECONDS = 3_600
DAY_SECONDS = 24 * HOUR_SECONDS
HISTORY_SECONDS = 30 * DAY_SECONDS
"""How long the account can tell of what has ended."""
PLACE_SECONDS = 365 * DAY_SECONDS
"""How long a browser or an address is known without being seen."""
PURGED_AT_ONCE = 500
ACTOR = "system"
COUNTER_SECONDS = {
    **dict.fromkeys((PAUSE, REFUSALS, FAILURES, MESSAGES, TURN, CHECKS, CHILDREN_ENTERED), DAY_SECONDS),
    TRIES_OF_NOBODY: HISTORY_SECONDS,
}
"""Counters whose window ends, and when it is surely over. No other is touched: it may be what keeps an account locked."""


@dataclass(frozen=True)
class Leftover:
    """Rows of one table that are over."""

    table: Table
    is_over: ColumnElement[bool]


def leftovers(realm: Realm) -> tuple[Leftover, ...]:
    """What is thrown away now, what others point to last."""
    now, lifetimes = realm.clock.now(), realm.settings.lifetimes
    yesterday, history = now - DAY_SECONDS, now - HISTORY_SECONDS
    has_recording = exists().where(RECORDINGS.c.recovery_id == RECOVERIES.c.id)
    dead_family = (FAMILIES.c.revoked_at < history) | (FAMILIES.c.created_at < history - lifetimes.refresh_absolute)
    of_dead_family = select(FAMILIES.c.id).where(dead_family)
    dead_session = (SESSIONS.c.ended_at < history) | (SESSIONS.c.created_at < history - lifetimes.session_absolute)
    # Numbers of messages never come twice, so the newest stays.
    newest_message = select(func.max(OUTBOX.c.number)).scalar_subquery()
    expiring = (
        table_of(Challenge),
        DEVICE_REQUESTS,
        ONE_TIME_CODES,
        ATTEMPTS,
        REGISTRATIONS,
        table_of(Interaction),
        table_of(PushedRequest),
        table_of(UsedRequestObject),
        table_of(UsedAssertion),
        table_of(UsedSignature),
        REVOKED,
    )
    return (
        *(Leftover(table, table.c.expires_at < yesterday) for table in expiring),
        *(
            Leftover(COUNTERS, (COUNTERS.c.name == name) & (COUNTERS.c.since < now - seconds))
            for name, seconds in COUNTER_SECONDS.items()
        ),
        # The hours in which somebody asked too often are over by then; a recording has a job of its own, and needs its row.
        Leftover(RECOVERIES, (RECOVERIES.c.expires_at < history) & ~has_recording),
        Leftover(PLACES, PLACES.c.seen_at < now - PLACE_SECONDS),
        Leftover(OUTBOX, (OUTBOX.c.created_at < history) & (OUTBOX.c.number < newest_message)),
        Leftover(DELIVERIES, (DELIVERIES.c.created_at < history) & (DELIVERIES.c.state != "waiting")),
        # Codes and refresh tokens stay as long as their family: one that comes back is seen for what it is.
        Leftover(CODES, CODES.c.family_id.in_(of_dead_family)),
        Leftover(REFRESH_TOKENS, REFRESH_TOKENS.c.family_id.in_(of_dead_family)),
        Leftover(FAMILIES, dead_family),
        Leftover(SESSIONS, dead_session),
    )


def plan(realm: Realm) -> None:
    """Owe both purges from now on."""
    with realm.database.write() as connection:
        realm.jobs.recur(connection, LEFTOVERS, every_seconds=HOUR_SECONDS, after_seconds=HOUR_SECONDS)
        realm.jobs.recur(connection, JOURNAL, every_seconds=DAY_SECONDS, after_seconds=HOUR_SECONDS)


def purge_leftovers(realm: Realm, _job: Job) -> None:
    """Throw away what is over, some hundred rows at a time, so that no writer waits long."""
    for leftover in leftovers(realm):
        while True:
            with realm.database.write() as connection:
                if _purge_some(connection, leftover) < PURGED_AT_ONCE:
                    break


def purge_journal(realm: Realm, _job: Job) -> None:
    """Remove the events that are older than the setting says; the chain can be verified from the first that stays."""
    before = realm.clock.now() - realm.settings.journal_days * DAY_SECONDS
    while True:
        with realm.database.write() as connection:
            if not realm.journal.purge(connection, before=before, actor=ACTOR):
                return


def _purge_some(connection: Connection, leftover: Leftover) -> int:
    keys = tuple(leftover.table.primary_key)
    some = select(*keys).where(leftover.is_over).limit(PURGED_AT_ONCE)
    key = tuple_(*keys) if len(keys) > 1 else keys[0]
    return connection.execute(delete(leftover.table).where(key.in_(some))).rowcount
