"""Vaccinations: one dose is one record, read from FHIR Immunization."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from ground.web.language import gettext as _
from rp.forms.form import Field
from rp.forms.formats import FieldRefused
from rp.records.codes import CodeLabels, Coding, codings_of
from rp.records.entry_fields import KEPT, choice_field, day_field, is_as_told
from rp.records.record_type import Card, Draft, Entry, Finding, Mark, Record, ValuesRefused
from rp.records.resource import EntryRefused, EntrySkipped, ResourceReader, read_text
from rp.records.types.vaccination.products import BY_CODE, PRODUCTS, product_of
from rp.records.writing import write_concept, write_patient, write_resource

MAX_LOT_CHARACTERS, MAX_DOSE = 50, 20
LOOKALIKES = str.maketrans("авекмнорстух", "abekmhopctyx")


class Vaccination:
    """The type `vaccination`."""

    name = "vaccination"
    icon = "syringe"
    resource_type = "Immunization"
    is_proved = False

    def title(self) -> str:
        return _("Прививки")

    def empty(self) -> str:
        return _("Прививок в регистре нет.")

    def entry_title(self) -> str:
        return _("Новая прививка")

    def read(self, resource: ResourceReader) -> Draft:
        if resource.choice("status", ("completed", "not-done", "entered-in-error")) != "completed":
            raise EntrySkipped("no dose was given")
        codings, product = resource.concept("vaccineCode")
        day = resource.day("occurrenceDateTime")
        organisation = resource.organisation("performer", "location")
        lot = resource.text("lotNumber")
        dose, series = _read_protocol(resource)
        return Draft(
            occurred_on=day,
            organisation=organisation,
            identity=_identity(day, lot, codings),
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

    def as_resource(self, record: Record) -> dict[str, Any]:
        content = record.content
        protocol = {"doseNumberPositiveInt": content["dose"], "seriesDosesPositiveInt": content["series"]}
        members = {
            "status": "completed",
            "vaccineCode": write_concept(content["codings"], content["product"]),
            "patient": write_patient(record.patient_id),
            "occurrenceDateTime": record.occurred_on.isoformat(),
            "manufacturer": {"display": content["manufacturer"]} if content["manufacturer"] else None,
            "lotNumber": content["lot"],
            "performer": [{"actor": {"display": record.organisation}}],
            "protocolApplied": [{name: number for name, number in protocol.items() if number}] if content["dose"] else None,
        }
        return write_resource(self.resource_type, record.id, members)

    def finding(self, record: Record, labels: CodeLabels) -> Finding | None:
        return None

    def proved_by(self, record: Record) -> str | None:
        return None

    def fields(self, entry: Entry) -> tuple[Field, ...]:
        products = [(product.code, entry.labels.name(product.codings)) for product in PRODUCTS]
        told = entry.corrected
        is_ours = told is None or product_of(codings_of(told.content["codings"])) is not None
        kept = "" if told is None or is_ours else self._vaccine(told, entry.labels)
        return (
            choice_field("product", lambda: _("Вакцина"), products, kept=kept),
            day_field("occurred_on", lambda: _("Дата прививки"), today=entry.today),
            Field(
                "lot",
                lambda: _("Серия"),
                hint=lambda: _("Как на упаковке, например УЧ-0417"),
                max_characters=MAX_LOT_CHARACTERS,
                missing=lambda: _("Введите серию вакцины."),
            ),
            Field(
                "dose",
                lambda: _("Номер дозы"),
                read=_read_dose,
                widget="digits",
                max_characters=2,
                missing=lambda: _("Введите номер дозы: 1, 2 или больше."),
            ),
        )

    def values_of(self, record: Record) -> dict[str, str]:
        content = record.content
        product = product_of(codings_of(content["codings"]))
        return {
            "product": product.code if product else KEPT,
            "occurred_on": record.occurred_on.isoformat(),
            "lot": content["lot"] or "",
            "dose": str(content["dose"] or ""),
        }

    def draft_of(self, values: Mapping[str, Any], entry: Entry) -> Draft:
        product, lot, dose = BY_CODE.get(values["product"]), values["lot"], values["dose"]
        series: int | None
        if entry.corrected and is_as_told(self.values_of(entry.corrected), values, "product"):
            told = entry.corrected.content
            vaccine: Mapping[str, Any] = {name: told[name] for name in ("codings", "product", "manufacturer")}
            series = told["series"]
        elif product is not None:
            codings = [coding.as_json() for coding in product.codings]
            vaccine = {"codings": codings, "product": None, "manufacturer": product.manufacturer}
            series = product.doses
        else:
            raise ValuesRefused({"product": _("Выберите вакцину из списка")})
        return Draft(
            occurred_on=values["occurred_on"],
            organisation=entry.organisation,
            identity=_identity(values["occurred_on"], lot, codings_of(vaccine["codings"])),
            # A booster goes on counting: the third dose of a course of two is the third of three.
            content={**vaccine, "lot": lot, "dose": dose, "series": max(series, dose) if series else None},
        )

    def _vaccine(self, record: Record, labels: CodeLabels) -> str:
        return str(record.content["product"] or labels.name(codings_of(record.content["codings"])))


def _identity(day: date, lot: str | None, codings: Iterable[Coding]) -> tuple[str, ...]:
    """Of one lot nobody is given two doses a day: who tells of it, and in which codes, makes no other dose."""
    if lot and lot_key(lot):
        return day.isoformat(), lot_key(lot)
    product = product_of(codings)
    names = (product.code,) if product else sorted(f"{coding.system}|{coding.code}" for coding in codings)
    return day.isoformat(), "", *names


def _read_dose(text: str) -> int:
    number = int(text) if text.isascii() and text.isdecimal() else 0
    if not 0 < number <= MAX_DOSE:
        raise FieldRefused(_("Номер дозы: целое число от 1 до %(most)s.", most=MAX_DOSE))
    return number


def lot_key(lot: str) -> str:
    """A lot as it is compared: «УЧ-0417», «уч 0417» and the same with a Latin Y are one."""
    return "".join(character for character in lot.casefold().translate(LOOKALIKES) if character.isalnum())


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
    """Number of the dose and of doses in the course, where the source tells them. The course alone tells nothing."""
    for protocol in resource.items("protocolApplied"):
        numbers = [protocol.get("doseNumberPositiveInt"), protocol.get("seriesDosesPositiveInt")]
        for number in numbers:
            if number is not None and (not isinstance(number, int) or isinstance(number, bool) or not 0 < number < 100):
                raise EntryRefused("protocolApplied: a number of doses must be a positive integer")
        return numbers[0], numbers[1] if numbers[0] else None
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
