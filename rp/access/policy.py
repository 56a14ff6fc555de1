"""Who may do what with which record of whom. One table; what is not in it is denied.

A row is role × operation × relation × record types. Pure: whoever asks brings the principal and the relations that hold (see
`rp.relations`).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from rp.access.principal import Principal, Role


class Operation(StrEnum):
    """What can be asked for. Every view states one."""

    COME_AND_GO = "come_and_go"
    READ_STATISTICS = "read_statistics"
    OPEN_CABINET = "open_cabinet"
    CONFIRM_IDENTITY = "confirm_identity"
    LIST_RECORDS = "list_records"
    READ_RECORD = "read_record"
    READ_IDENTITY = "read_identity"
    TAKE_COPY = "take_copy"
    SEE_READERS = "see_readers"
    MANAGE_SHARING = "manage_sharing"
    READ_DESCRIPTION = "read_description"
    READ_NOTICES = "read_notices"
    CHOOSE_NOTICES = "choose_notices"
    PUBLISH_NOTICE = "publish_notice"
    KEEP_DOCUMENTS = "keep_documents"
    READ_DOCUMENT = "read_document"
    OPEN_STAFF_AREA = "open_staff_area"
    FIND_PATIENT = "find_patient"
    WRITE_RECORD = "write_record"
    FILE_REQUEST = "file_request"
    DECIDE_REQUEST = "decide_request"
    MANAGE_FAMILY = "manage_family"
    HOLD_DATA = "hold_data"


class Relation(StrEnum):
    """What a principal is to the patient whose record it is. `NOBODY` is for operations that concern no patient, `CHILD` for
    what only a parent does of all who represent somebody."""

    NOBODY = "nobody"
    OWN = "own"
    REPRESENTED = "represented"
    CHILD = "child"
    INSURED = "insured"
    CONSENTED = "consented"
    ANY = "any"


EVERY_TYPE: frozenset[str] = frozenset()
"""Record types are not told apart."""
TESTS = frozenset({"laboratory_test"})
FOR_ANOTHER = frozenset(
    {
        Operation.COME_AND_GO,
        Operation.READ_STATISTICS,
        Operation.OPEN_CABINET,
        Operation.MANAGE_FAMILY,
        Operation.FILE_REQUEST,
        Operation.READ_NOTICES,
    }
)
"""What is open to who acts for another although its row names no relation. All else they may do only where a row says so."""
READ, WRITE = "registry.read", "registry.write"
"""What a token must allow. Somebody at work has both: their limits are those of the role."""


@dataclass(frozen=True)
class Rule:
    """Principals of `role` may do `operation` with records of these types, of patients of whom `relation` holds.

    `scope` is what a token must allow besides.
    """

    role: Role
    operation: Operation
    relation: Relation = Relation.NOBODY
    record_types: frozenset[str] = EVERY_TYPE
    scope: str | None = None


EVERYBODY = tuple(Role)
RULES: tuple[Rule, ...] = (
    *(Rule(role, Operation.COME_AND_GO) for role in EVERYBODY),
    *(Rule(role, Operation.READ_STATISTICS) for role in EVERYBODY),
    *(Rule(role, Operation.READ_DESCRIPTION) for role in EVERYBODY),
    # The citizen.
    Rule(Role.CITIZEN, Operation.OPEN_CABINET),
    Rule(Role.CITIZEN, Operation.CONFIRM_IDENTITY),
    Rule(Role.CITIZEN, Operation.MANAGE_FAMILY),
    Rule(Role.CITIZEN, Operation.LIST_RECORDS, Relation.OWN),
    Rule(Role.CITIZEN, Operation.LIST_RECORDS, Relation.REPRESENTED),
    Rule(Role.CITIZEN, Operation.READ_RECORD, Relation.OWN),
    Rule(Role.CITIZEN, Operation.READ_RECORD, Relation.REPRESENTED),
    Rule(Role.CITIZEN, Operation.TAKE_COPY, Relation.OWN),
    Rule(Role.CITIZEN, Operation.TAKE_COPY, Relation.REPRESENTED),
    Rule(Role.CITIZEN, Operation.SEE_READERS, Relation.OWN),
    Rule(Role.CITIZEN, Operation.SEE_READERS, Relation.REPRESENTED),
    Rule(Role.CITIZEN, Operation.MANAGE_SHARING, Relation.OWN),
    Rule(Role.CITIZEN, Operation.MANAGE_SHARING, Relation.CHILD),
    Rule(Role.CITIZEN, Operation.FILE_REQUEST),
    Rule(Role.CITIZEN, Operation.READ_NOTICES),
    Rule(Role.CITIZEN, Operation.CHOOSE_NOTICES),
    Rule(Role.CITIZEN, Operation.CHOOSE_NOTICES, Relation.CHILD),
    Rule(Role.CITIZEN, Operation.KEEP_DOCUMENTS, Relation.OWN),
    Rule(Role.CITIZEN, Operation.KEEP_DOCUMENTS, Relation.REPRESENTED),
    Rule(Role.CITIZEN, Operation.READ_DOCUMENT, Relation.OWN),
    Rule(Role.CITIZEN, Operation.READ_DOCUMENT, Relation.REPRESENTED),
    # Applications that the citizen uses.
    Rule(Role.APPLICATION, Operation.LIST_RECORDS, Relation.OWN, scope=READ),
    Rule(Role.APPLICATION, Operation.READ_RECORD, Relation.OWN, scope=READ),
    # Medical organisations: people, and systems by their tokens.
    Rule(Role.DOCTOR, Operation.OPEN_STAFF_AREA),
    Rule(Role.DOCTOR, Operation.FIND_PATIENT, scope=READ),
    Rule(Role.DOCTOR, Operation.READ_IDENTITY, Relation.ANY, scope=READ),
    Rule(Role.DOCTOR, Operation.LIST_RECORDS, Relation.ANY, scope=READ),
    Rule(Role.DOCTOR, Operation.READ_RECORD, Relation.ANY, scope=READ),
    Rule(Role.DOCTOR, Operation.WRITE_RECORD, Relation.ANY, scope=WRITE),
    Rule(Role.DOCTOR, Operation.DECIDE_REQUEST),
    # Laboratories: tests, and nothing else.
    Rule(Role.LABORATORY, Operation.OPEN_STAFF_AREA),
    Rule(Role.LABORATORY, Operation.FIND_PATIENT, scope=READ),
    Rule(Role.LABORATORY, Operation.READ_IDENTITY, Relation.ANY, scope=READ),
    Rule(Role.LABORATORY, Operation.LIST_RECORDS, Relation.ANY, TESTS, scope=READ),
    Rule(Role.LABORATORY, Operation.READ_RECORD, Relation.ANY, TESTS, scope=READ),
    Rule(Role.LABORATORY, Operation.WRITE_RECORD, Relation.ANY, TESTS, scope=WRITE),
    Rule(Role.LABORATORY, Operation.DECIDE_REQUEST),
    # Registrars look after the register itself: people, their requests, and records that are wrong.
    Rule(Role.REGISTRAR, Operation.OPEN_STAFF_AREA),
    Rule(Role.REGISTRAR, Operation.FIND_PATIENT, scope=READ),
    Rule(Role.REGISTRAR, Operation.LIST_RECORDS, Relation.ANY, scope=READ),
    Rule(Role.REGISTRAR, Operation.READ_RECORD, Relation.ANY, scope=READ),
    Rule(Role.REGISTRAR, Operation.WRITE_RECORD, Relation.ANY, scope=WRITE),
    Rule(Role.REGISTRAR, Operation.DECIDE_REQUEST),
    Rule(Role.REGISTRAR, Operation.HOLD_DATA, Relation.ANY),
    # Who decides a request reads the files it names: which these are, the requests say.
    *(Rule(role, Operation.READ_DOCUMENT, Relation.ANY) for role in (Role.DOCTOR, Role.LABORATORY, Role.REGISTRAR)),
    Rule(Role.REGISTRAR, Operation.PUBLISH_NOTICE),
    # Insurers read of those whom they insure what is not hidden from them.
    Rule(Role.INSURER, Operation.FIND_PATIENT, scope=READ),
    Rule(Role.INSURER, Operation.READ_IDENTITY, Relation.INSURED, scope=READ),
    Rule(Role.INSURER, Operation.LIST_RECORDS, Relation.INSURED, scope=READ),
    Rule(Role.INSURER, Operation.READ_RECORD, Relation.INSURED, scope=READ),
    # Partners read who somebody is, by that person's consent, and nothing of their health.
    Rule(Role.PARTNER, Operation.FIND_PATIENT, scope=READ),
    Rule(Role.PARTNER, Operation.READ_IDENTITY, Relation.CONSENTED, scope=READ),
)


def is_allowed(
    principal: Principal,
    operation: Operation,
    *,
    record_type: str | None = None,
    relations: Iterable[Relation] = (),
) -> bool:
    """Does the table allow it? Without a record type the question is whether any is allowed."""
    held = {Relation.NOBODY, *relations}
    return any(
        rule.relation in held and (record_type is None or not rule.record_types or record_type in rule.record_types)
        for rule in RULES
        if _concerns(rule, principal, operation)
    )


def may_ever(principal: Principal, operation: Operation) -> bool:
    """Is there anybody with whose records the principal may do it? If not, its pages are not for them."""
    return any(_concerns(rule, principal, operation) for rule in RULES)


def _concerns(rule: Rule, principal: Principal, operation: Operation) -> bool:
    is_scoped = rule.scope is None or rule.scope in principal.scopes
    is_theirs = rule.relation in principal.represents if principal.represents else True
    is_open = is_theirs or rule.operation in FOR_ANOTHER
    return rule.role is principal.role and rule.operation is operation and is_scoped and is_open
