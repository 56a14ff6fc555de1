"""The state of somebody's vaccination, as the section shows it: every dose, and whether the course is complete."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from rp.records.codes import CodeLabels, codings_of
from rp.records.record_type import Record
from rp.records.types.vaccination import VACCINATION


@dataclass(frozen=True)
class Dose:
    """One dose; `number` of `series`, where they are known. `path` is its page."""

    number: int | None
    series: int | None
    day: date
    vaccine: str
    lot: str
    organisation: str
    path: str


@dataclass(frozen=True)
class Course:
    """The doses, oldest first; is the last of them the last of its course; and the number of the certificate (УНРЗ)."""

    doses: tuple[Dose, ...]
    is_complete: bool
    certificate: str | None


def course_of(records: Sequence[Record], labels: CodeLabels, *, certificate: str | None) -> Course:
    """The course that the records of a person tell of."""
    doses = [_dose(record, labels) for record in records if record.type_name == VACCINATION.name]
    doses.sort(key=lambda dose: (dose.day, dose.number or 0))
    is_complete = any(dose.number is not None and dose.number == dose.series for dose in doses)
    return Course(tuple(doses), is_complete, certificate)


def _dose(record: Record, labels: CodeLabels) -> Dose:
    content = record.content
    return Dose(
        number=content["dose"],
        series=content["series"],
        day=record.occurred_on,
        vaccine=str(content["product"] or labels.name(codings_of(content["codings"]))),
        lot=content["lot"] or "",
        organisation=record.organisation,
        path=f"/records/{record.id}",
    )
