"""The second step: a code that an application counts by itself, from a secret it shares with us."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from ground.web.language import lazy_gettext
from idp.audit import Event, record
from idp.authentication import attempt as attempts
from idp.authentication import risk
from idp.authentication.attempt import Attempt
from idp.authentication.method import Method, Refusal
from idp.authentication.methods.totp.codes import draw_secret, is_well_formed, step_of
from idp.authentication.methods.totp.enrolment import TotpEnrolment
from idp.authentication.methods.totp.store import FIND, accept, remove_secret, secret_of, set_secret
from idp.authentication.methods.totp.words import wrong_text
from idp.citizens.models import Person
from idp.protocol.assurance import Factor
from idp.realm import Realm
from idp.throttling import counters

TRIES, PAUSE = "totp tries", "totp pause"
MAX_TRIES = 5
PAUSE_SECONDS = 300


class TotpMethod(Method):
    """Possession: the person holds the device whose application has the secret."""

    name = "totp"
    kind = "possession"
    icon = "clock"
    title = lazy_gettext("Код из приложения")
    needs = lazy_gettext("Шесть цифр из приложения на телефоне, меняются раз в 30 секунд. Связь не нужна")
    step = lazy_gettext("Код из приложения")
    template = "sign_in/totp.html"
    enrolment = TotpEnrolment()

    def is_offered(self, realm: Realm, connection: Connection, person: Person) -> bool:
        return connection.execute(FIND, {"of_citizen": person.id}).first() is not None

    def describe(self, realm: Realm, connection: Connection, attempt: Attempt, person: Person | None) -> dict[str, Any]:
        assert person is not None, "a code is asked of somebody we know"
        failures = counters.count_of(realm, connection, TRIES, person.id)
        return {"failures": failures, "is_paused": self._is_paused(realm, connection, person.id)}

    def finish(self, realm: Realm, attempt: Attempt, person: Person | None, form: Mapping[str, str]) -> Attempt:
        """Refuses with `malformed`, `wrong`, `used`, `too_many` or `no_secret`. The code is used in the same transaction that
        stores the factor."""
        code = form.get("code", "").strip()
        if not is_well_formed(code):
            raise Refusal("malformed", wrong_text("malformed"))
        assert attempt.citizen_id is not None, "a code is asked of somebody we know"
        with realm.database.write() as connection:
            reason, tries_left = self._judge(realm, connection, attempt.citizen_id, code)
            if reason is None:
                return self.conclude(realm, connection, attempt)
            self._write_down(realm, connection, attempt, reason)
            risk.count_failure(realm, connection, attempt.citizen_id)
        raise Refusal(reason, wrong_text(reason, tries_left), status=429 if reason == "too_many" else 400)

    def conclude(self, realm: Realm, connection: Connection, attempt: Attempt) -> Attempt:
        """Write down that the proof was right."""
        assert attempt.citizen_id is not None, "a code is asked of somebody we know"
        self._write_down(realm, connection, attempt, "done")
        factor = Factor(method=self.name, kind=self.kind, amr=("otp",), at=realm.clock.now())
        return attempts.add_factor(realm, connection, attempt, factor, citizen_id=attempt.citizen_id)

    def forget(self, connection: Connection, citizen_id: str) -> None:
        """From now on no code is right."""
        remove_secret(connection, citizen_id)

    def seed(self, realm: Realm, connection: Connection, citizen_id: str, entry: Mapping[str, Any]) -> None:
        """`totp = true`: the application of the stand's telephone has a secret from the start."""
        if entry.get("totp"):
            set_secret(realm, connection, citizen_id, draw_secret(realm.chance))

    def _judge(self, realm: Realm, connection: Connection, citizen_id: str, code: str) -> tuple[str | None, int]:
        """Why the code is refused, or None; and how many tries are left.

        The counter is raised before the comparison, so that parallel guesses cannot share a try.
        """
        tries = counters.count_up(realm, connection, TRIES, citizen_id)
        if self._is_paused(realm, connection, citizen_id):
            counters.start_anew(realm, connection, TRIES, citizen_id)
            return "too_many", 0
        secret = secret_of(realm, connection, citizen_id)
        if secret is None:
            return "no_secret", 0
        step = step_of(secret, code, now=realm.clock.now())
        if step is not None and accept(realm, connection, citizen_id, step):
            counters.start_anew(realm, connection, TRIES, citizen_id)
            return None, 0
        if tries >= MAX_TRIES:
            counters.start_anew(realm, connection, TRIES, citizen_id)
            counters.count_up(realm, connection, PAUSE, citizen_id, within_seconds=PAUSE_SECONDS)
            return "too_many", 0
        return ("wrong" if step is None else "used"), MAX_TRIES - tries

    def _is_paused(self, realm: Realm, connection: Connection, citizen_id: str) -> bool:
        return counters.count_of(realm, connection, PAUSE, citizen_id, within_seconds=PAUSE_SECONDS) > 0

    def _write_down(self, realm: Realm, connection: Connection, attempt: Attempt, outcome: str) -> None:
        actor, thing = f"citizen:{attempt.citizen_id}", f"attempt:{attempt.id}"
        record(realm, connection, Event.PROOF_CHECKED, actor=actor, object=thing, outcome=outcome, method=self.name)
