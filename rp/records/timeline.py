"""Arranging records for pages: by type, by year, and antibodies as a curve."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from ground.web.chart import LineChart, line_chart
from ground.web.language import format_day, format_day_of_year, format_moment, format_number
from ground.web.language import gettext as _
from rp.records.catalogue import BY_NAME, RECORD_TYPES
from rp.records.codes import CodeLabels
from rp.records.record_type import Card, Record
from rp.records.types.laboratory_test.kinds import unit_name
from rp.records.types.laboratory_test.series import AntibodySeries


@dataclass(frozen=True)
class Line:
    """A record as one entry of the timeline (the part `timeline`)."""

    icon: str
    title: str
    href: str
    day: str
    time: str
    place: str
    tags: tuple[tuple[str, str | None], ...]


@dataclass(frozen=True)
class Group:
    """The records of one type, by year, newest first."""

    name: str
    title: str
    icon: str
    empty: str
    count: int
    years: tuple[tuple[int, tuple[Line, ...]], ...]


def make_groups(records: Sequence[Record], labels: CodeLabels, *, base: str = "/records") -> tuple[Group, ...]:
    """Every type's group, also the empty ones. `base` is where the pages of single records are."""
    groups = []
    for kind in RECORD_TYPES:
        own = [record for record in records if record.type_name == kind.name]
        groups.append(Group(kind.name, kind.title(), kind.icon, kind.empty(), len(own), make_years(own, labels, base=base)))
    return tuple(groups)


def make_years(
    records: Iterable[Record], labels: CodeLabels, *, base: str = "/records"
) -> tuple[tuple[int, tuple[Line, ...]], ...]:
    """Records that are in the order of their days, as the part `timeline` wants them."""
    by_year = groupby(records, key=lambda record: record.occurred_on.year)
    return tuple((year, tuple(_line(record, labels, base) for record in own)) for year, own in by_year)


def _line(record: Record, labels: CodeLabels, base: str) -> Line:
    kind = BY_NAME[record.type_name]
    card = kind.card(record, labels)
    return Line(
        icon=kind.icon,
        title=card.title,
        href=f"{base}/{record.id}",
        day=record.occurred_on.isoformat(),
        time=_time(record.occurred_on, card.ended_on),
        place=" · ".join(part for part in (card.detail, record.organisation) if part),
        tags=tuple((mark.text, mark.tone) for mark in card.marks),
    )


def _time(day: date, ended_on: date | None) -> str:
    """«3 ноября», «3–17 ноября», «28 октября – 5 ноября», and with the year where it ends in another."""
    if ended_on is None or ended_on == day:
        return format_day_of_year(day)
    if (ended_on.year, ended_on.month) == (day.year, day.month):
        return f"{day.day}–{format_day_of_year(ended_on)}"
    if ended_on.year != day.year:
        return f"{format_day_of_year(day)} – {format_day(ended_on)}"
    return f"{format_day_of_year(day)} – {format_day_of_year(ended_on)}"


def record_facts(record: Record, card: Card) -> list[tuple[str, str]]:
    """Everything a record's own page tells."""
    when = format_day(record.occurred_on)
    if card.ended_on and card.ended_on != record.occurred_on:
        when = f"{when} – {format_day(card.ended_on)}"
    corrected = [(_("Исправлено"), format_moment(record.changed_at))] if record.version > 1 else []
    return [(_("Когда"), when), (_("Где"), record.organisation), *card.facts, (_("Источник"), record.source), *corrected]


def antibody_chart(series: AntibodySeries) -> LineChart:
    """The curve of antibodies with what it says."""
    last, highest = series.points[-1], max(series.points, key=lambda point: point.value)
    first = series.points[0]
    unit = _("%(unit)s, по дате забора.", unit=unit_name(series.unit))
    if series.limit is not None:
        limit = format_number(float(series.limit))
        unit = _("%(unit)s, по дате забора. Пунктир: порог обнаружения, %(limit)s.", unit=unit_name(series.unit), limit=limit)
    return line_chart(
        [(point.day, float(point.value)) for point in series.points],
        title=_antibody_title(series),
        unit=unit,
        summary=_(
            "Первое значение %(first)s (%(first_day)s), наибольшее %(highest)s (%(highest_day)s), "
            "последнее %(last)s (%(last_day)s).",
            first=format_number(float(first.value)),
            first_day=format_day(first.day),
            highest=format_number(float(highest.value)),
            highest_day=format_day(highest.day),
            last=format_number(float(last.value)),
            last_day=format_day(last.day),
        ),
        identifier="antibodies",
        limit=float(series.limit) if series.limit is not None else None,
    )


def _antibody_title(series: AntibodySeries) -> str:
    last = series.points[-1]
    is_below = series.limit is not None and last.value < series.limit
    if last.change is None or last.change == 0:
        return _("Антитела IgG не меняются")
    if last.change > 0:
        return _("Антитела IgG растут")
    if is_below:
        return _("Антитела IgG снизились ниже порога")
    return _("Антитела IgG снижаются, но остаются выше порога") if series.limit is not None else _("Антитела IgG снижаются")
