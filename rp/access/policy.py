"""Who may do what with which record. One table; what is not in it is denied."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from rp.access.principal import Principal, Role


class Action(StrEnum):
    """What can be asked for."""

    OPEN_CABINET = "open_cabinet"
    LIST_RECORDS = "list_records"
    READ_RECORD = "read_record"
    READ_STATISTICS = "read_statistics"


@dataclass(frozen=True)
class Rule:
    """Principals of `role` may do `action` when `condition` holds for them and the patient whose record it is."""

    role: Role
    action: Action
    condition: Callable[[Principal, str | None], bool]


def _always(_principal: Principal, _owner: str | None) -> bool:
    return True


def _own(principal: Principal, owner: str | None) -> bool:
    return principal.patient_id is not None and owner == principal.patient_id


def _own_by_scope(principal: Principal, owner: str | None) -> bool:
    return "registry.read" in principal.scopes and _own(principal, owner)


RULES = (
    Rule(Role.ANYBODY, Action.READ_STATISTICS, _always),
    Rule(Role.CITIZEN, Action.READ_STATISTICS, _always),
    Rule(Role.CITIZEN, Action.OPEN_CABINET, _always),
    Rule(Role.CITIZEN, Action.LIST_RECORDS, _own),
    Rule(Role.CITIZEN, Action.READ_RECORD, _own),
    Rule(Role.APPLICATION, Action.LIST_RECORDS, _own_by_scope),
    Rule(Role.APPLICATION, Action.READ_RECORD, _own_by_scope),
)


def is_allowed(principal: Principal, action: Action, *, owner: str | None = None) -> bool:
    """Does the table allow it? `owner` is the id of the patient whose records are asked for."""
    return any(rule.role is principal.role and rule.action is action and rule.condition(principal, owner) for rule in RULES)
