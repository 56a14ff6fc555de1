"""Laboratory tests: PCR, antigen and antibodies, read from FHIR Observation. The series of antibodies is here too."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from ground.web.language import gettext as _
from rp.records.codes import CodeLabels, codings_of
from rp.records.record_type import Card, Draft, Record
from rp.records.resource import EntryRefused, EntrySkipped, ResourceReader

LOINC = "http://loinc.org"
ANTIBODY_QUANTITIES = frozenset({"94505-5"})
"""IgG in units by volume."""
STATUSES = ("final", "amended", "corrected", "registered", "preliminary", "cancelled", "entered-in-error", "unknown")


class LaboratoryTest:
    """The type `laboratory_test`."""

    name = "laboratory_test"
    icon = "tube"
    resource_type = "Observation"

    def title(self) -> str:
        return _("Анализы")

    def empty(self) -> str:
        return _("Анализов в регистре нет.")

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
            identity=(day.isoformat(), codings[0].code, result, organisation.casefold()),
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

    def _name(self, record: Record, labels: CodeLabels) -> str:
        return str(record.content["name"] or labels.name(codings_of(record.content["codings"])))

    def _result(self, record: Record, labels: CodeLabels) -> str:
        content = record.content
        if "value" in content:
            return f"{content['comparator'] or ''}{content['value'].replace('.', ',')} {content['unit']}"
        return labels.name(codings_of(content["result"])) or str(content["result_text"])


@dataclass(frozen=True)
class AntibodyPoint:
    """One value of the antibody series; `change` is the difference to the value before it."""

    day: date
    value: Decimal
    change: Decimal | None


@dataclass(frozen=True)
class AntibodySeries:
    """Antibodies over time, oldest first, all in one unit; `limit` is the threshold of detection if the sources agree on one."""

    unit: str
    limit: Decimal | None
    points: tuple[AntibodyPoint, ...]


def antibody_series(records: Sequence[Record]) -> AntibodySeries | None:
    """The antibody values among laboratory tests, in the unit of the newest; None when there are fewer than two."""
    found = sorted(
        (record for record in records if "value" in record.content and _is_antibody(record)),
        key=lambda record: record.occurred_on,
    )
    if not found:
        return None
    unit = found[-1].content["unit"]
    same = [record for record in found if record.content["unit"] == unit and record.content["comparator"] is None]
    if len(same) < 2:
        return None
    limits = {record.content["limit"] for record in same}
    points: list[AntibodyPoint] = []
    for record in same:
        value = Decimal(record.content["value"])
        points.append(AntibodyPoint(record.occurred_on, value, value - points[-1].value if points else None))
    limit = limits.pop() if len(limits) == 1 else None
    return AntibodySeries(unit, Decimal(limit) if limit else None, tuple(points))


def _is_antibody(record: Record) -> bool:
    return any(entry["system"] == LOINC and entry["code"] in ANTIBODY_QUANTITIES for entry in record.content["codings"])


def _read_limit(resource: ResourceReader) -> str | None:
    """The lower end of the reference range, which for antibodies is the threshold of detection."""
    for entry in resource.items("referenceRange"):
        low = entry.get("low")
        value = low.get("value") if isinstance(low, dict) else None
        if not isinstance(value, (int, Decimal)) or isinstance(value, bool):
            raise EntryRefused("referenceRange.low.value must be a number")
        return str(value)
    return None


LABORATORY_TEST = LaboratoryTest()
