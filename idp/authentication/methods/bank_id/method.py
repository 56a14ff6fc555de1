"""The way in through a bank that the person has linked to their account."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Connection

from ground.web.headers import allow_form_target
from ground.web.language import lazy_gettext
from idp.audit import Event, record
from idp.authentication import attempt as attempts
from idp.authentication import challenge, risk
from idp.authentication.attempt import Attempt
from idp.authentication.method import Away, Method, Refusal
from idp.authentication.methods.bank_id import identities, trip
from idp.authentication.methods.bank_id.enrolment import BankEnrolment, why_missing
from idp.authentication.methods.bank_id.id_token import Customer
from idp.authentication.methods.bank_id.words import refusal
from idp.citizens import directory
from idp.citizens.models import Person
from idp.protocol.assurance import Factor
from idp.realm import Realm

NAME = "bank"
BACK = f"/sign-in/back/{NAME}"


class BankIdMethod(Method):
    """Possession: the person is a customer whom their bank knows, and has asked now.

    The bank has seen a passport and asks for its own proof, so it is worth two of ours; how it asked is said in `amr` as the
    bank says it.
    """

    name = NAME
    kind = "possession"
    level = "substantial"
    identifies = True
    icon = "bank"
    title = lazy_gettext("Банк")
    needs = lazy_gettext("Нужна карта или счёт в банке, привязанные в профиле, раздел «Документы»")
    step = lazy_gettext("Банк")
    template = "sign_in/bank.html"
    enrolment = BankEnrolment()

    def what_is_missing(self, realm: Realm) -> str | None:
        return why_missing(realm)

    def is_offered(self, realm: Realm, connection: Connection, person: Person) -> bool:
        return identities.subject_of(connection, person.id, realm.settings.bank.issuer) is not None

    def describe(self, realm: Realm, connection: Connection, attempt: Attempt, person: Person | None) -> dict[str, Any]:
        allow_form_target(realm.settings.bank.issuer)
        return {"bank": realm.settings.bank}

    def finish(self, realm: Realm, attempt: Attempt, person: Person | None, form: Mapping[str, str]) -> Attempt | Away:
        """Send the browser to the bank; or judge what it brings back, which says so by its `state`.

        Refuses as `trip.leave`, `trip.come_back` and `judge` do.
        """
        if "state" not in form:
            return trip.leave(realm, attempt, back=BACK)
        return self.judge(realm, attempt, lambda: trip.come_back(realm, attempt, form, back=BACK))

    def judge(self, realm: Realm, attempt: Attempt, bring: Callable[[], Customer]) -> Attempt:
        """Let in whoever has linked the customer that the trip brings. Refuses as it does, or with `not_linked` or
        `other_person`, and the journal has it.

        A customer whom nobody has linked is nobody here, and never becomes somebody by signing in.
        """
        try:
            customer = bring()
        except Refusal as refused:
            with realm.database.write() as connection:
                self._write_down(realm, connection, attempt, None, refused)
            raise
        return self._let_in(realm, attempt, customer)

    def _let_in(self, realm: Realm, attempt: Attempt, customer: Customer) -> Attempt:
        with realm.database.write() as connection:
            citizen_id = identities.citizen_of(connection, customer)
            person = directory.find(realm, connection, citizen_id) if citizen_id is not None else None
            refused = None
            if person is None or person.is_disabled:
                refused = refusal("not_linked")
            elif attempt.citizen_id not in (None, person.id):
                refused = refusal("other_person")
            self._write_down(realm, connection, attempt, person, refused)
            if refused is None and person is not None:
                identities.note_use(realm, connection, customer)
                factor = Factor(self.name, self.kind, customer.amr, at=realm.clock.now(), level=self.level)
                return attempts.add_factor(realm, connection, attempt, factor, citizen_id=person.id)
            if attempt.citizen_id is not None:
                risk.count_failure(realm, connection, attempt.citizen_id)
        assert refused is not None, "whoever is not let in is refused"
        raise refused

    def attempt_of(self, realm: Realm, connection: Connection, arguments: Mapping[str, str]) -> str | None:
        kind, _colon, attempt_id = (trip.holder_of(connection, arguments) or "").partition(":")
        return attempt_id if kind == "attempt" else None

    def forget(self, connection: Connection, citizen_id: str) -> None:
        """Their bank is linked to nobody from now on, and their trips lead nowhere."""
        identities.forget(connection, citizen_id)
        challenge.forget(connection, citizen_id)

    def _write_down(
        self, realm: Realm, connection: Connection, attempt: Attempt, person: Person | None, refused: Refusal | None
    ) -> None:
        cause = {"cause": refused.detail["cause"]} if refused is not None and refused.detail.get("cause") else {}
        record(
            realm,
            connection,
            Event.PROOF_CHECKED,
            actor=f"citizen:{person.id if person else attempt.citizen_id or 'unknown'}",
            object=f"attempt:{attempt.id}",
            outcome=refused.reason if refused is not None else "done",
            method=self.name,
            **cause,
        )
