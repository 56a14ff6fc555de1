"""Codes of six digits, whoever asks for them: sent, judged once, and not sent again too soon.

    alive ──the right one──▶ used
      ├──the fifth wrong one──▶ burnt
      ├──a newer one is sent──▶ replaced
      └──five minutes──▶ expired

A code belongs to one holder (`attempt:<id>` of a sign-in, `recovery:<id>`, `session:<sid>`) and one channel. What is begun for a
login that nobody has is kept and judged like any other, and never sent: whoever watches sees no difference.
"""

import hashlib
import hmac
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, func, insert, or_, select, update

from ground.chance import draw_digits, draw_identifier
from ground.database import table_of
from ground.web.language import current_language
from idp.audit import Event, record
from idp.authentication.method import Refusal
from idp.authentication.methods.one_time_code.channels import Channel
from idp.authentication.methods.one_time_code.models import OneTimeCode
from idp.authentication.methods.one_time_code.words import wrong_text
from idp.citizens import directory
from idp.realm import Realm

CODES = table_of(OneTimeCode)
DIGITS = 6
MAX_TRIES = 5
SECONDS_BETWEEN_SENDS = 30
HOUR_SECONDS = 3600
NOWHERE = "nowhere"

OF_HOLDER = (CODES.c.holder == bindparam("of_holder"), CODES.c.channel == bindparam("of_channel"))
NEWEST = select(CODES).where(*OF_HOLDER).order_by(CODES.c.sent_at.desc()).limit(1)
ALIVE = (*OF_HOLDER, CODES.c.ended_at.is_(None))
COUNT_TRY = (
    update(CODES)
    .where(*ALIVE)
    .values(tries=CODES.c.tries + 1)
    .returning(CODES.c.id, CODES.c.code_hash, CODES.c.tries, CODES.c.expires_at)
)
"""The counter is raised before the comparison, so that parallel guesses cannot share a try."""


@dataclass(frozen=True)
class Asker:
    """Who asks for codes: the holder they belong to, on which channel, and whose they are. `citizen_id` is None where nobody is
    known (yet), `address` where nothing is to be sent."""

    holder: str
    channel: Channel
    citizen_id: str | None
    address: str | None

    @property
    def which(self) -> dict[str, str]:
        return {"of_holder": self.holder, "of_channel": self.channel.name}

    @property
    def actor(self) -> str:
        return f"citizen:{self.citizen_id or 'unknown'}"


def check_shape(code: str) -> str:
    """What was typed, if it can be a code at all. Refuses with `malformed`."""
    code = code.strip()
    if not (len(code) == DIGITS and code.isascii() and code.isdecimal()):
        raise Refusal("malformed", wrong_text("malformed"))
    return code


def newest(connection: Connection, asker: Asker) -> Row[Any] | None:
    """The code that was asked for last, if one was."""
    return connection.execute(NEWEST, asker.which).first()


def send_first(realm: Realm, asker: Asker, say: Callable[[str], str]) -> None:
    """Send the first code; a second call sends nothing, and neither does one over the hourly limit."""
    with realm.database.read() as connection:
        if newest(connection, asker):
            return
    with realm.database.write() as connection:
        _hold(connection, asker)
        if newest(connection, asker) is None and not seconds_to_wait(realm, connection, asker):
            send(realm, connection, asker, say)


def send_another(realm: Realm, asker: Asker, say: Callable[[str], str]) -> int:
    """Send a new code, which kills the old one; or the seconds to wait until one may be sent."""
    with realm.database.write() as connection:
        _hold(connection, asker)
        wait = seconds_to_wait(realm, connection, asker)
        if not wait:
            send(realm, connection, asker, say)
    return wait


def send(realm: Realm, connection: Connection, asker: Asker, say: Callable[[str], str]) -> None:
    """The row, the message (`say` is its text around the code) and the journal entry are one transaction: no code without its
    message, unless there is nobody to send it to. Older codes end."""
    end(realm, connection, asker, "replaced")
    code_id, code = draw_identifier(realm.chance, "one-time code id"), draw_digits(realm.chance, "one-time code", DIGITS)
    now = realm.clock.now()
    row = {
        "id": code_id,
        "holder": asker.holder,
        "channel": asker.channel.name,
        "citizen_id": asker.citizen_id,
        "message_id": _post(realm, connection, asker, say(code)),
        "code_hash": hash_code(realm, code_id, code),
        "sent_at": now,
        "expires_at": now + realm.settings.lifetimes.one_time_code,
    }
    connection.execute(insert(CODES), row)
    outcome = "done" if asker.address else "nobody"
    thing, channel = asker.holder, asker.channel.name
    record(realm, connection, Event.CODE_SENT, actor=asker.actor, object=thing, outcome=outcome, channel=channel)


