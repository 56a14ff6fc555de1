"""The second step: a code sent to a phone or an e-mail address that the person confirmed. One method, two channels."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Row, select

from ground.web.language import gettext as _
from idp.authentication import attempt as attempts
from idp.authentication import risk
from idp.authentication.attempt import ATTEMPTS, Attempt
from idp.authentication.challenge import holder_of
from idp.authentication.method import Method, Refusal
from idp.authentication.methods.one_time_code import codes
from idp.authentication.methods.one_time_code.channels import Channel
from idp.authentication.methods.one_time_code.codes import MAX_TRIES, Asker
from idp.authentication.methods.one_time_code.words import wait_text, wrong_text
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
        codes.send_first(realm, self._asker(attempt, person), _say)

    def again(self, realm: Realm, attempt: Attempt, person: Person | None) -> None:
        """Send a new code, which kills the old one. Refuses with `too_soon` and the seconds to wait."""
        if wait := codes.send_another(realm, self._asker(attempt, person), _say):
            raise Refusal("too_soon", wait_text(wait), status=429, seconds=wait)

    def describe(self, realm: Realm, connection: Connection, attempt: Attempt, person: Person | None) -> dict[str, Any]:
        asker = self._asker(attempt, person)
        newest = codes.newest(connection, asker)
        return {
            "channel": self.channel,
            "address": self.channel.masked(asker.address or ""),
            "failures": newest.tries if newest else 0,
            "not_delivered": self.channel.not_delivered if codes.is_in_trouble(realm, connection, newest) else None,
            "expires_at": newest.expires_at if newest else None,
            "tries_left": MAX_TRIES - newest.tries if newest else 0,
            "wait": wait_text(seconds) if (seconds := codes.seconds_to_wait(realm, connection, asker)) else None,
        }

    def finish(self, realm: Realm, attempt: Attempt, person: Person | None, form: Mapping[str, str]) -> Attempt:
        """Refuses with `malformed`, `no_code`, `expired`, `burnt` or `wrong`. The code is used in the same transaction
        that stores the factor."""
        code = codes.check_shape(form.get("code", ""))
        assert attempt.citizen_id is not None, "a code is asked of somebody we know"
        with realm.database.write() as connection:
            reason, tries_left = codes.judge(realm, connection, self._asker(attempt, person), code)
            if reason is None:
                factor = Factor(method=self.name, kind=self.kind, amr=self.channel.amr, at=realm.clock.now())
                return attempts.add_factor(realm, connection, attempt, factor, citizen_id=attempt.citizen_id)
            risk.count_failure(realm, connection, attempt.citizen_id)
        raise Refusal(reason, wrong_text(reason, tries_left), tries_left=tries_left)

    def forget(self, connection: Connection, citizen_id: str) -> None:
        """Codes that were sent to them, and those of their attempts."""
        codes.forget(connection, citizen_id, select("attempt:" + ATTEMPTS.c.id).where(ATTEMPTS.c.citizen_id == citizen_id))

    def newest(self, connection: Connection, attempt: Attempt, person: Person) -> Row[Any] | None:
        """The code that was sent last in this attempt, if one was."""
        return codes.newest(connection, self._asker(attempt, person))

    def _asker(self, attempt: Attempt, person: Person | None) -> Asker:
        assert person is not None, "a code is sent to somebody we know"
        address = self.channel.address_of(person)
        assert address is not None, "the method is offered with a confirmed address only"
        return Asker(holder_of(attempt), self.channel, person.id, address)


def _say(code: str) -> str:
    return _("Пропуск: код для входа %(code)s. Действует 5 минут. Никому его не называйте.", code=code)
