"""The list of record types, in the order pages show them. A new type is one line here."""

from rp.records.record_type import RecordType
from rp.records.types.disease_case import DISEASE_CASE
from rp.records.types.laboratory_test import LABORATORY_TEST
from rp.records.types.preventive_measure import PREVENTIVE_MEASURE
from rp.records.types.vaccination import VACCINATION

RECORD_TYPES: tuple[RecordType, ...] = (VACCINATION, LABORATORY_TEST, DISEASE_CASE, PREVENTIVE_MEASURE)
BY_NAME = {kind.name: kind for kind in RECORD_TYPES}
BY_RESOURCE = {kind.resource_type: kind for kind in RECORD_TYPES}
