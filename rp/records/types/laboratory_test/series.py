"""Antibodies over time: what changes, and against which threshold."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from rp.records.record_type import Record
from rp.records.types.laboratory_test.kinds import LOINC

ANTIBODY_QUANTITIES = frozenset({"94505-5"})
"""IgG in units by volume."""


@dataclass(frozen=True)
class AntibodyPoint:
    """One value of the antibody series; `change` is the difference to the value before it."""

    day: date
    value: Decimal
    change: Decimal | None


@dataclass(frozen=True)
class AntibodySeries:
    """Antibodies over time, oldest first, all in one unit; `limit` is the threshold of detection if the sources agree on one."""

    unit: str
    limit: Decimal | None
    points: tuple[AntibodyPoint, ...]


def antibody_series(records: Sequence[Record]) -> AntibodySeries | None:
    """The antibody values among laboratory tests, in the newest unit that has two of them; None when there is none."""
    found = sorted(
        (record for record in records if _is_antibody(record) and record.content.get("comparator", "") is None),
        key=lambda record: record.occurred_on,
    )
    units = Counter(record.content["unit"] for record in found)
    unit = next((record.content["unit"] for record in reversed(found) if units[record.content["unit"]] > 1), None)
    if unit is None:
        return None
    same = [record for record in found if record.content["unit"] == unit]
    limits = {record.content["limit"] for record in same}
    points: list[AntibodyPoint] = []
    for record in same:
        value = Decimal(record.content["value"])
        points.append(AntibodyPoint(record.occurred_on, value, value - points[-1].value if points else None))
    limit = limits.pop() if len(limits) == 1 else None
    return AntibodySeries(unit, Decimal(limit) if limit else None, tuple(points))


def _is_antibody(record: Record) -> bool:
    return any(entry["system"] == LOINC and entry["code"] in ANTIBODY_QUANTITIES for entry in record.content["codings"])
