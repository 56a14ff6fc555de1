"""The second step: a code sent to a phone or an e-mail address that the person confirmed. One method, two channels."""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, func, insert, or_, select, update

from ground.chance import draw_digits, draw_identifier
from ground.database import table_of
from ground.web.language import current_language
from ground.web.language import gettext as _
from idp.audit import Event, record
from idp.authentication import attempt as attempts
from idp.authentication import risk
from idp.authentication.attempt import ATTEMPTS, Attempt
from idp.authentication.method import Method, Refusal
from idp.authentication.methods.one_time_code.channels import Channel
from idp.authentication.methods.one_time_code.models import OneTimeCode
from idp.authentication.methods.one_time_code.words import wait_text, wrong_text
from idp.citizens.models import Person
from idp.protocol.assurance import Factor
from idp.realm import Realm

CODES = table_of(OneTimeCode)
DIGITS = 6
MAX_TRIES = 5
SECONDS_BETWEEN_SENDS = 30
HOUR_SECONDS = 3600

OF_ATTEMPT = (CODES.c.attempt_id == bindparam("of_attempt"), CODES.c.channel == bindparam("of_channel"))
NEWEST = select(CODES).where(*OF_ATTEMPT).order_by(CODES.c.sent_at.desc()).limit(1)
ALIVE = (*OF_ATTEMPT, CODES.c.ended_at.is_(None))
COUNT_TRY = (
    update(CODES)
    .where(*ALIVE)
    .values(tries=CODES.c.tries + 1)
    .returning(CODES.c.id, CODES.c.code_hash, CODES.c.tries, CODES.c.expires_at)
)
"""The counter is raised before the comparison, so that parallel guesses cannot share a try."""


