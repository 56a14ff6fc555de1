"""Names of codes, from `config/data/code_labels.csv`. A code without a name is shown as what it is."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ground.web.language import current_language
from rp.realm import Realm

SYSTEM_NAMES = {
    "http://hl7.org/fhir/sid/cvx": "CVX",
    "http://snomed.info/sct": "SNOMED CT",
    "http://id.who.int/icd/release/11/mms": "ICD-11",
    "http://www.whocc.no/atc": "ATC",
    "https://www.gs1.org/gtin": "GTIN",
    "http://loinc.org": "LOINC",
    "http://hl7.org/fhir/sid/icd-10": "ICD-10",
    "http://hl7.org/fhir/sid/mvx": "MVX",
    "https://www.gs1.org/gln": "GLN",
    "http://ec.europa.eu/temp/vaccineproductname": "EU",
    "urn:propusk:vaccine": "NSI",
    "urn:propusk:measure": "NSI",
    "https://www.humanservices.gov.au/organisations/health-professionals/enablers/air-vaccine-code-formats": "AIR",
}
RUSSIAN_NAMES = {"ICD-11": "МКБ-11", "ATC": "АТХ", "ICD-10": "МКБ-10", "EU": "ЕС", "NSI": "НСИ"}


@dataclass(frozen=True)
class Coding:
    """A code of a code system (FHIR R4 Coding)."""

    system: str
    code: str
    display: str | None = None

    def as_json(self) -> dict[str, str]:
        """The coding as FHIR spells it."""
        members = {"system": self.system, "code": self.code}
        return {**members, "display": self.display} if self.display else members


def codings_of(stored: Iterable[Mapping[str, Any]]) -> tuple[Coding, ...]:
    """Codings as they stand in a record's content."""
    return tuple(Coding(entry["system"], entry["code"], entry.get("display")) for entry in stored)


class CodeLabels:
    """The table of names of one registry."""

    def __init__(self, realm: Realm) -> None:
        self._names: dict[tuple[str, str], dict[str, str]] = {}
        path = realm.home.data / "code_labels.csv"
        with path.open(encoding="utf-8", newline="") as file:
            lines = (line for line in file if not line.startswith("#"))
            for row in csv.DictReader(lines):
                self._names[row["system"], row["code"]] = {"ru": row["ru"], "en": row["en"]}

    def name(self, codings: Sequence[Coding]) -> str:
        """One name for a concept given in several code systems: the first that has one, in the page's language."""
        language = current_language()
        for coding in codings:
            known = self._names.get((coding.system, coding.code))
            if known:
                return known.get(language) or known["ru"]
        for coding in codings:
            if coding.display:
                return coding.display
        return self.code(codings[0]) if codings else ""

    def code(self, coding: Coding) -> str:
        """The code with the name of its system, as in `CVX 207`."""
        system = SYSTEM_NAMES.get(coding.system, coding.system)
        return f"{RUSSIAN_NAMES.get(system, system) if current_language() == 'ru' else system} {coding.code}"

    def all_codes(self, codings: Iterable[Coding]) -> str:
        """All codes of a concept, for the details of a record."""
        return ", ".join(self.code(coding) for coding in codings)
