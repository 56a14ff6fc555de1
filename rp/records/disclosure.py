"""Which of a patient's records an insurer sees: all but the groups that the patient hides."""

from collections.abc import Iterable, Set

from rp.records.codes import codings_of
from rp.records.record_type import Record
from rp.records.types.disease_case import DISEASE_CASE
from rp.records.types.laboratory_test import LABORATORY_TEST
from rp.records.types.laboratory_test.kinds import Method, kind_of
from rp.records.types.preventive_measure import PREVENTIVE_MEASURE
from rp.records.types.vaccination import VACCINATION
from rp.relations.hiding import Group

_OF_TYPE = {
    VACCINATION.name: frozenset({Group.VACCINATIONS}),
    DISEASE_CASE.name: frozenset({Group.CASES}),
    PREVENTIVE_MEASURE.name: frozenset({Group.MEASURES}),
}
_OF_METHOD = {
    Method.PCR: frozenset({Group.TESTS}),
    Method.ANTIGEN: frozenset({Group.TESTS}),
    Method.ANTIBODIES: frozenset({Group.ANTIBODIES}),
    Method.ANTIBODY_QUANTITY: frozenset({Group.ANTIBODIES}),
}
EVERY_GROUP = frozenset(Group)


def groups_of(record: Record) -> frozenset[Group]:
    """The groups that hide this record. What fits none of them is hidden by each: better too little than too much."""
    if record.type_name != LABORATORY_TEST.name:
        return _OF_TYPE.get(record.type_name, EVERY_GROUP)
    kind = kind_of(codings_of(record.content["codings"]))
    return _OF_METHOD[kind.method] if kind else frozenset({Group.TESTS, Group.ANTIBODIES})


def shown_to_insurers(records: Iterable[Record], hidden: Set[Group]) -> list[Record]:
    """The records that are left."""
    return [record for record in records if not groups_of(record) & hidden]
