"""The copy as a FHIR R4 Bundle, from which our own importer reads the same records."""

from datetime import UTC, datetime
from typing import Any

import orjson

from rp.copies.contents import Copy
from rp.forms.formats import show_snils
from rp.patients.directory import Patient
from rp.records.catalogue import BY_NAME
from rp.records.writing import write_resource

MEDIA_TYPE = "application/fhir+json"
TEST_DATA = {
    "system": "http://terminology.hl7.org/CodeSystem/v3-ActReason",
    "code": "HTEST",
    "display": "test health data",
}
"""Everybody of a test stand is invented, and no program may take them for somebody."""


def make_bundle(copy: Copy, *, base: str) -> bytes:
    """The bundle. `base` is the address below which its resources are named, so that references within it lead to entries."""
    patient = copy.patient
    resources = [_patient(patient), *(BY_NAME[record.type_name].as_resource(record) for record in copy.records)]
    bundle = {
        "resourceType": "Bundle",
        "meta": {"security": [TEST_DATA]},
        "type": "collection",
        "timestamp": datetime.fromtimestamp(copy.made_at, UTC).isoformat(),
        "entry": [
            {"fullUrl": f"{base}/{resource['resourceType']}/{resource['id']}", "resource": resource} for resource in resources
        ],
    }
    return orjson.dumps(bundle, option=orjson.OPT_INDENT_2)


def _patient(patient: Patient) -> dict[str, Any]:
    person = patient.person
    known = {"snils": show_snils(person.snils), "inn": person.inn, "policy": person.policy, "passport": person.passport}
    contacts = {"phone": person.phone, "email": person.email}
    members = {
        "identifier": [{"system": f"urn:propusk:{name}", "value": value} for name, value in known.items() if value],
        "name": [{"family": person.family_name, "given": [name for name in (person.given_name, person.middle_name) if name]}],
        "telecom": [{"system": system, "value": value} for system, value in contacts.items() if value],
        "gender": person.gender,
        "birthDate": person.birth_date.isoformat(),
    }
    return write_resource("Patient", patient.id, members)
