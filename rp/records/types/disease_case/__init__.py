"""Disease cases, read from FHIR Condition; the number of the register record (УНРЗ) names a case."""

from datetime import date
from typing import Any

from ground.web.language import gettext as _
from rp.records.codes import CodeLabels, codings_of
from rp.records.record_type import Card, Draft, Mark, Record
from rp.records.resource import EntryRefused, EntrySkipped, ResourceReader

NUMBER_SYSTEM = "urn:propusk:unrz"
NUMBER_DIGITS = 16
CLOSED = frozenset({"inactive", "remission", "resolved"})
NO_CASE = frozenset({"refuted", "entered-in-error"})


class DiseaseCase:
    """The type `disease_case`."""

    name = "disease_case"
    icon = "case"
    resource_type = "Condition"

    def title(self) -> str:
        return _("Случаи болезни")

    def empty(self) -> str:
        return _("Случаев болезни в регистре нет.")

    def read(self, resource: ResourceReader) -> Draft:
        if resource.status_code("verificationStatus") in NO_CASE:
            raise EntrySkipped("the case is refuted")
        codings, diagnosis = resource.concept("code")
        day, ended = resource.day("onsetDateTime"), resource.day_or_none("abatementDateTime")
        if ended is not None and ended < day:
            raise EntryRefused("abatementDateTime is before onsetDateTime")
        number = _read_number(resource)
        severity = resource.concept_or_none("severity")
        identity = (number,) if number else (day.isoformat(), codings[0].code)
        return Draft(
            occurred_on=day,
            organisation=resource.organisation("asserter", "recorder"),
            identity=identity,
            content={
                "codings": [coding.as_json() for coding in codings],
                "diagnosis": diagnosis,
                "ended_on": ended.isoformat() if ended else None,
                "clinical_status": resource.status_code("clinicalStatus"),
                "severity": [coding.as_json() for coding in severity[0]] if severity else [],
                "number": number,
            },
        )

    def card(self, record: Record, labels: CodeLabels) -> Card:
        content = record.content
        severity = labels.name(codings_of(content["severity"]))
        is_closed = content["clinical_status"] in CLOSED or content["ended_on"] is not None
        facts = [(_("Диагноз"), self._diagnosis(record, labels))]
        if severity:
            facts.append((_("Течение"), severity))
        if content["number"]:
            facts.append((_("УНРЗ"), content["number"]))
        facts.append((_("Коды"), labels.all_codes(codings_of(content["codings"]))))
        return Card(
            title=_("Случай болезни, %(severity)s", severity=severity) if severity else _("Случай болезни"),
            detail=_("УНРЗ %(number)s", number=content["number"]) if content["number"] else "",
            marks=(Mark(_("закрыт")) if is_closed else Mark(_("идёт лечение"), "warn", "clock"),),
            facts=tuple(facts),
            ended_on=date.fromisoformat(content["ended_on"]) if content["ended_on"] else None,
        )

    def as_json(self, record: Record, labels: CodeLabels) -> dict[str, Any]:
        content = record.content
        return {
            "diagnosis": {"name": self._diagnosis(record, labels), "codings": content["codings"]},
            "ended_on": content["ended_on"],
            "number": content["number"],
        }

    def _diagnosis(self, record: Record, labels: CodeLabels) -> str:
        return str(record.content["diagnosis"] or labels.name(codings_of(record.content["codings"])))


def _read_number(resource: ResourceReader) -> str | None:
    for identifier in resource.items("identifier"):
        if identifier.get("system") == NUMBER_SYSTEM:
            number = identifier.get("value")
            if not isinstance(number, str) or len(number) != NUMBER_DIGITS or not number.isascii() or not number.isdecimal():
                raise EntryRefused(f"identifier: a УНРЗ has {NUMBER_DIGITS} digits")
            return number
    return None


DISEASE_CASE = DiseaseCase()
