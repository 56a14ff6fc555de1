"""Vaccinations: one dose is one record, read from FHIR Immunization."""

from typing import Any

from ground.web.language import gettext as _
from rp.records.codes import CodeLabels, codings_of
from rp.records.record_type import Card, Draft, Mark, Record
from rp.records.resource import EntryRefused, EntrySkipped, ResourceReader, read_text


class Vaccination:
    """The type `vaccination`."""

    name = "vaccination"
    icon = "syringe"
    resource_type = "Immunization"

    def title(self) -> str:
        return _("Прививки")

    def empty(self) -> str:
        return _("Прививок в регистре нет.")

    def read(self, resource: ResourceReader) -> Draft:
        """A dose is given at one place on one day from one lot: sources that code the vaccine differently tell of one dose."""
        if resource.choice("status", ("completed", "not-done", "entered-in-error")) != "completed":
            raise EntrySkipped("no dose was given")
        codings, product = resource.concept("vaccineCode")
        day = resource.day("occurrenceDateTime")
        organisation = resource.organisation("performer", "location")
        lot = resource.text("lotNumber")
        dose, series = _read_protocol(resource)
        identity = (lot.casefold(),) if lot else tuple(sorted(f"{coding.system}|{coding.code}" for coding in codings))
        return Draft(
            occurred_on=day,
            organisation=organisation,
            identity=(day.isoformat(), organisation.casefold(), *identity),
            content={
                "codings": [coding.as_json() for coding in codings],
                "product": product,
                "lot": lot,
                "dose": dose,
                "series": series,
                "manufacturer": _read_manufacturer(resource),
            },
        )

    def card(self, record: Record, labels: CodeLabels) -> Card:
        content, vaccine = record.content, self._vaccine(record, labels)
        dose, series, lot = content["dose"], content["series"], content["lot"]
        facts = [(_("Вакцина"), vaccine)]
        if dose:
            facts.append((_("Доза"), _("%(dose)s из %(series)s", dose=dose, series=series) if series else str(dose)))
        if lot:
            facts.append((_("Серия"), lot))
        if content["manufacturer"]:
            facts.append((_("Производитель"), content["manufacturer"]))
        facts.append((_("Коды"), labels.all_codes(codings_of(content["codings"]))))
        marks = (Mark(_("курс завершён"), "good", "check"),) if dose and dose == series else ()
        return Card(
            title=_dose_title(dose),
            detail=_("вакцина «%(vaccine)s», серия %(lot)s", vaccine=vaccine, lot=lot)
            if lot
            else _("вакцина «%(vaccine)s»", vaccine=vaccine),
            marks=marks,
            facts=tuple(facts),
        )

    def as_json(self, record: Record, labels: CodeLabels) -> dict[str, Any]:
        content = record.content
        return {
            "vaccine": {"name": self._vaccine(record, labels), "codings": content["codings"]},
            "lot": content["lot"],
            "dose": content["dose"],
            "series": content["series"],
        }

    def _vaccine(self, record: Record, labels: CodeLabels) -> str:
        return str(record.content["product"] or labels.name(codings_of(record.content["codings"])))


def _dose_title(dose: int | None) -> str:
    match dose:
        case None:
            return _("Прививка")
        case 1:
            return _("Прививка, первая доза")
        case 2:
            return _("Прививка, вторая доза")
        case 3:
            return _("Прививка, третья доза")
    return _("Прививка, доза %(dose)s", dose=dose)


def _read_protocol(resource: ResourceReader) -> tuple[int | None, int | None]:
    """Number of the dose and of doses in the course, where the source tells them."""
    for protocol in resource.items("protocolApplied"):
        numbers = [protocol.get("doseNumberPositiveInt"), protocol.get("seriesDosesPositiveInt")]
        for number in numbers:
            if number is not None and (not isinstance(number, int) or isinstance(number, bool) or not 0 < number < 100):
                raise EntryRefused("protocolApplied: a number of doses must be a positive integer")
        return numbers[0], numbers[1]
    return None, None


def _read_manufacturer(resource: ResourceReader) -> str | None:
    for entry in resource.references("manufacturer"):
        shown = read_text(entry.get("display"), "manufacturer.display")
        identifier = entry.get("identifier")
        if shown is None and isinstance(identifier, dict):
            shown = read_text(identifier.get("value"), "manufacturer.identifier.value")
        return shown
    return None


VACCINATION = Vaccination()
