"""Changes of who somebody is: name, birth date, sex, ИНН, passport. The register keeps what it knows until somebody has decided;
then what it knew stays in the history of the patient.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from ground.web.language import gettext as _
from rp.forms.form import Field, Form
from rp.forms.formats import FieldRefused, read_birth_date, read_inn, read_name
from rp.forms.identity_documents import DOCUMENT_KINDS, PASSPORT, read_document_number
from rp.patients.directory import Person, change_person, find_patient
from rp.requests.kind import Asking, CannotGrant, Granting, Request, RequestKind, show_texts

MOST_CHARACTERS = 100
"""More than the formats allow: what is too long for one is told by its own sentence."""


class Identity(RequestKind):
    """The kind `identity`. Its values are only what differs from what the register knows."""

    name = "identity"
    icon = "user"
    is_offered = False

    def title(self) -> str:
        return _("Изменение личных данных")

    def lead(self) -> str:
        return _("Сотрудник регистра сверит изменения с документом.")

    def form(self, asking: Asking) -> Form:
        return Form(identity_fields(today=asking.today, checks_inn=asking.realm.settings.checks_inn))

    def facts(self, asking: Asking, request: Request) -> list[tuple[str, str]]:
        removed = [(_("Отчество"), _("нет"))] if request.values.get("middle_name") == "" else []
        return show_texts(self.form(asking), request.values) + removed

    def checks(self, asking: Asking, request: Request) -> list[tuple[str, str]]:
        patient = find_patient(asking.connection, asking.realm, asking.patient_id)
        if patient is None:
            return []
        known = {name: text for name, text in known_texts(patient.person).items() if name in request.values}
        return [(_("Сейчас: %(label)s", label=label), text) for label, text in show_texts(self.form(asking), known)]

    def grant(self, granting: Granting) -> None:
        asking = Asking(granting.connection, granting.realm, granting.request.patient_id)
        try:
            changes = changes_of(self.form(asking), granting.request.values)
        except FieldRefused as refusal:
            raise CannotGrant(str(refusal)) from None
        change_person(
            granting.connection,
            granting.realm,
            granting.request.patient_id,
            changes,
            author=granting.decider.actor,
            reason=granting.request.number or "",
        )


def identity_fields(*, today: date, checks_inn: bool) -> tuple[Field, ...]:
    """Who somebody is, field by field."""
    return (
        Field("family_name", lambda: _("Фамилия"), read_name, max_characters=MOST_CHARACTERS, autocomplete="family-name"),
        Field("given_name", lambda: _("Имя"), read_name, max_characters=MOST_CHARACTERS, autocomplete="given-name"),
        Field("middle_name", lambda: _("Отчество"), read_name, is_required=False, max_characters=MOST_CHARACTERS),
        Field(
            "birth_date",
            lambda: _("Дата рождения"),
            lambda text: read_birth_date(text, today=today),
            widget="date",
            hint=lambda: _("ГГГГ-ММ-ДД, например 1984-02-14."),
            missing=lambda: _("Введите дату рождения."),
            autocomplete="bday",
        ),
        Field("gender", lambda: _("Пол"), widget="choice", options=genders, missing=lambda: _("Выберите пол.")),
        Field(
            "inn",
            lambda: _("ИНН"),
            lambda text: read_inn(text, checks_digits=checks_inn),
            widget="digits",
            hint=lambda: _("12 цифр подряд."),
            missing=lambda: _("Введите ИНН."),
        ),
        Field("document_kind", lambda: _("Документ"), widget="choice", options=document_kinds),
        Field(
            "document_number",
            lambda: _("Серия и номер"),
            missing=lambda: _("Введите серию и номер документа."),
            hint=lambda: _("Паспорт России: 4 и 6 цифр, например 0000 000017."),
        ),
    )


def check_document(values: Mapping[str, Any]) -> dict[str, str]:
    """The number has the format of its kind. For the early checks of a form with both fields."""
    if not (values.get("document_kind") and values.get("document_number")):
        return {}
    try:
        read_document_number(DOCUMENT_KINDS[values["document_kind"]], values["document_number"])
    except FieldRefused as refusal:
        return {"document_number": str(refusal)}
    return {}


def changes_of(form: Form, texts: Mapping[str, Any]) -> dict[str, Any]:
    """What the texts change in a person. Raises FieldRefused when a rule has changed since they were typed."""
    told = [field for field in form.fields if field.name in texts]
    changes = {field.name: field.read(texts[field.name]) if texts[field.name] else None for field in told}
    kind, number = changes.pop("document_kind", None), changes.pop("document_number", None)
    if kind == PASSPORT.name and number:
        changes["passport"] = read_document_number(PASSPORT, number)
    return changes


def known_texts(person: Person) -> dict[str, str]:
    """What the register knows of a person, as it would be typed into the fields."""
    return {
        "family_name": person.family_name,
        "given_name": person.given_name,
        "middle_name": person.middle_name or "",
        "birth_date": person.birth_date.isoformat(),
        "gender": person.gender,
        "inn": person.inn or "",
        "document_kind": PASSPORT.name if person.passport else "",
        "document_number": person.passport or "",
    }


def genders() -> list[tuple[str, str]]:
    """The values of the field, and how pages call them."""
    return [("female", _("женский")), ("male", _("мужской"))]


def document_kinds() -> list[tuple[str, str]]:
    """The kinds of identity documents, as pages call them."""
    return [(kind.name, str(kind.label)) for kind in DOCUMENT_KINDS.values()]


IDENTITY = Identity()
