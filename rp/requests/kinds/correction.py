"""Requests to put one field of a record right (R137).

Granted, the record has another version, and the old value stays in the one before.
"""

from collections.abc import Mapping
from typing import Any

from ground.web.language import format_day
from ground.web.language import gettext as _
from rp.forms.form import Field, Form
from rp.records.catalogue import BY_NAME
from rp.records.codes import CodeLabels
from rp.records.entering import correct_record, entry_of, form_of
from rp.records.store import find_record
from rp.requests.kind import Asking, CannotGrant, Granting, Request, RequestKind, show_texts

VALUE_CHARACTERS, WHY_CHARACTERS = 300, 1000


class Correction(RequestKind):
    """The kind `correction`."""

    name = "correction"
    icon = "refresh"
    is_offered = False
    asks_of_a_record = True

    def title(self) -> str:
        return _("Исправить запись")

    def lead(self) -> str:
        return _("Скажите, что в записи неверно и как правильно. Прежнее значение останется в истории записи.")

    def form(self, asking: Asking) -> Form:
        fields = [(known.name, known.label()) for known in _record_form(asking).fields]
        return Form(
            (
                Field("field", lambda: _("Что неверно"), widget="choice", options=lambda: fields),
                Field(
                    "value",
                    lambda: _("Как правильно"),
                    hint=lambda: _("Дату пишите так: 2026-02-14."),
                    max_characters=VALUE_CHARACTERS,
                    missing=lambda: _("Напишите, как правильно."),
                ),
                Field("why", lambda: _("Откуда это известно"), widget="long", max_characters=WHY_CHARACTERS),
            )
        )

    def complaints(self, asking: Asking, values: Mapping[str, Any]) -> Mapping[str, str]:
        known = _field(asking, values["field"])
        if known is None:
            return {"field": _("Выберите одно из списка.")}
        error = Form((known,)).read_one(known.name, _as_value(known, values["value"]))
        if error is None:
            return {}
        if known.options is not None:
            allowed = "; ".join(label for _value, label in known.options())
            return {"value": _("Может быть только одно из этого: %(allowed)s.", allowed=allowed)}
        return {"value": error}

    def facts(self, asking: Asking, request: Request) -> list[tuple[str, str]]:
        if asking.record is None:
            return []
        card = BY_NAME[asking.record.type_name].card(asking.record, asking.realm.room(CodeLabels))
        facts = [(_("Запись"), card.title), (_("Когда"), format_day(asking.record.occurred_on)), *super().facts(asking, request)]
        known = _field(asking, request.values["field"])
        if known is None:  # a draft says what was typed
            return facts
        now = _shown(known, _texts(asking).get(known.name, ""))
        return [*facts, (_("Сейчас в записи"), now or _("не указано"))]

    def grant(self, granting: Granting) -> None:
        request = granting.request
        record = find_record(granting.connection, granting.realm, request.record_id or "")
        if record is None:
            raise CannotGrant(_("Записи больше нет."))
        asking = Asking(granting.connection, granting.realm, request.patient_id, record)
        known = _field(asking, request.values["field"])
        if known is None:
            raise CannotGrant(_("В записи больше нет такого поля."))
        outcome = correct_record(
            granting.connection,
            granting.realm,
            record=record,
            kind=BY_NAME[record.type_name],
            sent={**_texts(asking), known.name: _as_value(known, request.values["value"])},
            expected_version=record.version,
            author=granting.decider.actor,
            reason=str(request.number),  # the words stand in the request, sealed
        )
        if outcome.is_same:
            raise CannotGrant(_("В записи это уже так."))
        if outcome.record is None:
            raise CannotGrant(" ".join(outcome.read.errors.values()) or _("Такая запись в регистре уже есть."))


def _record_form(asking: Asking) -> Form:
    """The form of the record, as whoever corrects it by hand has it."""
    record = asking.record
    if record is None:
        return Form(())
    entry = entry_of(asking.connection, asking.realm, patient_id=record.patient_id, organisation="", corrected=record)
    return form_of(BY_NAME[record.type_name], entry)


def _field(asking: Asking, name: str) -> Field | None:
    return next((known for known in _record_form(asking).fields if known.name == name), None)


def _texts(asking: Asking) -> dict[str, str]:
    """What the record says now, as it would be typed."""
    return BY_NAME[asking.record.type_name].values_of(asking.record) if asking.record else {}


def _as_value(known: Field, typed: str) -> str:
    """What was typed, where one of a list is meant by its words."""
    if known.options is None:
        return typed.strip()
    words = {label.casefold(): value for value, label in known.options()}
    return words.get(typed.strip().casefold(), typed.strip())


def _shown(known: Field, text: str) -> str:
    return dict(show_texts(Form((known,)), {known.name: text})).get(known.label(), "")


CORRECTION = Correction()
