"""Confirming at the counter that somebody is who they say: the document in the operator's hand against the account.

an account with a passport ──series, number and day are the same──▶ confirmed
an account without one ──they are entered──▶ confirmed
other than the account says ──five times a day──▶ no more for this account today
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from flask import abort, redirect, request
from sqlalchemy import Connection
from werkzeug.wrappers import Response

from ground.web.errors import PageProblem
from ground.web.language import gettext as _
from ground.web.language import local_moment
from idp.audit import Event, record
from idp.authentication.entry import enter_to_decide
from idp.authentication.method import Owner
from idp.citizens import directory
from idp.citizens.models import Person, PersonalData
from idp.pages import current_realm
from idp.pages.access import Access, open_to
from idp.realm import Realm
from idp.staff import looking
from idp.staff.pages import make_blueprint, page
from idp.staff.people import PEOPLE, shown_of
from idp.throttling import counters

TRIES = "documents at the counter"
MOST_TRIES = 5
"""So that nobody finds out a number by asking here."""
DAY = 24 * 60 * 60
SERIES, NUMBER = re.compile(r"\d{4}\Z", re.ASCII), re.compile(r"\d{6}\Z", re.ASCII)
blueprint = make_blueprint("staff_identity")


@dataclass(frozen=True)
class Passport:
    """What the operator read in the document, and what is wrong with how it was typed: sentences by field."""

    series: str
    number: str
    issued_on: str
    errors: Mapping[str, str]

    def on(self, data: PersonalData) -> PersonalData | None:
        """The account with this passport; None where it has another."""
        known = (data.passport_series, data.passport_number, data.passport_issued_on)
        seen = (self.series, self.number, self.issued_on)
        if any(old is not None and old != new for old, new in zip(known, seen, strict=True)):
            return None
        return replace(data, passport_series=self.series, passport_number=self.number, passport_issued_on=self.issued_on)


@blueprint.get("/people/<citizen_id>/identity")
@open_to(Access.OPERATOR)
def show(citizen_id: str) -> str | Response:
    """Where it is written down which document was seen."""
    owner, person = _enter(current_realm(), citizen_id)
    if person.identity_proved_by is not None:
        return redirect(f"{PEOPLE}/{person.id}", 303)
    return _page(owner, person)


@blueprint.post("/people/<citizen_id>/identity")
@open_to(Access.OPERATOR)
def confirm(citizen_id: str) -> Response | tuple[str, int]:
    """Hold the document against the account."""
    realm = current_realm()
    owner, person = _enter(realm, citizen_id)
    passport = _read(realm)
    if passport.errors:
        return _page(owner, person, passport), 400
    refusal = _confirm(realm, owner, person.id, passport)
    if refusal == "document_differs":
        error = _("Документ не такой, как в записи. Проверьте, что набрано и что перед вами тот человек.")
        return _page(owner, person, replace(passport, errors={"series": error})), 400
    if refusal == "document_of_another":
        error = _("Этот паспорт есть в другой записи. Найдите её и подтвердите её.")
        return _page(owner, person, replace(passport, errors={"series": error})), 400
    if refusal == "too_often":
        raise PageProblem(
            status=429,
            title=_("Сегодня больше нельзя"),
            lead=_("Документ пять раз за сутки не совпал с записью этого человека. Попробуйте завтра."),
            actions=((_("К человеку"), f"{PEOPLE}/{person.id}"),),
            code="slow_down",
            cause=f"more than {MOST_TRIES} documents that differ within a day",
        )
    return redirect(f"{PEOPLE}/{person.id}", 303)


def _confirm(realm: Realm, owner: Owner, citizen_id: str, passport: Passport) -> str | None:
    """Why the document confirms nothing, in the word of the journal; None when it does. Counted before it is compared."""
    actor, thing = f"citizen:{owner.person.id}", f"citizen:{citizen_id}"
    with realm.database.write() as connection:
        directory.hold(connection, citizen_id)
        person = directory.find(realm, connection, citizen_id) or abort(404)
        count = counters.count_up(realm, connection, TRIES, person.id, within_seconds=DAY)
        data = passport.on(person.data) or person.data
        refusal = _why_not(realm, connection, person, passport, count)
        if refusal is not None:
            record(realm, connection, Event.IDENTITY_PROVED, actor=actor, object=thing, outcome=refusal, by="in_person")
            return refusal
        counters.start_anew(realm, connection, TRIES, person.id)
        seen = replace(person, data=data, document_is_checked=True)
        if seen != person:
            directory.change(realm, connection, seen, actor=actor)
        directory.prove_identity(realm, connection, person.id, by="in_person", actor=actor)
    return None


def _why_not(realm: Realm, connection: Connection, person: Person, passport: Passport, count: int) -> str | None:
    if count > MOST_TRIES:
        return "too_often"
    data = passport.on(person.data)
    if data is None:
        return "document_differs"
    if not person.data.has_passport and directory.is_passport_of_another(realm, connection, data, besides=person.id):
        return "document_of_another"
    return None


def _enter(realm: Realm, citizen_id: str) -> tuple[Owner, Person]:
    """The operator, and the person at the counter, who is somebody else. Raises PageProblem."""
    owner = enter_to_decide(realm, f"{PEOPLE}/{citizen_id}/identity", "operator")
    person = looking.view(realm, owner, citizen_id, as_role="operator")
    if person.id == owner.person.id:
        with realm.database.write() as connection:
            actor = f"citizen:{owner.person.id}"
            record(realm, connection, Event.IDENTITY_PROVED, actor=actor, object=actor, outcome="own", by="in_person")
        raise PageProblem(
            status=403,
            title=_("Себя подтвердить нельзя"),
            lead=_("Личность подтверждает другой оператор: он должен увидеть вас и ваш документ."),
            actions=((_("Найти человека"), PEOPLE),),
            code="access_denied",
            cause="an operator at the own account",
        )
    return owner, person


def _read(realm: Realm) -> Passport:
    given = {name: "".join(request.form.get(name, "").split()) for name in ("series", "number", "issued_on")}
    errors = {}
    if not SERIES.match(given["series"]):
        errors["series"] = _("Серия паспорта: четыре цифры.")
    if not NUMBER.match(given["number"]):
        errors["number"] = _("Номер паспорта: шесть цифр.")
    if not _is_past_day(given["issued_on"], today=local_moment(realm.clock.now()).date()):
        errors["issued_on"] = _("Неверный формат даты. Нужно так: 1984-02-14.")
    if request.form.get("seen") != "1":
        errors["seen"] = _("Подтвердите, что человек и документ перед вами.")
    return Passport(**given, errors=errors)


def _is_past_day(text: str, *, today: date) -> bool:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return False
    return text == day.isoformat() and day <= today


def _page(owner: Owner, person: Person, passport: Passport | None = None) -> str:
    return page(
        "staff/identity.html",
        owner,
        "people",
        shown=shown_of(person, is_named=True),
        has_passport=person.data.has_passport,
        passport=passport or Passport("", "", "", {}),
    )
