"""A way in without typing anything: the telephone that reads the code says who it is."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, render_template
from sqlalchemy import Connection

from ground.web.language import lazy_gettext
from ground.web.qr import qr_picture
from idp.audit import Event, record
from idp.authentication import attempt as attempts
from idp.authentication.attempt import Attempt, AttemptGone
from idp.authentication.challenge import holder_of
from idp.authentication.devices import requests, store
from idp.authentication.devices.requests import AskedDevice, Told
from idp.authentication.devices.whence import whence
from idp.authentication.method import Method, Refusal
from idp.authentication.methods.qr_login.words import wrong_text
from idp.citizens import directory
from idp.citizens.models import Person
from idp.pages.access import Access, open_to
from idp.protocol.assurance import Factor
from idp.realm import Realm

blueprint = Blueprint("qr", __name__, url_prefix="/qr")


@blueprint.get("/<request_id>")
@open_to(Access.ANYBODY)
def opened_in_a_browser(request_id: str) -> str:
    """A camera has read the code instead of the application; what the code is worth is not told."""
    return render_template("open_in_application.html")


class QrMethod(Method):
    """Possession: the person holds a telephone whose key is known, and has said yes on it to what this page shows."""

    name = "qr"
    kind = "possession"
    identifies = True
    icon = "qr"
    title = lazy_gettext("QR-код")
    needs = lazy_gettext("Нужен телефон с приложением «Пропуск»: прочитайте им код")
    step = lazy_gettext("QR-код")
    template = "sign_in/qr.html"
    pages = blueprint

    def is_offered(self, realm: Realm, connection: Connection, person: Person) -> bool:
        return store.has_one(connection, person.id)

    def begin(self, realm: Realm, attempt: Attempt, person: Person | None) -> None:
        """Draw the code of this attempt, unless there is one whose end is not yet told."""
        with realm.database.read() as connection:
            if not self._needs_one(realm, connection, attempt):
                return
        self._ask(realm, attempt, is_wanted_anyway=False)

    def again(self, realm: Realm, attempt: Attempt, person: Person | None) -> None:
        """Draw another code; the one before is worth nothing."""
        self._ask(realm, attempt, is_wanted_anyway=True)

    def describe(self, realm: Realm, connection: Connection, attempt: Attempt, person: Person | None) -> dict[str, Any]:
        asked = self.newest(realm, connection, attempt)
        if asked is None or asked.state != "waiting":
            return {"asked": asked}
        address = address_of(realm, asked)
        return {"asked": asked, "address": address, "picture": qr_picture(address)}

    def state(self, realm: Realm, connection: Connection, attempt: Attempt) -> Mapping[str, Any] | None:
        newest = self.newest(realm, connection, attempt)
        return {"state": newest.state} if newest else None

    def finish(self, realm: Realm, attempt: Attempt, person: Person | None, form: Mapping[str, str]) -> Attempt:
        """Refuses with `pending`, `denied`, `expired`, `other_person` or `disabled`. The approval is used in the same transaction
        that stores the factor."""
        with realm.database.write() as connection:
            newest = self.newest(realm, connection, attempt)
            if newest is not None and newest.state in ("approved", "used"):
                found = directory.find(realm, connection, newest.citizen_id or "")
                if not requests.use(realm, connection, newest):
                    raise AttemptGone  # the same form was sent twice at once, and the other has the factor
                reason = _objection(attempt, found)
                if reason is None and found is not None:
                    self._write_down(realm, connection, attempt, found.id, "done")
                    factor = Factor(method=self.name, kind=self.kind, amr=("swk", "user"), at=realm.clock.now())
                    return attempts.add_factor(realm, connection, attempt, factor, citizen_id=found.id)
            elif newest is None or newest.state in ("expired", "replaced"):
                reason = "expired"
            else:
                reason = "denied" if newest.state == "denied" else "pending"
            if reason != "pending":
                self._write_down(realm, connection, attempt, newest.citizen_id if newest else None, reason or "")
        if reason == "expired":
            self._ask(realm, attempt, is_wanted_anyway=True)
        assert reason is not None, "whoever is not refused has returned"
        raise Refusal(reason, wrong_text(reason))

    def newest(self, realm: Realm, connection: Connection, attempt: Attempt) -> AskedDevice | None:
        """The code that was drawn last in this attempt, if one was."""
        return requests.newest(realm, connection, holder_of(attempt), "qr")

    def forget(self, connection: Connection, citizen_id: str) -> None:
        """What they have answered, and what their attempts ask. Their telephones are forgotten with the notices."""
        requests.forget(connection, citizen_id)

    def _needs_one(self, realm: Realm, connection: Connection, attempt: Attempt) -> bool:
        newest = self.newest(realm, connection, attempt)
        return newest is None or newest.state in ("expired", "replaced", "used")

    def _ask(self, realm: Realm, attempt: Attempt, *, is_wanted_anyway: bool) -> None:
        told = Told(attempt.purpose.client_name, attempt.purpose.client_host, whence())
        with realm.database.write() as connection:
            if is_wanted_anyway or self._needs_one(realm, connection, attempt):
                seconds = realm.settings.lifetimes.push
                requests.ask(realm, connection, purpose="qr", holder=holder_of(attempt), told=told, lifetime_seconds=seconds)

    def _write_down(self, realm: Realm, connection: Connection, attempt: Attempt, citizen_id: str | None, outcome: str) -> None:
        actor, thing = f"citizen:{citizen_id or attempt.citizen_id or 'unknown'}", f"attempt:{attempt.id}"
        record(realm, connection, Event.PROOF_CHECKED, actor=actor, object=thing, outcome=outcome, method=self.name)


def address_of(realm: Realm, asked: AskedDevice) -> str:
    """What the code holds."""
    return realm.url(f"/qr/{asked.id}")


def _objection(attempt: Attempt, person: Person | None) -> str | None:
    """Why whoever has said yes is not let in, if anything speaks against it."""
    if person is None or person.is_disabled:
        return "disabled"
    return "other_person" if attempt.citizen_id not in (None, person.id) else None