def judge(realm: Realm, connection: Connection, asker: Asker, code: str) -> tuple[str | None, int]:
    """Why a code is refused (`no_code`, `expired`, `burnt`, `wrong`), or None: then it is used; and how many tries are left.
    Counted and written into the journal in the caller's transaction."""
    reason, tries_left = _judge(realm, connection, asker, code)
    record(
        realm,
        connection,
        Event.CODE_CHECKED,
        actor=asker.actor,
        object=asker.holder,
        outcome=reason or "done",
        channel=asker.channel.name,
    )
    return reason, tries_left


def end(realm: Realm, connection: Connection, asker: Asker, because: str) -> None:
    """Whatever code of this holder is alive is so no longer."""
    values = {**asker.which, "ended_at": realm.clock.now(), "ended_because": because}
    connection.execute(update(CODES).where(*ALIVE), values)


def seconds_to_wait(realm: Realm, connection: Connection, asker: Asker) -> int:
    """How long until another code may be sent: 30 seconds after the last, and not over the hourly limit.

    The hour of one kind of holders is not that of another: who only knows a login must not use up the codes of a sign-in.
    """
    return max(wait_after_last(realm, connection, asker), wait_of_hour(realm, connection, asker))


def wait_after_last(realm: Realm, connection: Connection, asker: Asker) -> int:
    """The seconds of the half minute after the last code that are left."""
    last = newest(connection, asker)
    return max(0, last.sent_at + SECONDS_BETWEEN_SENDS - realm.clock.now()) if last else 0


def wait_of_hour(realm: Realm, connection: Connection, asker: Asker) -> int:
    """The seconds until this person's hour has room for another code."""
    limit, now = realm.settings.codes_per_hour, realm.clock.now()
    if not limit or asker.citizen_id is None:
        return 0
    kind, _colon, _id = asker.holder.partition(":")
    recent = select(func.count(), func.min(CODES.c.sent_at)).where(
        CODES.c.citizen_id == asker.citizen_id, CODES.c.sent_at > now - HOUR_SECONDS, CODES.c.holder.startswith(f"{kind}:")
    )
    count, oldest = connection.execute(recent).one()
    return int(oldest) + HOUR_SECONDS - now if count >= limit else 0


def is_in_trouble(realm: Realm, connection: Connection, code: Row[Any] | None) -> bool:
    """Do we know already that the message will not be there soon? Then nobody need wait for it."""
    progress = realm.outbox.state_of(connection, code.message_id) if code and code.message_id else None
    return progress is not None and progress.is_in_trouble


def alive_codes(connection: Connection) -> Sequence[Row[Any]]:
    """The codes that may still be typed, in time or not, newest first."""
    query = select(CODES).where(CODES.c.ended_at.is_(None)).order_by(CODES.c.sent_at.desc())
    return connection.execute(query).all()


def forget(connection: Connection, citizen_id: str, holders: Any) -> None:
    """Remove the codes that were sent to a citizen who is removed, and those of the `holders` that a query finds."""
    connection.execute(delete(CODES).where(or_(CODES.c.citizen_id == citizen_id, CODES.c.holder.in_(holders))))


def hash_code(realm: Realm, code_id: str, code: str) -> bytes:
    """Six digits are guessed from a bare hash in a moment, so the hash is keyed."""
    return hmac.digest(realm.secrets.derive("one-time code"), f"{code_id}\0{code}".encode(), hashlib.sha256)


def _judge(realm: Realm, connection: Connection, asker: Asker, code: str) -> tuple[str | None, int]:
    row = connection.execute(COUNT_TRY, asker.which).first()
    if row is None:
        return "no_code", 0
    if realm.clock.now() > row.expires_at:
        end(realm, connection, asker, "expired")
        return "expired", 0
    # A code that was sent to nobody is nobody's, even if it is guessed.
    if hmac.compare_digest(row.code_hash, hash_code(realm, row.id, code)) and asker.address is not None:
        end(realm, connection, asker, "used")
        return None, 0
    if row.tries >= MAX_TRIES:
        end(realm, connection, asker, "burnt")
        return "burnt", 0
    return "wrong", MAX_TRIES - row.tries


def _post(realm: Realm, connection: Connection, asker: Asker, text: str) -> str | None:
    """Post the message. One that nobody gets is posted and taken back: time does not tell which it was."""
    with connection.begin_nested() as posting:
        message_id = realm.outbox.post(
            connection,
            channel=asker.channel.name,
            address=asker.address or NOWHERE,
            text=text,
            subject=str(asker.channel.subject) if asker.channel.subject else None,
            language=current_language(),
            useful_for_seconds=realm.settings.lifetimes.one_time_code,
        )
        if asker.address is None:
            posting.rollback()
    return message_id if asker.address is not None else None


def _hold(connection: Connection, asker: Asker) -> None:
    if asker.citizen_id is not None:
        directory.hold(connection, asker.citizen_id)
