"""The second step that is taken on the telephone: whose number stands on the sign-in page, is pressed there."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from ground.web.language import lazy_gettext
from idp.audit import Event, record
from idp.authentication import attempt as attempts
from idp.authentication.attempt import Attempt, AttemptGone
from idp.authentication.challenge import holder_of
from idp.authentication.devices import requests, store
from idp.authentication.devices.requests import AskedDevice, Told
from idp.authentication.devices.whence import whence
from idp.authentication.method import Method, Refusal
from idp.authentication.methods.push.enrolment import PushEnrolment
from idp.authentication.methods.push.words import wrong_text
from idp.citizens.models import Person
from idp.protocol.assurance import Factor
from idp.realm import Realm

WINDOW_SECONDS = 600
"""Within which `pushes_per_ten_minutes` notices are the most: who is not at the sign-in page must not be worn down."""


class PushMethod(Method):
    """Possession: the person holds the telephone whose key is known, and was at the page that shows the number."""

    name = "push"
    kind = "possession"
    icon = "phone"
    title = lazy_gettext("Уведомление на телефоне")
    needs = lazy_gettext("Нужен телефон с приложением «Пропуск», который вы добавили в профиле")
    step = lazy_gettext("Телефон")
    template = "sign_in/push.html"
    enrolment = PushEnrolment()

    def is_offered(self, realm: Realm, connection: Connection, person: Person) -> bool:
        return store.has_one(connection, person.id)

    def begin(self, realm: Realm, attempt: Attempt, person: Person | None) -> None:
        """Send the first notice of this attempt; a second view of the page sends none. Refuses with `too_many`."""
        assert person is not None, "a notice is sent to somebody we know"
        with realm.database.read() as connection:
            if self.newest(realm, connection, attempt):
                return
        self._ask(realm, attempt, person, is_first=True)

    def again(self, realm: Realm, attempt: Attempt, person: Person | None) -> None:
        """Send another notice, which replaces the one before. Refuses with `too_many`."""
        assert person is not None, "a notice is sent to somebody we know"
        self._ask(realm, attempt, person, is_first=False)

    def describe(self, realm: Realm, connection: Connection, attempt: Attempt, person: Person | None) -> dict[str, Any]:
        assert person is not None, "a notice is sent to somebody we know"
        names = [device.name for device in store.of_citizen(realm, connection, person.id)]
        return {"asked": self.newest(realm, connection, attempt), "device_names": names}

    def state(self, realm: Realm, connection: Connection, attempt: Attempt) -> Mapping[str, Any] | None:
        newest = self.newest(realm, connection, attempt)
        return {"state": newest.state} if newest else None

    def finish(self, realm: Realm, attempt: Attempt, person: Person | None, form: Mapping[str, str]) -> Attempt:
        """Refuses with `pending`, `denied`, `wrong_number`, `replaced` or `expired`. The approval is used in the same
        transaction that stores the factor."""
        assert attempt.citizen_id is not None, "a notice is sent to somebody we know"
        with realm.database.write() as connection:
            newest = self.newest(realm, connection, attempt)
            if newest is not None and requests.use(realm, connection, newest):
                self._write_down(realm, connection, attempt, "done")
                factor = Factor(method=self.name, kind=self.kind, amr=("swk", "user"), at=realm.clock.now())
                return attempts.add_factor(realm, connection, attempt, factor, citizen_id=attempt.citizen_id)
            reason = "expired" if newest is None else "pending" if newest.state == "waiting" else newest.state
            if reason in ("approved", "used"):
                raise AttemptGone  # the same form was sent twice at once, and the other has the factor
            if reason != "pending":
                self._write_down(realm, connection, attempt, reason)
        raise Refusal(reason, wrong_text(reason))

    def newest(self, realm: Realm, connection: Connection, attempt: Attempt) -> AskedDevice | None:
        """The notice that was sent last in this attempt, if one was."""
        return requests.newest(realm, connection, holder_of(attempt), "push")

    def forget(self, connection: Connection, citizen_id: str) -> None:
        """Their telephones, and whatever those were asked."""
        requests.forget(connection, citizen_id)
        store.forget(connection, citizen_id)

    def seed(self, realm: Realm, connection: Connection, citizen_id: str, entry: Mapping[str, Any]) -> None:
        """`devices = ["…"]`: telephones of these names, which the test stand speaks for."""
        try:
            from idp.authentication.devices import rehearsal
        except ImportError:  # a build for production speaks for nobody's telephone
            return
        for name in entry.get("devices", ()):
            rehearsal.install(realm, connection, citizen_id, name=name)

    def _ask(self, realm: Realm, attempt: Attempt, person: Person, *, is_first: bool) -> None:
        limit = realm.settings.pushes_per_ten_minutes
        told = Told(attempt.purpose.client_name, attempt.purpose.client_host, whence())
        with realm.database.write() as connection:
            if is_first and self.newest(realm, connection, attempt):
                return
            sent = requests.count_since(connection, person.id, realm.clock.now() - WINDOW_SECONDS)
            is_too_many = bool(limit) and sent >= limit and not realm.acts_for_test
            if not is_too_many:
                requests.ask(
                    realm,
                    connection,
                    purpose="push",
                    holder=holder_of(attempt),
                    told=told,
                    lifetime_seconds=realm.settings.lifetimes.push,
                    citizen_id=person.id,
                    has_number=True,
                )
            else:
                self._write_down(realm, connection, attempt, "too_many")
        if is_too_many:
            raise Refusal("too_many", wrong_text("too_many"), leaves=True, status=429)

    def _write_down(self, realm: Realm, connection: Connection, attempt: Attempt, outcome: str) -> None:
        actor, thing = f"citizen:{attempt.citizen_id}", f"attempt:{attempt.id}"
        record(realm, connection, Event.PROOF_CHECKED, actor=actor, object=thing, outcome=outcome, method=self.name)
