"""Laboratory tests: PCR, antigen and antibodies, read from FHIR Observation. `series` arranges antibodies over time."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from ground.web.language import current_language
from ground.web.language import gettext as _
from rp.forms.form import Field
from rp.records.codes import CodeLabels, Coding, codings_of
from rp.records.entry_fields import KEPT, choice_field, day_field, is_as_told
from rp.records.record_type import Card, Draft, Entry, Finding, Record, ValuesRefused
from rp.records.resource import EntryRefused, EntrySkipped, ResourceReader, plain_number
from rp.records.types.laboratory_test.kinds import (
    BY_CODE,
    KINDS,
    POSITIVE,
    RESULT_BY_CODE,
    RESULTS,
    UNITS,
    Method,
    kind_of,
    unit_name,
)
from rp.records.writing import write_concept, write_patient, write_quantity, write_resource

CATEGORY = Coding("http://terminology.hl7.org/CodeSystem/observation-category", "laboratory")
NUMBER = re.compile(r"\s*(<=|>=|<|>)?\s*(\d{1,7}(?:\.\d{1,4})?)\s*", re.ASCII)
STATUSES = ("final", "amended", "corrected", "registered", "preliminary", "cancelled", "entered-in-error", "unknown")


class LaboratoryTest:
    """The type `laboratory_test`."""

    name = "laboratory_test"
    icon = "tube"
    resource_type = "Observation"
    is_proved = False

    def title(self) -> str:
        return _("Анализы")

    def empty(self) -> str:
        return _("Анализов в регистре нет.")

    def entry_title(self) -> str:
        return _("Новый анализ")

    def read(self, resource: ResourceReader) -> Draft:
        if resource.choice("status", STATUSES) not in STATUSES[:3]:
            raise EntrySkipped("the result is not final")
        codings, name = resource.concept("code")
        day = resource.day("effectiveDateTime")
        organisation = resource.organisation("performer")
        content: dict[str, Any] = {
            "codings": [coding.as_json() for coding in codings],
            "name": name,
            "limit": _read_limit(resource),
        }
        if resource.has("valueQuantity"):
            value, unit, comparator = resource.quantity("valueQuantity")
            content |= {"value": value, "unit": unit, "comparator": comparator}
            result = f"{comparator or ''}{value} {unit}"
        elif resource.has("valueCodeableConcept"):
            result_codings, result_text = resource.concept("valueCodeableConcept")
            content |= {"result": [coding.as_json() for coding in result_codings], "result_text": result_text}
            result = result_codings[0].code
        else:
            raise EntryRefused("valueQuantity or valueCodeableConcept is missing")
        return Draft(
            occurred_on=day,
            organisation=organisation,
            identity=_identity(day, codings, result, organisation),
            content=content,
        )

    def card(self, record: Record, labels: CodeLabels) -> Card:
        name, result = self._name(record, labels), self._result(record, labels)
        facts = [(_("Исследование"), name), (_("Результат"), result)]
        if record.content["limit"]:
            facts.append((_("Порог обнаружения"), record.content["limit"]))
        facts.append((_("Коды"), labels.all_codes(codings_of(record.content["codings"]))))
        return Card(title=_("%(test)s: %(result)s", test=name, result=result), detail="", marks=(), facts=tuple(facts))

    def as_json(self, record: Record, labels: CodeLabels) -> dict[str, Any]:
        content = record.content
        members: dict[str, Any] = {"test": {"name": self._name(record, labels), "codings": content["codings"]}}
        if "value" in content:
            quantity = {"value": content["value"], "unit": content["unit"], "comparator": content["comparator"]}
            return {**members, "quantity": quantity}
        return {**members, "result": {"name": self._result(record, labels), "codings": content["result"]}}

    def as_resource(self, record: Record) -> dict[str, Any]:
        content = record.content
        limit = {"low": write_quantity(content["limit"], content.get("unit"), None, None)} if content["limit"] else None
        members: dict[str, Any] = {
            "status": "final",
            "category": [write_concept([CATEGORY.as_json()])],
            "code": write_concept(content["codings"], content["name"]),
            "subject": write_patient(record.patient_id),
            "effectiveDateTime": record.occurred_on.isoformat(),
            "performer": [{"display": record.organisation}],
            "referenceRange": [limit] if limit else None,
        }
        if "value" in content:
            ucum = UNITS.get(content["unit"])
            members["valueQuantity"] = write_quantity(content["value"], content["unit"], content["comparator"], ucum)
        else:
            members["valueCodeableConcept"] = write_concept(content["result"], content["result_text"])
        return write_resource(self.resource_type, record.id, members)

    def finding(self, record: Record, labels: CodeLabels) -> Finding | None:
        content = record.content
        kind = kind_of(codings_of(content["codings"]))
        is_positive = any((coding.system, coding.code) in POSITIVE for coding in codings_of(content.get("result", ())))
        method = kind.method.value if kind else "other"
        return Finding(record.id, record.occurred_on, method, is_positive, self.card(record, labels).title)

    def proved_by(self, record: Record) -> str | None:
        return None

    def fields(self, entry: Entry) -> tuple[Field, ...]:
        labels, told = entry.labels, entry.corrected
        tests = [(kind.code, labels.name([kind.coding])) for kind in KINDS]
        results = [(result.code, labels.name([result])) for result in RESULTS]
        units = [(unit, unit_name(unit)) for unit in UNITS]
        kept_test = kept_result = ""
        if told is not None:
            values = self.values_of(told)
            kept_test = self._name(told, labels) if values["test"] == KEPT else ""
            kept_result = self._result(told, labels) if values.get("result") == KEPT else ""
            units += [(unit, unit) for unit in [values.get("unit")] if unit and unit not in UNITS]
        return (
            choice_field("test", lambda: _("Исследование"), tests, kept=kept_test),
            day_field("occurred_on", lambda: _("Дата забора"), today=entry.today),
            choice_field(
                "result",
                lambda: _("Результат"),
                results,
                kept=kept_result,
                is_required=False,
                hint=_("Для ПЦР, экспресс-теста и наличия антител"),
            ),
            _number_field("value", lambda: _("Уровень антител"), _("Только для уровня антител: 133, 42,5 или <10")),
            choice_field("unit", lambda: _("Единица"), units, is_required=False),
            _number_field("limit", lambda: _("Порог обнаружения"), _("Если лаборатория его сообщает")),
        )

    def values_of(self, record: Record) -> dict[str, str]:
        content = record.content
        kind = kind_of(codings_of(content["codings"]))
        values = {"test": kind.code if kind else KEPT, "occurred_on": record.occurred_on.isoformat()}
        if "value" in content:
            return {**values, "value": content["value"], "unit": content["unit"], "limit": content["limit"] or ""}
        known = [coding.code for coding in codings_of(content["result"]) if coding.code in RESULT_BY_CODE]
        return {**values, "result": known[0] if known else KEPT}

    def draft_of(self, values: Mapping[str, Any], entry: Entry) -> Draft:
        old = entry.corrected.content if entry.corrected else {}
        told = self.values_of(entry.corrected) if entry.corrected else {}
        kind, is_told = BY_CODE.get(values["test"]), is_as_told(told, values, "test")
        if is_told:
            content = {"codings": old["codings"], "name": old["name"], "limit": None}
            is_quantity = "value" in old
        elif kind is not None:
            content = {"codings": [kind.coding.as_json()], "name": None, "limit": None}
            is_quantity = kind.method is Method.ANTIBODY_QUANTITY
        else:
            raise ValuesRefused({"test": _("Выберите исследование из списка.")})
        if is_quantity:
            content |= _quantity_of(values, old)
            result = f"{content['comparator'] or ''}{content['value']} {content['unit']}"
        else:
            content |= _result_of(values, old if is_as_told(told, values, "result") else {})
            result = content["result"][0]["code"]
        return Draft(
            occurred_on=values["occurred_on"],
            organisation=entry.organisation,
            identity=_identity(values["occurred_on"], codings_of(content["codings"]), result, entry.organisation),
            content=content,
        )

    def _name(self, record: Record, labels: CodeLabels) -> str:
        return str(record.content["name"] or labels.name(codings_of(record.content["codings"])))

    def _result(self, record: Record, labels: CodeLabels) -> str:
        content = record.content
        if "value" in content:
            value = content["value"].replace(".", ",") if current_language() == "ru" else content["value"]
            return f"{content['comparator'] or ''}{value} {unit_name(content['unit'])}"
        return labels.name(codings_of(content["result"])) or str(content["result_text"])


def _identity(day: date, codings: Sequence[Coding], result: str, organisation: str) -> tuple[str, ...]:
    """The same test with the same result of one laboratory on one day; the order of its codes does not matter."""
    kind = kind_of(codings)
    return day.isoformat(), kind.code if kind else codings[0].code, result, organisation.casefold()


def _number_field(name: str, label: Callable[[], str], hint: str) -> Field:
    return Field(name, label, widget="number", hint=lambda: hint, is_required=False, max_characters=20)


def _quantity_of(values: Mapping[str, Any], old: Mapping[str, Any]) -> dict[str, Any]:
    """Value, unit and threshold from the form."""
    errors: dict[str, str] = {}
    # A decimal comma is what people type; a point is what is stored.
    match = NUMBER.fullmatch((values.get("value") or "").replace(",", "."))
    limit = NUMBER.fullmatch((values.get("limit") or "0").replace(",", "."))
    if match is None:
        errors["value"] = _("Напишите число, например 133 или 42,5.") if values.get("value") else _("Напишите уровень антител.")
    if values.get("unit") not in {*UNITS, old.get("unit", "")}:
        errors["unit"] = _("Выберите единицу.")
    if values.get("result"):
        errors["result"] = _("У этого исследования результат записывают числом. Оставьте это поле пустым.")
    if limit is None or limit[1]:
        errors["limit"] = _("Напишите порог числом, например 10.")
    if match is None or limit is None or errors:
        raise ValuesRefused(errors)
    return {
        "value": plain_number(Decimal(match[2]), "value"),
        "unit": values["unit"],
        "comparator": match[1],
        "limit": plain_number(Decimal(limit[2]), "limit") if values.get("limit") else None,
    }


def _result_of(values: Mapping[str, Any], told: Mapping[str, Any]) -> dict[str, Any]:
    """What was found, from the form; `told` are the words of the record that says the same already."""
    errors: dict[str, str] = {}
    for name in ("value", "limit"):
        if values.get(name):
            errors[name] = _("Число пишут только для уровня антител. Оставьте это поле пустым.")
    result = RESULT_BY_CODE.get(values.get("result") or "")
    if result is None and not told:
        errors["result"] = _("Выберите результат.")
    if errors:
        raise ValuesRefused(errors)
    if result is None or told:
        return {"result": told["result"], "result_text": told["result_text"]}
    return {"result": [result.as_json()], "result_text": None}


def _read_limit(resource: ResourceReader) -> str | None:
    """The lower end of the reference range, which for antibodies is the threshold of detection."""
    for entry in resource.items("referenceRange"):
        low = entry.get("low")
        value = low.get("value") if isinstance(low, dict) else None
        return plain_number(value, "referenceRange.low.value")
    return None


LABORATORY_TEST = LaboratoryTest()
