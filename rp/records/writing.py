"""Members of FHIR R4 resources that several record types write. `resource.py` reads what is written here."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from rp.records.codes import Coding

UCUM = "http://unitsofmeasure.org"


def write_resource(resource_type: str, record_id: str, members: Mapping[str, Any]) -> dict[str, Any]:
    """A resource of its members; what is None or empty is left out, as FHIR has it (R4, 2.6.2)."""
    kept = {name: value for name, value in members.items() if value not in (None, [], {}, "")}
    return {"resourceType": resource_type, "id": record_id, **kept}


def write_concept(codings: Iterable[Mapping[str, Any]], text: str | None = None) -> dict[str, Any]:
    """A CodeableConcept of codings as they stand in a record's content; empty where there are none."""
    concept: dict[str, Any] = {"coding": [dict(coding) for coding in codings]}
    return {**concept, "text": text} if text else concept if concept["coding"] else {}


def write_status(system: str, code: str) -> dict[str, Any]:
    """A status that FHIR wraps in a CodeableConcept."""
    return write_concept([Coding(f"http://terminology.hl7.org/CodeSystem/{system}", code).as_json()])


def write_patient(patient_id: str) -> dict[str, str]:
    """The reference to whose record it is."""
    return {"reference": f"Patient/{patient_id}"}


def write_period(start: date, end: str | None) -> dict[str, str]:
    """A Period; its end, where there is one, as it stands in a record's content."""
    return {"start": start.isoformat(), **({"end": end} if end else {})}


def write_number(value: str) -> int | float:
    """A number that is kept as text, as JSON has it. What `plain_number` let through loses nothing here."""
    number = Decimal(value)
    return int(number) if number == number.to_integral_value() else float(number)


def write_quantity(value: str, unit: str | None, comparator: str | None, ucum: str | None) -> dict[str, Any]:
    """A Quantity; `ucum` is its unit for machines, where we know one."""
    members: dict[str, Any] = {"value": write_number(value), "comparator": comparator, "unit": unit}
    if ucum:
        members |= {"system": UCUM, "code": ucum}
    return {name: member for name, member in members.items() if member is not None}
