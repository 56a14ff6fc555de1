"""The second step: a code sent to a phone or an e-mail address that the person confirmed. One method, two channels."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from ground.web.language import gettext as _
from idp.authentication import attempt as attempts
from idp.authentication import risk
from idp.authentication.attempt import Attempt
from idp.authentication.challenge import holder_of
from idp.authentication.method import Method, Refusal
from idp.authentication.methods.one_time_code import codes
from idp.authentication.methods.one_time_code.channels import Channel
from idp.authentication.methods.one_time_code.codes import Recipient
from idp.authentication.methods.one_time_code.words import wait_text, wrong_text
from idp.citizens import directory
from idp.citizens.models import Person
from idp.protocol.assurance import Factor
from idp.realm import Realm


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
        to = self.recipient(attempt, person)
        with realm.database.read() as connection:
            if codes.newest(connection, to):
                return
        with realm.database.write() as connection:
            self._hold(connection, to)
            is_first = not codes.newest(connection, to)
            if is_first and not codes.seconds_to_wait(realm, connection, to):
                self._send(realm, connection, to)

    def again(self, realm: Realm, attempt: Attempt, person: Person | None) -> None:
        """Send a new code, which kills the old one. Refuses with `too_soon` and the seconds to wait."""
        to = self.recipient(attempt, person)
        with realm.database.write() as connection:
            self._hold(connection, to)
            wait = codes.seconds_to_wait(realm, connection, to)
            if not wait:
                self._send(realm, connection, to)
        if wait:
            raise Refusal("too_soon", wait_text(wait), status=429, seconds=wait)

    def describe(self, realm: Realm, connection: Connection, attempt: Attempt, person: Person | None) -> dict[str, Any]:
        to = self.recipient(attempt, person)
        newest = codes.newest(connection, to)
        return {
            "channel": self.channel,
            "address": self.channel.masked(to.address),
            "failures": newest.tries if newest else 0,
            "not_delivered": self.channel.not_delivered if codes.is_in_trouble(realm, connection, newest) else None,
            "expires_at": newest.expires_at if newest else None,
            "tries_left": codes.MAX_TRIES - newest.tries if newest else 0,
            "wait": wait_text(seconds) if (seconds := codes.seconds_to_wait(realm, connection, to)) else None,
        }

    def finish(self, realm: Realm, attempt: Attempt, person: Person | None, form: Mapping[str, str]) -> Attempt:
        """Refuses with `malformed`, `no_code`, `expired`, `burnt` or `wrong`. The code is used in the same transaction
        that stores the factor."""
        code = form.get("code", "").strip()
        if not codes.is_code(code):
            raise Refusal("malformed", wrong_text("malformed"))
        to = self.recipient(attempt, person)
        assert to.citizen_id is not None, "a code is asked of somebody we know"
        with realm.database.write() as connection:
            outcome = codes.judge(realm, connection, to, code)
            if outcome.reason is None:
                factor = Factor(method=self.name, kind=self.kind, amr=self.channel.amr, at=realm.clock.now())
                return attempts.add_factor(realm, connection, attempt, factor, citizen_id=to.citizen_id)
            risk.count_failure(realm, connection, to.citizen_id)
        raise Refusal(outcome.reason, wrong_text(outcome.reason, outcome.tries_left), tries_left=outcome.tries_left)

    def forget(self, connection: Connection, citizen_id: str) -> None:
        codes.forget(connection, citizen_id)

    def recipient(self, attempt: Attempt, person: Person | None) -> Recipient:
        """Whom the codes of an attempt are for."""
        assert person is not None, "a code is sent to somebody we know"
        address = self.channel.address_of(person)
        assert address is not None, "the method is offered with a confirmed address only"
        return Recipient(holder_of(attempt), self.channel, address, person.id)

    def _send(self, realm: Realm, connection: Connection, to: Recipient) -> None:
        def text(code: str) -> str:
            return _("Пропуск: код для входа %(code)s. Действует 5 минут. Никому его не называйте.", code=code)

        subject = str(self.channel.subject) if self.channel.subject else None
        codes.send(realm, connection, to, text, subject=subject)

    def _hold(self, connection: Connection, to: Recipient) -> None:
        assert to.citizen_id is not None, "a code is sent to somebody we know"
        directory.hold(connection, to.citizen_id)
