"""The bank at the account: linking it, what is shown of it, and unlinking it."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from ground.web.headers import allow_form_target
from ground.web.language import gettext as _
from ground.web.language import lazy_gettext
from idp.authentication.method import Away, Enrolled, Enrolment, Owner, write_down
from idp.authentication.methods.bank_id import identities, trip
from idp.authentication.methods.bank_id.id_token import Customer
from idp.authentication.methods.bank_id.identities import Linked, LinkedAlready
from idp.authentication.methods.bank_id.vouching import is_another, vouch
from idp.authentication.methods.bank_id.words import refusal
from idp.citizens import directory
from idp.citizens.models import Person
from idp.realm import Realm

BACK = "/account/back/bank"


def why_missing(realm: Realm) -> str | None:
    """Why there is no bank here; None where there is one. A sandbox is an issuer that no bank knows as its client."""
    if not realm.settings.bank.issuer or realm.name:
        return _("На этом стенде нет банка, через который можно войти.")
    return None


class BankEnrolment(Enrolment):
    """A person has one account at each bank, and links it by signing in there from their own session here."""

    section = "documents"
    template = "account/bank.html"
    add = lazy_gettext("Привязать банк")

    def enrolled(self, realm: Realm, connection: Connection, person: Person) -> Sequence[Enrolled]:
        linked = identities.of_citizen(realm, connection, person.id)
        return [Enrolled(each.id, _name(realm, each), _detail(each), each.linked_at, each.used_at) for each in linked]

    def can_add(self, realm: Realm, connection: Connection, person: Person) -> bool:
        issuer = realm.settings.bank.issuer
        return why_missing(realm) is None and identities.subject_of(connection, person.id, issuer) is None

    def describe(self, realm: Realm, connection: Connection, owner: Owner) -> dict[str, Any]:
        allow_form_target(realm.settings.bank.issuer)
        return {"bank": realm.settings.bank}

    def finish(self, realm: Realm, owner: Owner, form: Mapping[str, str]) -> Away | None:
        """Send the browser to the bank; or link whom it brings back.

        Refuses as `trip` does, with `other_name` for a customer whose name or day of birth is not the account's, and with
        `cannot_link` for one who is linked already: to whom is nobody's business.
        """
        if "state" not in form:
            return trip.leave(realm, owner.session, back=BACK)
        customer = trip.come_back(realm, owner.session, form, back=BACK)
        with realm.database.write() as connection:
            reason = self._link(realm, connection, owner, customer)
            write_down(realm, connection, owner, "bank", outcome=reason or "done")
        if reason is not None:
            raise refusal(reason)
        return None

    def _link(self, realm: Realm, connection: Connection, owner: Owner, customer: Customer) -> str | None:
        """Link the customer, for whom the bank vouches from now on; or why not."""
        directory.hold(connection, owner.person.id)
        person = directory.find(realm, connection, owner.person.id)
        if person is None or not self.can_add(realm, connection, person):
            return "cannot_link"
        if is_another(person, customer):
            return "other_name"
        try:
            identities.link(realm, connection, person.id, customer)
        except LinkedAlready:
            return "cannot_link"
        vouch(realm, connection, person, customer)
        return None

    def owner_of(self, realm: Realm, connection: Connection, arguments: Mapping[str, str]) -> str | None:
        kind, _colon, sid = (trip.holder_of(connection, arguments) or "").partition(":")
        return sid if kind == "session" else None

    def remove(self, realm: Realm, connection: Connection, owner: Owner, enrolled_id: str) -> bool:
        return identities.unlink(connection, owner.person.id, enrolled_id)


def _name(realm: Realm, linked: Linked) -> str:
    bank = realm.settings.bank
    return bank.name if linked.issuer == bank.issuer else linked.issuer


def _detail(linked: Linked) -> str:
    """The account and the card as the bank lets them be shown."""
    shown = [
        *([_("счёт %(number)s", number=linked.account)] if linked.account else []),
        *([_("карта %(number)s", number=linked.card)] if linked.card else []),
    ]
    return ", ".join(shown)
