"""A file of invented people for the import of a whole register: one FHIR bundle a line, six records each."""

import json
import random
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from rp.patients.snils import check_digits

FIRST_SNILS = 2_000_000
"""Numbers from here on have check digits, and no person of the stand has one."""
FAMILY_NAMES = (
    "Березин",
    "Васильков",
    "Гречихин",
    "Дубравин",
    "Ежевикин",
    "Жимолостин",
    "Калинин",
    "Ландышев",
    "Малинин",
    "Осокин",
)
GIVEN_NAMES = ("Анна", "Борис", "Вера", "Глеб", "Дарья", "Егор", "Злата", "Игорь", "Кира", "Лев")
REGIONS = ("01", "16", "50", "54", "66", "70", "77", "78")
CLINIC, LABORATORY = "Поликлиника № 0, г. Выдуманск", "Лаборатория «Пробирка», г. Выдуманск"


def write_people(file: Path, count: int) -> None:
    """Write `count` people; the same ones for the same count."""
    with file.open("w", encoding="utf-8") as lines:
        for number in range(count):
            lines.write(json.dumps(_bundle(number), ensure_ascii=False, separators=(",", ":")) + "\n")


def snils_of(number: int) -> str:
    """The СНИЛС of the person of that number, eleven digits."""
    digits = f"{FIRST_SNILS + number:09d}"
    return digits + check_digits(digits)


def _bundle(number: int) -> dict[str, Any]:
    chance = random.Random(number)  # noqa: S311 - invented people, the same ones each time
    url = f"urn:patient:{number}"
    patient = {
        "resourceType": "Patient",
        "identifier": [
            {"system": "urn:propusk:snils", "value": snils_of(number)},
            {"system": "urn:propusk:inn", "value": f"{number:012d}"},
            {"system": "urn:propusk:policy", "value": f"{number:016d}"},
        ],
        "name": [{"family": chance.choice(FAMILY_NAMES), "given": [chance.choice(GIVEN_NAMES), "Учебнович"]}],
        "gender": chance.choice(("male", "female")),
        "birthDate": (date(1930, 1, 1) + timedelta(days=chance.randrange(30_000))).isoformat(),
        "address": [{"state": chance.choice(REGIONS)}],
    }
    resources = [patient, *_records(chance, url)]
    return {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [
            {"fullUrl": url if each is patient else f"{url}:{place}", "resource": each} for place, each in enumerate(resources)
        ],
    }


def _records(chance: random.Random, url: str) -> Iterator[dict[str, Any]]:
    subject = {"reference": url}
    start = date(2021, 1, 1) + timedelta(days=chance.randrange(300))
    lot = f"УЧ-{chance.randrange(1000):03d}"
    for dose, days in ((1, 0), (2, 21)):
        yield {
            "resourceType": "Immunization",
            "status": "completed",
            "patient": subject,
            "vaccineCode": {
                "coding": [
                    {"system": "http://hl7.org/fhir/sid/cvx", "code": "505"},
                    {"system": "http://www.whocc.no/atc", "code": "J07BN02"},
                ]
            },
            "occurrenceDateTime": (start + timedelta(days=days)).isoformat(),
            "lotNumber": lot,
            "performer": [{"actor": {"display": CLINIC}}],
            "protocolApplied": [{"doseNumberPositiveInt": dose, "seriesDosesPositiveInt": 2}],
        }
    for days in (60, 150, 240):
        yield {
            "resourceType": "Observation",
            "status": "final",
            "subject": subject,
            "code": {"coding": [{"system": "http://loinc.org", "code": "94505-5"}]},
            "effectiveDateTime": (start + timedelta(days=days)).isoformat(),
            "valueQuantity": {"value": chance.randrange(10, 500), "unit": "BAU/мл"},
            "performer": [{"display": LABORATORY}],
        }
    yield {
        "resourceType": "Observation",
        "status": "final",
        "subject": subject,
        "code": {"coding": [{"system": "http://loinc.org", "code": "94500-6"}]},
        "effectiveDateTime": (start + timedelta(days=300)).isoformat(),
        "valueCodeableConcept": {"coding": [{"system": "http://snomed.info/sct", "code": "260415000"}]},
        "performer": [{"display": LABORATORY}],
    }