class OneTimeCodeMethod(Method):
    """Possession: the person holds the phone, or reads the mail."""

    kind = "possession"
    template = "sign_in/code.html"

    def __init__(self, channel: Channel) -> None:
        self.channel = channel
        self.name, self.icon = channel.method, channel.icon
        self.title = self.step = channel.title
        self.needs = channel.needs

    def is_offered(self, realm: Realm, connection: Connection, person: Person) -> bool:
        return realm.outbox.can_deliver(self.channel.name) and self.channel.address_of(person) is not None

    def begin(self, realm: Realm, attempt: Attempt, person: Person | None) -> None:
        """Send the first code of this attempt; a second view of the page sends nothing, and neither does one over the
        hourly limit."""
        assert person is not None, "a code is sent to somebody we know"
        with realm.database.read() as connection:
            if self.newest(connection, attempt):
                return
        with realm.database.write() as connection:
            is_first = not self.newest(connection, attempt)
            if is_first and not self._seconds_to_wait(realm, connection, attempt, person):
                self._send(realm, connection, attempt, person)

    def again(self, realm: Realm, attempt: Attempt, person: Person | None) -> None:
        """Send a new code, which kills the old one. Refuses with `too_soon` and the seconds to wait."""
        assert person is not None, "a code is sent to somebody we know"
        with realm.database.write() as connection:
            wait = self._seconds_to_wait(realm, connection, attempt, person)
            if not wait:
                self._send(realm, connection, attempt, person)
        if wait:
            raise Refusal("too_soon", wait_text(wait), status=429, seconds=wait)

    def describe(self, realm: Realm, connection: Connection, attempt: Attempt, person: Person | None) -> dict[str, Any]:
        assert person is not None, "a code is sent to somebody we know"
        newest = self.newest(connection, attempt)
        return {
            "channel": self.channel,
            "address": self.channel.masked(self._address(person)),
            "failures": newest.tries if newest else 0,
            "not_delivered": self.channel.not_delivered if self._is_in_trouble(realm, connection, newest) else None,
            "expires_at": newest.expires_at if newest else None,
            "tries_left": MAX_TRIES - newest.tries if newest else 0,
            "wait": wait_text(seconds) if (seconds := self._seconds_to_wait(realm, connection, attempt, person)) else None,
        }

    def finish(self, realm: Realm, attempt: Attempt, person: Person | None, form: Mapping[str, str]) -> Attempt:
        """Refuses with `malformed`, `no_code`, `expired`, `burnt` or `wrong`. The code is used in the same transaction
        that stores the factor."""
        code = form.get("code", "").strip()
        if not (len(code) == DIGITS and code.isascii() and code.isdecimal()):
            raise Refusal("malformed", wrong_text("malformed"))
        assert attempt.citizen_id is not None, "a code is asked of somebody we know"
        with realm.database.write() as connection:
            reason, tries_left = self._judge(realm, connection, attempt, code)
            record(
                realm,
                connection,
                Event.CODE_CHECKED,
                actor=f"citizen:{attempt.citizen_id}",
                object=f"attempt:{attempt.id}",
                outcome=reason or "done",
                channel=self.channel.name,
            )
            if reason is None:
                factor = Factor(method=self.name, kind=self.kind, amr=self.channel.amr, at=realm.clock.now())
                return attempts.add_factor(realm, connection, attempt, factor, citizen_id=attempt.citizen_id)
            risk.count_failure(realm, connection, attempt.citizen_id)
        raise Refusal(reason, wrong_text(reason, tries_left), tries_left=tries_left)

    def forget(self, connection: Connection, citizen_id: str) -> None:
        """Codes that were sent to them, and those of their attempts."""
        theirs = select(ATTEMPTS.c.id).where(ATTEMPTS.c.citizen_id == citizen_id)
        connection.execute(delete(CODES).where(or_(CODES.c.citizen_id == citizen_id, CODES.c.attempt_id.in_(theirs))))

    def _judge(self, realm: Realm, connection: Connection, attempt: Attempt, code: str) -> tuple[str | None, int]:
        """Why the code is refused, or None; and how many tries are left."""
        row = connection.execute(COUNT_TRY, self._which(attempt)).first()
        if row is None:
            return "no_code", 0
        if realm.clock.now() > row.expires_at:
            self._end(realm, connection, attempt, "expired")
            return "expired", 0
        if hmac.compare_digest(row.code_hash, hash_code(realm, row.id, code)):
            self._end(realm, connection, attempt, "used")
            return None, 0
        if row.tries >= MAX_TRIES:
            self._end(realm, connection, attempt, "burnt")
            return "burnt", 0
        return "wrong", MAX_TRIES - row.tries

    def _send(self, realm: Realm, connection: Connection, attempt: Attempt, person: Person) -> None:
        """The row, the message and the journal entry are one transaction: no code without its SMS."""
        self._end(realm, connection, attempt, "replaced")
        code_id, code = draw_identifier(realm.chance, "one-time code id"), draw_digits(realm.chance, "one-time code", DIGITS)
        now = realm.clock.now()
        text = _("Пропуск: код для входа %(code)s. Действует 5 минут. Никому его не называйте.", code=code)
        message_id = realm.outbox.post(
            connection,
            channel=self.channel.name,
            address=self._address(person),
            text=text,
            subject=str(self.channel.subject) if self.channel.subject else None,
            language=current_language(),
            useful_for_seconds=realm.settings.lifetimes.one_time_code,
        )
        connection.execute(
            insert(CODES),
            {
                "id": code_id,
                "attempt_id": attempt.id,
                "channel": self.channel.name,
                "citizen_id": person.id,
                "message_id": message_id,
                "code_hash": hash_code(realm, code_id, code),
                "sent_at": now,
                "expires_at": now + realm.settings.lifetimes.one_time_code,
            },
        )
        actor, thing = f"citizen:{person.id}", f"attempt:{attempt.id}"
        record(realm, connection, Event.CODE_SENT, actor=actor, object=thing, channel=self.channel.name)

    def _end(self, realm: Realm, connection: Connection, attempt: Attempt, because: str) -> None:
        """Whatever code of this attempt is alive is so no longer."""
        values = {**self._which(attempt), "ended_at": realm.clock.now(), "ended_because": because}
        connection.execute(update(CODES).where(*ALIVE), values)

    def _seconds_to_wait(self, realm: Realm, connection: Connection, attempt: Attempt, person: Person) -> int:
        """How long until another code may be sent: 30 seconds after the last, and not over the hourly limit."""
        now = realm.clock.now()
        newest = self.newest(connection, attempt)
        wait = max(0, newest.sent_at + SECONDS_BETWEEN_SENDS - now) if newest else 0
        limit = realm.settings.codes_per_hour
        if limit:
            recent = select(func.count(), func.min(CODES.c.sent_at)).where(
                CODES.c.citizen_id == person.id, CODES.c.sent_at > now - HOUR_SECONDS
            )
            count, oldest = connection.execute(recent).one()
            if count >= limit:
                wait = max(wait, oldest + HOUR_SECONDS - now)
        return wait

    def newest(self, connection: Connection, attempt: Attempt) -> Row[Any] | None:
        """The code that was sent last in this attempt, if one was."""
        return connection.execute(NEWEST, self._which(attempt)).first()

    def _is_in_trouble(self, realm: Realm, connection: Connection, newest: Row[Any] | None) -> bool:
        """Do we know already that the message will not be there soon? Then nobody need wait for it."""
        progress = realm.outbox.state_of(connection, newest.message_id) if newest and newest.message_id else None
        return progress is not None and progress.is_in_trouble

    def _which(self, attempt: Attempt) -> dict[str, str]:
        return {"of_attempt": attempt.id, "of_channel": self.channel.name}

    def _address(self, person: Person) -> str:
        address = self.channel.address_of(person)
        assert address is not None, "the method is offered with a confirmed address only"
        return address


def alive_codes(connection: Connection) -> Sequence[Row[Any]]:
    """The codes that may still be typed, in time or not, newest first."""
    query = select(CODES).where(CODES.c.ended_at.is_(None)).order_by(CODES.c.sent_at.desc())
    return connection.execute(query).all()


def hash_code(realm: Realm, code_id: str, code: str) -> bytes:
    """Six digits are guessed from a bare hash in a moment, so the hash is keyed."""
    return hmac.digest(realm.secrets.derive("one-time code"), f"{code_id}\0{code}".encode(), hashlib.sha256)
