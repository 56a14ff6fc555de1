"""Preventive measures such as isolation, read from FHIR ServiceRequest."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from ground.web.language import counted, format_day
from ground.web.language import gettext as _
from rp.forms.form import Field
from rp.records.codes import CodeLabels, Coding, codings_of
from rp.records.entry_fields import KEPT, choice_field, day_field, is_as_told
from rp.records.record_type import Card, Draft, Entry, Finding, Mark, Record, ValuesRefused
from rp.records.resource import EntrySkipped, ResourceReader, read_concept
from rp.records.types.preventive_measure.measures import ICD_10, MEASURES, REASONS, SYSTEM
from rp.records.writing import write_concept, write_patient, write_period, write_resource

STATUSES = ("active", "completed", "on-hold", "revoked", "draft", "entered-in-error", "unknown")
IN_FORCE = frozenset({"active", "on-hold"})


class PreventiveMeasure:
    """The type `preventive_measure`."""

    name = "preventive_measure"
    icon = "shield"
    resource_type = "ServiceRequest"
    is_proved = False

    def title(self) -> str:
        return _("Профилактические меры")

    def empty(self) -> str:
        return _("Профилактических мер в регистре нет.")

    def entry_title(self) -> str:
        return _("Новая мера")

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
            identity=_identity(start, codings, organisation),
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
        mark = Mark(_("снята"))
        if is_in_force:
            mark = Mark(_("до %(day)s", day=format_day(ended)) if ended else _("действует"), "warn", "clock")
        return Card(title=title, detail="", marks=(mark,), facts=tuple(facts), ended_on=ended)

    def as_json(self, record: Record, labels: CodeLabels) -> dict[str, Any]:
        content = record.content
        return {
            "measure": {"name": self._measure(record, labels), "codings": content["codings"]},
            "reasons": content["reasons"],
            "ended_on": content["ended_on"],
            "in_force": content["status"] in IN_FORCE,
        }

    def as_resource(self, record: Record) -> dict[str, Any]:
        content = record.content
        members = {
            "status": content["status"],
            "intent": "order",
            "code": write_concept(content["codings"], content["measure"]),
            "subject": write_patient(record.patient_id),
            "occurrencePeriod": write_period(record.occurred_on, content["ended_on"]),
            "requester": {"display": record.organisation},
            "reasonCode": [write_concept([reason]) for reason in content["reasons"]],
        }
        return write_resource(self.resource_type, record.id, members)

    def finding(self, record: Record, labels: CodeLabels) -> Finding | None:
        return None

    def proved_by(self, record: Record) -> str | None:
        return None

    def fields(self, entry: Entry) -> tuple[Field, ...]:
        labels, told = entry.labels, entry.corrected
        kept_measure = kept_reason = ""
        if told is not None:
            values = self.values_of(told)
            kept_measure = self._measure(told, labels) if values["measure"] == KEPT else ""
            kept_reason = labels.name(codings_of(told.content["reasons"])) if values["reason"] == KEPT else ""
        measures = [(code, labels.name(codings)) for code, codings in MEASURES.items()]
        reasons = [(code, f"{labels.name([Coding(ICD_10, code)])} ({code})") for code in REASONS]
        return (
            choice_field("measure", lambda: _("Мера"), measures, kept=kept_measure),
            day_field("occurred_on", lambda: _("Начало"), today=entry.today),
            day_field("ended_on", lambda: _("Конец, если он известен"), today=None, is_required=False),
            choice_field("reason", lambda: _("Основание"), reasons, kept=kept_reason, is_required=False),
        )

    def values_of(self, record: Record) -> dict[str, str]:
        content = record.content
        measure = next((coding.code for coding in codings_of(content["codings"]) if coding.system == SYSTEM), KEPT)
        reason = next((coding.code for coding in codings_of(content["reasons"]) if coding.code in REASONS), "")
        return {
            "measure": measure,
            "occurred_on": record.occurred_on.isoformat(),
            "ended_on": content["ended_on"] or "",
            "reason": reason or (KEPT if content["reasons"] else ""),
        }

    def draft_of(self, values: Mapping[str, Any], entry: Entry) -> Draft:
        old = entry.corrected.content if entry.corrected else {}
        told = self.values_of(entry.corrected) if entry.corrected else {}
        errors = dict(_problems(values, told))
        if errors:
            raise ValuesRefused(errors)
        start, end, reason = values["occurred_on"], values.get("ended_on"), values.get("reason")
        content: dict[str, Any] = {
            "reasons": [Coding(ICD_10, reason).as_json()] if reason else [],
            "ended_on": end.isoformat() if end else None,
            "status": "completed" if end and end < entry.today else "active",
        }
        if is_as_told(told, values, "reason"):
            content["reasons"] = old["reasons"]
        if is_as_told(told, values, "measure"):
            content |= {"codings": old["codings"], "measure": old["measure"]}
        else:
            codings = [coding.as_json() for coding in MEASURES[values["measure"]]]
            content |= {"codings": codings, "measure": None}
        return Draft(
            occurred_on=start,
            organisation=entry.organisation,
            identity=_identity(start, codings_of(content["codings"]), entry.organisation),
            content=content,
        )

    def _measure(self, record: Record, labels: CodeLabels) -> str:
        return str(record.content["measure"] or labels.name(codings_of(record.content["codings"])))


def _reason(entry: Any, number: int) -> Any:
    return read_concept(entry, f"reasonCode[{number}]")[0]


def _identity(start: date, codings: Sequence[Coding], organisation: str) -> tuple[str, ...]:
    """One organisation orders a measure from one day once, however it is coded."""
    names = {(coding.system, coding.code) for coding in codings}
    ours = (code for code, own in MEASURES.items() if any((coding.system, coding.code) in names for coding in own))
    return start.isoformat(), next(ours, codings[0].code), organisation.casefold()


def _problems(values: Mapping[str, Any], told: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    if values["measure"] not in MEASURES and not is_as_told(told, values, "measure"):
        yield "measure", _("Выберите меру из списка")
    reason = values.get("reason")
    if reason and reason not in REASONS and not is_as_told(told, values, "reason"):
        yield "reason", _("Выберите основание из списка")
    if values.get("ended_on") and values["ended_on"] < values["occurred_on"]:
        yield "ended_on", _("Конец раньше начала")


PREVENTIVE_MEASURE = PreventiveMeasure()
