"""The codes themselves, whatever they are for: a sign-in, a new telephone, a registration.

sent ──the right one, in time, within five tries──▶ used
  └── a newer one (replaced) │ five wrong ones (burnt) │ five minutes (expired)
"""

import hashlib
import hmac
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, delete, func, insert, or_, select, update

from ground.chance import draw_digits, draw_identifier
from ground.database import table_of
from ground.web.language import current_language
from idp.audit import Event, record
from idp.authentication.attempt import ATTEMPTS
from idp.authentication.methods.one_time_code.channels import Channel
from idp.authentication.methods.one_time_code.models import OneTimeCode
from idp.realm import Realm

CODES = table_of(OneTimeCode)
DIGITS = 6
MAX_TRIES = 5
SECONDS_BETWEEN_SENDS = 30
HOUR_SECONDS = 3600
NOWHERE, STRANGERS = "nowhere", "recovery:"

OF_HOLDER = (CODES.c.holder == bindparam("of_holder"), CODES.c.channel == bindparam("of_channel"))
NEWEST = select(CODES).where(*OF_HOLDER).order_by(CODES.c.sent_at.desc(), CODES.c.ended_at.is_not(None)).limit(1)
ALIVE = (*OF_HOLDER, CODES.c.ended_at.is_(None))
COUNT_TRY = (
    update(CODES)
    .where(*ALIVE)
    .values(tries=CODES.c.tries + 1)
    .returning(CODES.c.id, CODES.c.code_hash, CODES.c.tries, CODES.c.expires_at, CODES.c.address_index)
)
"""The counter is raised before the comparison, so that parallel guesses cannot share a try."""


@dataclass(frozen=True)
class Recipient:
    """Whom a code is for. `holder` is what it is for: `attempt:<id>`, `session:<sid>`, `sign_up:<id>`, `recovery:<id>`; the
    citizen is None of somebody who has no account (yet). Who is not reached gets nothing, and nobody who watches sees it."""

    holder: str
    channel: Channel
    address: str
    citizen_id: str | None
    is_reached: bool = True

    @property
    def actor(self) -> str:
        return f"citizen:{self.citizen_id or 'unknown'}"

    @property
    def which(self) -> dict[str, str]:
        return {"of_holder": self.holder, "of_channel": self.channel.name}


@dataclass(frozen=True)
class Outcome:
    """What came of a code: the reason why it is refused, or None; and how many tries are left."""

    reason: str | None
    tries_left: int = 0


def send(realm: Realm, connection: Connection, recipient: Recipient, text: Callable[[str], str], *, subject: str | None) -> None:
    """Send a code, which kills the one before. The row, the message and the journal entry are one transaction: no code without
    its message. `text` is given the code; one that does not say it leaves a code that nobody knows."""
    end(realm, connection, recipient, "replaced")
    code_id, code = draw_identifier(realm.chance, "one-time code id"), draw_digits(realm.chance, "one-time code", DIGITS)
    now, channel = realm.clock.now(), recipient.channel.name
    row = {
        "id": code_id,
        "holder": recipient.holder,
        "channel": channel,
        "citizen_id": recipient.citizen_id,
        "address_index": _index(realm, recipient),
        "message_id": _post(realm, connection, recipient, text(code), subject),
        "code_hash": hash_code(realm, code_id, code),
        "sent_at": now,
        "expires_at": now + realm.settings.lifetimes.one_time_code,
    }
    connection.execute(insert(CODES), row)
    actor, outcome = recipient.actor, "done" if recipient.is_reached else "nobody"
    record(realm, connection, Event.CODE_SENT, actor=actor, object=recipient.holder, outcome=outcome, channel=channel)


def judge(realm: Realm, connection: Connection, recipient: Recipient, code: str) -> Outcome:
    """Judge a code of six digits, and write down what came of it. A right one is used from now on."""
    outcome = _judge(realm, connection, recipient, code)
    record(
        realm,
        connection,
        Event.CODE_CHECKED,
        actor=recipient.actor,
        object=recipient.holder,
        outcome=outcome.reason or "done",
        channel=recipient.channel.name,
    )
    return outcome


def is_code(text: str) -> bool:
    """Could this be a code at all? What could not is no try."""
    return len(text) == DIGITS and text.isascii() and text.isdecimal()


def end(realm: Realm, connection: Connection, recipient: Recipient, because: str) -> None:
    """Whatever code is alive is so no longer."""
    values = {**recipient.which, "ended_at": realm.clock.now(), "ended_because": because}
    connection.execute(update(CODES).where(*ALIVE), values)


def newest(connection: Connection, recipient: Recipient) -> Row[Any] | None:
    """The code that was sent last, if one was."""
    return connection.execute(NEWEST, recipient.which).first()


