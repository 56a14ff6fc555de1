"""A new epoch: everything that was good once, or for a while, is good no more.

Rows are ended as their own rooms end them, so no room has to ask for the epoch at each use. A list says of every table which
of the two it is, and a test keeps the list whole.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, or_, select, text, update

from idp.audit import Event, record
from idp.authentication.attempt import ATTEMPTS
from idp.authentication.challenge import CHALLENGES
from idp.authentication.devices.requests import REQUESTS
from idp.authentication.methods.one_time_code.codes import CODES as ONE_TIME_CODES
from idp.authentication.methods.totp.codes import STEPS_ASIDE, step_at
from idp.authentication.methods.totp.store import SECRETS
from idp.interaction.pause import INTERACTIONS
from idp.interaction.pushed import PUSHED
from idp.logout import back_channel
from idp.realm import Realm
from idp.recovery.store import RECOVERIES
from idp.sessions import store
from idp.sessions.store import SESSIONS
from idp.sign_up.registration import REGISTRATIONS
from idp.tokens.codes import CODES
from idp.tokens.families import FAMILIES
from idp.tokens.refresh import REFRESH_TOKENS

ACTOR = "operator:epoch"
BECAUSE = "epoch_raised"


@dataclass(frozen=True)
class Ending:
    """How the rows of one table end: which of them are still good, and what is written into these."""

    table: Table
    is_good: ColumnElement[bool]
    values: Mapping[str, Any]


def endings(now: int) -> tuple[Ending, ...]:
    """How everything ends that is good once or for a while. `now` is in seconds."""
    newest_step = step_at(now) + STEPS_ASIDE
    return (
        Ending(SESSIONS, SESSIONS.c.ended_at.is_(None), {"ended_at": now, "ended_because": BECAUSE}),
        # Every access token asks for its family, so those that were minted before are dead with it.
        Ending(FAMILIES, FAMILIES.c.revoked_at.is_(None), {"revoked_at": now, "revoked_because": BECAUSE}),
        Ending(CODES, CODES.c.redeemed_at.is_(None) & (CODES.c.expires_at > now), {"expires_at": now}),
        Ending(REFRESH_TOKENS, REFRESH_TOKENS.c.rotated_at.is_(None) & (REFRESH_TOKENS.c.expires_at > now), {"expires_at": now}),
        Ending(INTERACTIONS, INTERACTIONS.c.finished_at.is_(None) & (INTERACTIONS.c.expires_at > now), {"expires_at": now}),
        Ending(REGISTRATIONS, REGISTRATIONS.c.finished_at.is_(None) & (REGISTRATIONS.c.expires_at > now), {"expires_at": now}),
        Ending(PUSHED, PUSHED.c.used_at.is_(None), {"used_at": now}),
        Ending(
            ATTEMPTS,
            ATTEMPTS.c.completed_sid.is_(None) & ATTEMPTS.c.cancelled_at.is_(None),
            {"cancelled_at": now, "expires_at": now},
        ),
        Ending(CHALLENGES, CHALLENGES.c.used_at.is_(None), {"used_at": now}),
        Ending(ONE_TIME_CODES, ONE_TIME_CODES.c.ended_at.is_(None), {"ended_at": now, "ended_because": "replaced"}),
        Ending(RECOVERIES, RECOVERIES.c.ended_at.is_(None), {"expires_at": now, "link_hash": None}),
        Ending(
            REQUESTS,
            REQUESTS.c.ended_at.is_(None) | ((REQUESTS.c.ended_because == "approved") & REQUESTS.c.used_at.is_(None)),
            {"ended_at": now, "ended_because": "replaced", "used_at": now},
        ),
        # The copy does not know which code was the last: none up to the newest that could have been is taken.
        Ending(
            SECRETS,
            or_(SECRETS.c.last_step.is_(None), SECRETS.c.last_step < newest_step),
            {"last_step": newest_step},
        ),
    )


LASTING: Mapping[str, str] = {
    "alembic_version": "the schema",
    "watermarks": "what this database knows of the list of tombstones",
    "journal": "what happened, for ever",
    "requests": "what systems asked for",
    "draws": "which draw of a seeded sandbox comes next",
    "jobs": "what is owed; a job that was done is done twice at worst",
    "outbox": "messages to people; the codes in them are ended",
    "failing_recipients": "whom a test stand does not reach",
    "logout_deliveries": "who has to learn of an end",
    "counters": "what protects people",
    "known_places": "where people were seen, which opens nothing",
    "used_assertions": "those of the time after the copy are refused by their age: see idp.tombstones",
    "used_request_objects": "the same",
    "used_signatures": "the same: what was signed before the epoch is refused by its timestamp",
    "client_certificates": "removed ones are buried",
    "oids": "names that open nothing",
    "used_certificates": "a list for the account, which gives no right",
    "revoked_access_tokens": "their families are ended anyway",
    "citizens": "erased and disabled ones are buried, and addresses that were given up",
    "children": "those that were taken off a list are buried",
    "citizen_roles": "those that were taken are buried",
    "recordings": "their removal is owed by a job, which the copy has too",
    "incidents": "open ones are buried",
    "organisations": "entered once, never changed",
    "memberships": "ended ones are buried",
    "passwords": "changed ones are buried",
    "passkeys": "removed ones are buried",
    "passkey_handles": "names that open nothing",
    "bank_identities": "removed ones are buried",
    "devices": "removed ones are buried",
    "certificates": "revoked ones are buried",
    "consents": "withdrawn ones are buried",
    "signed_consents": "written once, never changed",
    "disclosures": "what was told, which nobody takes back",
    "information_systems": "disabled ones and replaced secrets are buried",
}
"""Every other table, and why its rows may stay as the copy has them."""


def hold_still(connection: Connection) -> None:
    """Until the end of the transaction nobody else writes what is going to end; what is being written is waited for. Before
    the journal is held, as everywhere. (SQLite has one writer anyway.)"""
    if connection.dialect.name == "postgresql":
        tables = ", ".join(f'"{ending.table.name}"' for ending in endings(0))
        connection.execute(text(f"LOCK TABLE {tables} IN SHARE ROW EXCLUSIVE MODE"))


def begin_epoch(realm: Realm, connection: Connection, number: int, *, because: str) -> int:
    """End everything that is good once or for a while, and write down since when. How many things that were.

    Clients are owed the news that sessions ended which the database knows.
    """
    open_sessions = select(SESSIONS.c.citizen_id).where(SESSIONS.c.ended_at.is_(None)).distinct()
    for citizen_id in connection.execute(open_sessions).scalars().all():
        for session in store.of_citizen(connection, citizen_id):
            back_channel.owe(realm, connection, session)
    ended = {}
    for ending in endings(realm.clock.now()):
        ended[ending.table.name] = connection.execute(update(ending.table).where(ending.is_good), dict(ending.values)).rowcount
    record(realm, connection, Event.EPOCH_RAISED, actor=ACTOR, object=f"epoch:{number}", because=because, ended=ended)
    realm.tombstones.remember_epoch(connection, number)
    return sum(ended.values())
