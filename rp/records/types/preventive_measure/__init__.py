"""Preventive measures such as isolation, read from FHIR ServiceRequest."""

from datetime import date
from typing import Any

from ground.web.language import counted
from ground.web.language import gettext as _
from rp.records.codes import CodeLabels, codings_of
from rp.records.record_type import Card, Draft, Mark, Record
from rp.records.resource import EntrySkipped, ResourceReader, read_concept

STATUSES = ("active", "completed", "on-hold", "revoked", "draft", "entered-in-error", "unknown")
IN_FORCE = frozenset({"active", "on-hold"})


class PreventiveMeasure:
    """The type `preventive_measure`."""

    name = "preventive_measure"
    icon = "shield"
    resource_type = "ServiceRequest"

    def title(self) -> str:
        return _("Профилактические меры")

    def empty(self) -> str:
        return _("Профилактических мер в регистре нет.")

    def read(self, resource: ResourceReader) -> Draft:
        status = resource.choice("status", STATUSES)
        if status not in STATUSES[:4]:
            raise EntrySkipped("the measure was not ordered")
        codings, measure = resource.concept("code")
        reasons = [coding for number, entry in enumerate(resource.items("reasonCode")) for coding in _reason(entry, number)]
        start, end = resource.period("occurrencePeriod")
        organisation = resource.organisation("requester", "performer")
        return Draft(
            occurred_on=start,
            organisation=organisation,
            identity=(start.isoformat(), codings[0].code, organisation.casefold()),
            content={
                "codings": [coding.as_json() for coding in codings],
                "measure": measure,
                "reasons": [coding.as_json() for coding in reasons],
                "ended_on": end.isoformat() if end else None,
                "status": status,
            },
        )

    def card(self, record: Record, labels: CodeLabels) -> Card:
        content, measure = record.content, self._measure(record, labels)
        reasons = codings_of(content["reasons"])
        ended = date.fromisoformat(content["ended_on"]) if content["ended_on"] else None
        is_in_force = content["status"] in IN_FORCE
        facts = [(_("Мера"), measure)]
        if reasons:
            facts.append((_("Основание"), f"{labels.name(reasons)} ({labels.code(reasons[0])})"))
        facts.append((_("Коды"), labels.all_codes(codings_of(content["codings"]))))
        title = measure
        if ended:
            length = counted((ended - record.occurred_on).days, "%(number)s день|%(number)s дня|%(number)s дней")
            title = f"{measure}, {length}"
        mark = Mark(_("действует"), "warn", "clock") if is_in_force else Mark(_("снята"))
        return Card(title=title, detail="", marks=(mark,), facts=tuple(facts), ended_on=ended)

    def as_json(self, record: Record, labels: CodeLabels) -> dict[str, Any]:
        content = record.content
        return {
            "measure": {"name": self._measure(record, labels), "codings": content["codings"]},
            "reasons": content["reasons"],
            "ended_on": content["ended_on"],
            "in_force": content["status"] in IN_FORCE,
        }

    def _measure(self, record: Record, labels: CodeLabels) -> str:
        return str(record.content["measure"] or labels.name(codings_of(record.content["codings"])))


def _reason(entry: Any, number: int) -> Any:
    return read_concept(entry, f"reasonCode[{number}]")[0]


PREVENTIVE_MEASURE = PreventiveMeasure()
