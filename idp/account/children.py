"""Children at the account: entering one, and taking one off the list."""

from collections.abc import Mapping
from datetime import date

from flask import abort, redirect, request
from werkzeug.wrappers import Response

from ground.web.language import gettext as _
from idp.account.pages import PATH, make_blueprint, page
from idp.account.passport import day
from idp.audit import Event, record
from idp.authentication.entry import enter_to_change
from idp.authentication.method import Owner
from idp.citizens import children, identifiers, names
from idp.citizens.children import BirthCertificate, ChildRefused
from idp.citizens.identifiers import IdentifierMalformed
from idp.citizens.models import PersonalData
from idp.pages import current_realm
from idp.pages.access import Access, open_to
from idp.throttling import counters

ADD = f"{PATH}/children/add"
TRIES, TRIES_PER_DAY, DAY_SECONDS = "children entered", 10, 24 * 3600
blueprint = make_blueprint("children")


@blueprint.get("/children/add")
@open_to(Access.CITIZEN_AFRESH)
def show_adding() -> str:
    """Where a child is entered."""
    return _page(enter_to_change(current_realm(), ADD), {}, {})


@blueprint.post("/children/add")
@open_to(Access.CITIZEN_AFRESH)
def add() -> Response | tuple[str, int]:
    """Judge what was typed, and put the child on the list."""
    realm, form = current_realm(), request.form.to_dict()
    owner = enter_to_change(realm, ADD)
    good, errors = _judge(form)
    if errors:
        return _page(owner, form, errors), 400
    certificate = BirthCertificate(good.pop("series"), good.pop("number"))
    data = PersonalData.from_fields(good)
    refusal: ChildRefused | None = None
    with realm.database.write() as connection:
        try:
            if counters.count_up(realm, connection, TRIES, owner.person.id, within_seconds=DAY_SECONDS) > TRIES_PER_DAY:
                raise ChildRefused("too_often")
            children.add(realm, connection, owner.person, data, certificate, actor=f"citizen:{owner.person.id}")
        except ChildRefused as refused:
            refusal = refused
            actor = f"citizen:{owner.person.id}"
            record(realm, connection, Event.CHILD_ADDED, actor=actor, object="citizen:unknown", outcome=refused.reason)
    if refusal is None:
        return redirect(f"{PATH}#children", 303)
    about_birth = {"not_born": _("Эта дата ещё не наступила."), "too_old": _("С 14 лет у ребёнка паспорт и своя запись.")}
    if refusal.reason in about_birth:
        return _page(owner, form, {"birthdate": about_birth[refusal.reason]}), 400
    return _page(owner, form, {}, _refusal_text(refusal)), 400


@blueprint.post("/children/<child_id>/remove")
@open_to(Access.CITIZEN_AFRESH)
def remove(child_id: str) -> Response:
    """Take a child off the list."""
    realm = current_realm()
    owner = enter_to_change(realm, PATH)
    with realm.database.write() as connection:
        if not children.remove(realm, connection, owner.person.id, child_id, actor=f"citizen:{owner.person.id}"):
            abort(404)
    return redirect(f"{PATH}#children", 303)


def _judge(form: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """The fields in one spelling, and what is wrong with others."""
    rules = {
        "family_name": (names.name, _("Напишите фамилию буквами, не длиннее 60 знаков.")),
        "given_name": (names.name, _("Напишите имя буквами, не длиннее 60 знаков.")),
        "middle_name": (names.name, _("Напишите отчество буквами, не длиннее 60 знаков.")),
        "birthdate": (lambda text: day(text).isoformat(), _("Неверный формат даты. Нужно так: 1984-02-14.")),
        "series": (children.series, _("Серия свидетельства: римские цифры и две буквы, II-АБ.")),
        "number": (children.number, _("Номер свидетельства: шесть цифр.")),
        "snils": (identifiers.snils, _("СНИЛС не подходит: проверьте все одиннадцать цифр.")),
    }
    good: dict[str, str] = {}
    errors: dict[str, str] = {}
    for name, (normalise, sentence) in rules.items():
        text = form.get(name, "").strip()
        if not text and name in ("middle_name", "snils"):
            continue
        try:
            good[name] = normalise(text)
        except IdentifierMalformed:
            errors[name] = sentence
    if "birthdate" in good and date.fromisoformat(good["birthdate"]).year < 1900:
        errors["birthdate"] = _("Такого дня рождения быть не может.")
    return good, errors


def _refusal_text(refused: ChildRefused) -> str:
    if refused.reason == "not_confirmed":
        return _("Добавить ребёнка может только тот, чья запись подтверждена.")
    if refused.reason == "too_often":
        return _("Детей добавляли слишком часто. Попробуйте завтра.")
    return _("Добавить ребёнка не получилось: свидетельство, имя и СНИЛС не сошлись. Сверьте их с документами.")


def _page(owner: Owner, values: Mapping[str, str], errors: Mapping[str, str], refusal: str | None = None) -> str:
    return page("account/child.html", owner, "profile", values=values, errors=errors, refusal=refusal)
