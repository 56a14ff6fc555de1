"""The copy as a FHIR R4 Bundle, from which our own importer reads the same records."""

from datetime import UTC, datetime

import orjson

from rp.copies.contents import Copy
from rp.patients.resource import as_resource
from rp.records.catalogue import BY_NAME

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
    resources = [as_resource(patient), *(BY_NAME[record.type_name].as_resource(record) for record in copy.records)]
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