def seconds_to_wait(realm: Realm, connection: Connection, recipient: Recipient) -> int:
    """How long until another code may be sent: 30 seconds after the last, and not over the hourly limit.

    Recoveries have an hour of their own: who only knows a login must not use up the codes of a sign-in.
    """
    return max(wait_after_last(realm, connection, recipient), wait_of_hour(realm, connection, recipient))


def wait_after_last(realm: Realm, connection: Connection, recipient: Recipient) -> int:
    """The seconds of the half minute after the last code that are left."""
    last = newest(connection, recipient)
    return max(0, int(last.sent_at) + SECONDS_BETWEEN_SENDS - realm.clock.now()) if last else 0


def wait_of_hour(realm: Realm, connection: Connection, recipient: Recipient) -> int:
    """The seconds until the hour of this person has room for another code; or that of the address, among all who have no account
    yet: they use up nobody's."""
    limit, now = realm.settings.codes_per_hour, realm.clock.now()
    if not limit or (recipient.citizen_id is None and not recipient.is_reached):
        return 0
    whose = (
        CODES.c.citizen_id == recipient.citizen_id
        if recipient.citizen_id is not None
        else CODES.c.citizen_id.is_(None) & (CODES.c.address_index == _index(realm, recipient))
    )
    # Whoever knows a login can ask for the codes of a recovery: they must not use up those of its owner.
    is_of_strangers = CODES.c.holder.startswith(STRANGERS)
    alike = is_of_strangers if recipient.holder.startswith(STRANGERS) else ~is_of_strangers
    recent = select(func.count(), func.min(CODES.c.sent_at)).where(whose, CODES.c.sent_at > now - HOUR_SECONDS, alike)
    count, oldest = connection.execute(recent).one()
    return max(0, int(oldest) + HOUR_SECONDS - now) if count >= limit else 0


def is_in_trouble(realm: Realm, connection: Connection, code: Row[Any] | None) -> bool:
    """Do we know already that the message will not be there soon? Then nobody need wait for it."""
    progress = realm.outbox.state_of(connection, code.message_id) if code and code.message_id else None
    return progress is not None and progress.is_in_trouble


def alive_codes(connection: Connection) -> Sequence[Row[Any]]:
    """The codes that may still be typed, in time or not, newest first."""
    query = select(CODES).where(CODES.c.ended_at.is_(None)).order_by(CODES.c.sent_at.desc())
    return connection.execute(query).all()


def forget(connection: Connection, citizen_id: str) -> None:
    """Codes that were sent to a citizen who is removed, and those of their attempts."""
    theirs = select("attempt:" + ATTEMPTS.c.id).where(ATTEMPTS.c.citizen_id == citizen_id)
    connection.execute(delete(CODES).where(or_(CODES.c.citizen_id == citizen_id, CODES.c.holder.in_(theirs))))


def forget_of(connection: Connection, holders: Select[tuple[str]]) -> None:
    """The codes of the holders that a query finds."""
    connection.execute(delete(CODES).where(CODES.c.holder.in_(holders)))


def hash_code(realm: Realm, code_id: str, code: str) -> bytes:
    """Six digits are guessed from a bare hash in a moment, so the hash is keyed."""
    return hmac.digest(realm.secrets.derive("one-time code"), f"{code_id}\0{code}".encode(), hashlib.sha256)


def _post(realm: Realm, connection: Connection, recipient: Recipient, text: str, subject: str | None) -> str | None:
    """Post the message. One that nobody gets is posted and taken back: time does not tell which it was."""
    with connection.begin_nested() as posting:
        message_id = realm.outbox.post(
            connection,
            channel=recipient.channel.name,
            address=recipient.address,
            text=text,
            subject=subject,
            language=current_language(),
            useful_for_seconds=realm.settings.lifetimes.one_time_code,
        )
        if not recipient.is_reached:
            posting.rollback()
    return message_id if recipient.is_reached else None


def _judge(realm: Realm, connection: Connection, recipient: Recipient, code: str) -> Outcome:
    row = connection.execute(COUNT_TRY, recipient.which).first()
    if row is None:
        return Outcome("no_code")
    if realm.clock.now() > row.expires_at:
        end(realm, connection, recipient, "expired")
        return Outcome("expired")
    is_right = hmac.compare_digest(row.code_hash, hash_code(realm, row.id, code))
    # A code proves the address that it was sent to, and no other; one that was sent to nobody is nobody's, even if it is guessed.
    if is_right and recipient.is_reached and hmac.compare_digest(row.address_index, _index(realm, recipient)):
        end(realm, connection, recipient, "used")
        return Outcome(None)
    if row.tries >= MAX_TRIES:
        end(realm, connection, recipient, "burnt")
        return Outcome("burnt")
    return Outcome("wrong", MAX_TRIES - row.tries)


def _index(realm: Realm, recipient: Recipient) -> bytes:
    return realm.vault.blind_index(f"code by {recipient.channel.name}", recipient.address)
