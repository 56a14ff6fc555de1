"""Disease cases, read from FHIR Condition; the number of the register record (УНРЗ) names a case."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from ground.web.language import format_day
from ground.web.language import gettext as _
from rp.forms.form import Field
from rp.records.codes import CodeLabels, Coding, codings_of
from rp.records.entry_fields import KEPT, choice_field, day_field, is_as_told
from rp.records.record_type import PROOF, Card, Draft, Entry, Finding, Mark, Record, ValuesRefused
from rp.records.resource import EntryRefused, EntrySkipped, ResourceReader, read_text
from rp.records.types.disease_case.diagnoses import DIAGNOSES, SEVERITIES, SNOMED
from rp.records.writing import write_concept, write_patient, write_resource, write_status

NUMBER_SYSTEM = "urn:propusk:unrz"
NUMBER_DIGITS = 16
CLOSED = frozenset({"inactive", "remission", "resolved"})
NO_CASE = frozenset({"refuted", "entered-in-error"})


class DiseaseCase:
    """The type `disease_case`."""

    name = "disease_case"
    icon = "case"
    resource_type = "Condition"
    is_proved = True

    def title(self) -> str:
        return _("Случаи болезни")

    def empty(self) -> str:
        return _("Случаев болезни в регистре нет.")

    def entry_title(self) -> str:
        return _("Новый случай болезни")

    def read(self, resource: ResourceReader) -> Draft:
        if resource.status_code("verificationStatus") in NO_CASE:
            raise EntrySkipped("the case is refuted")
        codings, diagnosis = resource.concept("code")
        day, ended = resource.day("onsetDateTime"), resource.day_or_none("abatementDateTime")
        if ended is not None and ended < day:
            raise EntryRefused("abatementDateTime is before onsetDateTime")
        number = _read_number(resource)
        severity = resource.concept_or_none("severity")
        return Draft(
            occurred_on=day,
            organisation=resource.organisation("asserter", "recorder"),
            identity=_identity(day, number, codings),
            content={
                "codings": [coding.as_json() for coding in codings],
                "diagnosis": diagnosis,
                "ended_on": ended.isoformat() if ended else None,
                "clinical_status": resource.status_code("clinicalStatus") or ("resolved" if ended else "active"),
                "severity": [coding.as_json() for coding in severity[0]] if severity else [],
                "number": number,
                "test": _read_evidence(resource),
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

    def as_resource(self, record: Record) -> dict[str, Any]:
        content = record.content
        test = content.get("test")
        members = {
            "identifier": [{"system": NUMBER_SYSTEM, "value": content["number"]}] if content["number"] else None,
            "clinicalStatus": write_status("condition-clinical", content["clinical_status"] or "active"),
            "verificationStatus": write_status("condition-ver-status", "confirmed"),
            "severity": write_concept(content["severity"]),
            "code": write_concept(content["codings"], content["diagnosis"]),
            "subject": write_patient(record.patient_id),
            "onsetDateTime": record.occurred_on.isoformat(),
            "abatementDateTime": content["ended_on"],
            "asserter": {"display": record.organisation},
            "evidence": [{"detail": [{"reference": f"Observation/{test}"}]}] if test else None,
        }
        return write_resource(self.resource_type, record.id, members)

    def finding(self, record: Record, labels: CodeLabels) -> Finding | None:
        return None

    def proved_by(self, record: Record) -> str | None:
        return record.content.get("test")

    def fields(self, entry: Entry) -> tuple[Field, ...]:
        labels, told = entry.labels, entry.corrected
        tests = [
            (test.record_id, f"{format_day(test.found_on)}, {test.title}") for test in entry.findings if test.method == PROOF
        ]
        kept_test = kept_diagnosis = ""
        if told is not None:
            values = self.values_of(told)
            kept_test = _("Как в записи") if values["pcr"] == KEPT else ""
            kept_diagnosis = self._diagnosis(told, labels) if values["diagnosis"] == KEPT else ""
        hint = _("Случай открывают только по положительному ПЦР этого пациента")
        return (
            choice_field("pcr", lambda: _("Тест ПЦР"), tests, kept=kept_test, hint=hint),
            choice_field(
                "diagnosis",
                lambda: _("Диагноз"),
                [(code, f"{labels.name(codings)} ({code})") for code, codings in DIAGNOSES.items()],
                kept=kept_diagnosis,
            ),
            day_field("occurred_on", lambda: _("Начало болезни"), today=entry.today),
            choice_field(
                "severity",
                lambda: _("Течение, если известно"),
                [(code, labels.name([Coding(SNOMED, code)])) for code in SEVERITIES],
                is_required=False,
            ),
            day_field("ended_on", lambda: _("Выздоровление, если уже наступило"), today=entry.today, is_required=False),
        )

    def values_of(self, record: Record) -> dict[str, str]:
        content = record.content
        diagnosis = next((coding.code for coding in codings_of(content["codings"]) if coding.code in DIAGNOSES), KEPT)
        severity = next((coding.code for coding in codings_of(content["severity"]) if coding.code in SEVERITIES), "")
        return {
            "pcr": content.get("test") or KEPT,
            "diagnosis": diagnosis,
            "occurred_on": record.occurred_on.isoformat(),
            "severity": severity,
            "ended_on": content["ended_on"] or "",
        }

    def draft_of(self, values: Mapping[str, Any], entry: Entry) -> Draft:
        old = entry.corrected.content if entry.corrected else {}
        told = self.values_of(entry.corrected) if entry.corrected else {}
        errors = dict(_problems(values, entry, told))
        if errors:
            raise ValuesRefused(errors)
        ended = values.get("ended_on")
        content: dict[str, Any] = {
            "ended_on": ended.isoformat() if ended else None,
            "clinical_status": "resolved" if ended else "active",
            "severity": [Coding(SNOMED, values["severity"]).as_json()] if values.get("severity") else [],
            "number": old["number"] if entry.corrected else entry.issue_number(),
            "test": old.get("test") if is_as_told(told, values, "pcr") else values["pcr"],
        }
        if is_as_told(told, values, "diagnosis"):
            content |= {"codings": old["codings"], "diagnosis": old["diagnosis"]}
        else:
            codings = [coding.as_json() for coding in DIAGNOSES[values["diagnosis"]]]
            content |= {"codings": codings, "diagnosis": None}
        return Draft(
            occurred_on=values["occurred_on"],
            organisation=entry.organisation,
            identity=_identity(values["occurred_on"], content["number"], codings_of(content["codings"])),
            content=content,
        )

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


def _identity(day: date, number: str | None, codings: Sequence[Coding]) -> tuple[str, ...]:
    return (number,) if number else (day.isoformat(), codings[0].code)


def _problems(values: Mapping[str, Any], entry: Entry, told: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """What speaks against a case: only a positive PCR of this very patient opens one (mission R004)."""
    if not is_as_told(told, values, "pcr"):
        test = next((finding for finding in entry.findings if finding.record_id == values["pcr"]), None)
        if test is None or test.method != PROOF:
            yield "pcr", _("Нужен тест ПЦР этого пациента. Экспресс-тест и антитела случая не подтверждают")
        elif not test.is_positive:
            yield "pcr", _("В этом тесте ПЦР вирус не обнаружен. Случай открывают только по положительному")
        elif any(record.content.get("test") == test.record_id for record in _others(entry)):
            yield "pcr", _("По этому тесту случай уже открыт")
    if values["diagnosis"] not in DIAGNOSES and not is_as_told(told, values, "diagnosis"):
        yield "diagnosis", _("Выберите диагноз из списка")
    if values.get("severity") and values["severity"] not in SEVERITIES:
        yield "severity", _("Выберите течение из списка")
    if values.get("ended_on") and values["ended_on"] < values["occurred_on"]:
        yield "ended_on", _("Выздоровление раньше начала болезни")


def _others(entry: Entry) -> Iterator[Record]:
    """The patient's other cases: each of them has a test of its own."""
    corrected = entry.corrected.id if entry.corrected else None
    return (record for record in entry.known if record.type_name == DiseaseCase.name and record.id != corrected)


def _read_evidence(resource: ResourceReader) -> str | None:
    """The test that proves the case, where the source names one of ours."""
    for evidence in resource.items("evidence"):
        details = evidence.get("detail")
        for detail in details if isinstance(details, list) else ():
            reference = detail.get("reference") if isinstance(detail, Mapping) else None
            if isinstance(reference, str) and reference.startswith("Observation/"):
                return read_text(reference.removeprefix("Observation/"), "evidence.detail.reference")
    return None


DISEASE_CASE = DiseaseCase()
