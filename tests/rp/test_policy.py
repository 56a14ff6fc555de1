"""The table of who may do what, and that every view has a guard."""

import pytest

from rp.access.guard import guard_of
from rp.access.policy import RULES, Operation, Relation, is_allowed, may_ever
from rp.access.principal import ANYBODY, Principal, Role
from tests.rp.conftest import Stand

OWN, ANY, INSURED, NONE = {Relation.OWN}, {Relation.ANY}, {Relation.INSURED}, set[Relation]()
CITIZEN = Principal(Role.CITIZEN, "patient:1", "patient-1")
READER = Principal(Role.APPLICATION, "client:1", "patient-1", frozenset({"registry.read"}))
NOSY = Principal(Role.APPLICATION, "client:1", "patient-1", frozenset({"openid"}))
AT_WORK = frozenset({"registry.read", "registry.write"})
DOCTOR = Principal(Role.DOCTOR, "staff:1", None, AT_WORK, "organisation-1")
READING_CLINIC = Principal(Role.DOCTOR, "client:2", None, frozenset({"registry.read"}), "organisation-1")
LABORATORY = Principal(Role.LABORATORY, "staff:2", None, AT_WORK, "organisation-2")
REGISTRAR = Principal(Role.REGISTRAR, "staff:3", None, AT_WORK, "organisation-3")
INSURER = Principal(Role.INSURER, "client:3", None, AT_WORK, "organisation-4")
POLICY = [
    (ANYBODY, Operation.READ_STATISTICS, None, NONE, True),
    (ANYBODY, Operation.OPEN_CABINET, None, NONE, False),
    (ANYBODY, Operation.LIST_RECORDS, None, OWN, False),
    (CITIZEN, Operation.OPEN_CABINET, None, NONE, True),
    (CITIZEN, Operation.LIST_RECORDS, None, OWN, True),
    (CITIZEN, Operation.LIST_RECORDS, None, NONE, False),
    (CITIZEN, Operation.LIST_RECORDS, None, ANY, False),
    (CITIZEN, Operation.READ_RECORD, "vaccination", OWN, True),
    (CITIZEN, Operation.READ_RECORD, "vaccination", NONE, False),
    (CITIZEN, Operation.WRITE_RECORD, "vaccination", OWN, False),
    (CITIZEN, Operation.OPEN_STAFF_AREA, None, NONE, False),
    (READER, Operation.LIST_RECORDS, None, OWN, True),
    (READER, Operation.READ_RECORD, "vaccination", NONE, False),
    (READER, Operation.OPEN_CABINET, None, NONE, False),
    (NOSY, Operation.LIST_RECORDS, None, OWN, False),
    (DOCTOR, Operation.WRITE_RECORD, "disease_case", ANY, True),
    (INSURER, Operation.DECIDE_REQUEST, None, NONE, False),
    (READING_CLINIC, Operation.READ_RECORD, "vaccination", ANY, True),
    (READING_CLINIC, Operation.WRITE_RECORD, "vaccination", ANY, False),
    (LABORATORY, Operation.WRITE_RECORD, "laboratory_test", ANY, True),
    (LABORATORY, Operation.WRITE_RECORD, "vaccination", ANY, False),
    (LABORATORY, Operation.READ_RECORD, "disease_case", ANY, False),
    (REGISTRAR, Operation.DECIDE_REQUEST, None, NONE, True),
    (INSURER, Operation.READ_RECORD, "vaccination", INSURED, True),
    (INSURER, Operation.READ_RECORD, "vaccination", NONE, False),
    (INSURER, Operation.WRITE_RECORD, "vaccination", INSURED, False),
]


@pytest.mark.parametrize(("principal", "operation", "record_type", "relations", "expected"), POLICY)
def test_the_policy_says(
    principal: Principal, operation: Operation, record_type: str | None, relations: set[Relation], expected: bool
) -> None:
    assert is_allowed(principal, operation, record_type=record_type, relations=relations) is expected


def test_what_the_policy_does_not_mention_is_denied() -> None:
    mentioned = {(rule.role, rule.operation) for rule in RULES}
    for role in Role:
        for operation in Operation:
            if (role, operation) not in mentioned:
                somebody = Principal(role, "x", "patient-1", AT_WORK, "organisation-1")
                assert not may_ever(somebody, operation)
                assert not is_allowed(somebody, operation, record_type="vaccination", relations=tuple(Relation))


def test_every_view_states_what_it_does(stand: Stand) -> None:
    app = stand.app()
    unguarded = {name for name, view in app.view_functions.items() if guard_of(view) is None}
    assert unguarded == {"ground.static"}
