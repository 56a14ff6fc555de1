"""Charts as numbers: where every line and letter of a figure stands. The macro `chart` writes them as SVG.

A figure is drawn twice, so that letters stay the same size on a wide and on a narrow screen. The axis starts at zero.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from babel.dates import format_date

from ground.web.language import current_locale, format_number

TOP = 26.0
TICK_ROOM_BELOW = 34
LABEL_ABOVE = 12.0
LETTER_WIDTH = 7.6
MAX_RULES = 4
MONTH_STEPS = (1, 2, 3, 6, 12)
DAY_STEPS = (1, 2, 3, 5, 7, 10, 14)


@dataclass(frozen=True)
class Rule:
    """A horizontal line at a round value; the first one is zero."""

    at: float
    label: str


@dataclass(frozen=True)
class Tick:
    """A word under the axis."""

    at: float
    label: str
    anchor: Literal["start", "middle", "end"]


@dataclass(frozen=True)
class Dot:
    """A marked point with its value written beside it; an empty label where there is no room."""

    x: float
    y: float
    label: str
    label_x: float
    label_y: float
    anchor: Literal["middle", "end"]


@dataclass(frozen=True)
class Drawing:
    """One figure for one width, in units of its view box."""

    width: int
    height: int
    left: float
    right: float
    base: float
    rules: tuple[Rule, ...]
    ticks: tuple[Tick, ...]
    curve: str
    area: str
    dots: tuple[Dot, ...]
    limit: float | None


@dataclass(frozen=True)
class TablePoint:
    """One row of the table of the same numbers: `change` against the value before, None for the first."""

    day: date
    value: float
    change: float | None


@dataclass(frozen=True)
class LineChart:
    """One series of a value over days, ready for `parts.chart` and `parts.chart_table`."""

    identifier: str
    title: str
    unit: str
    summary: str
    wide: Drawing
    narrow: Drawing
    table: tuple[TablePoint, ...]


def line_chart(
    points: Sequence[tuple[date, float]],
    *,
    title: str,
    unit: str,
    summary: str,
    identifier: str = "chart",
    width: Literal["column", "full"] = "column",
    labels: Literal["every", "last"] = "every",
    value_text: Callable[[float], str] = format_number,
    limit: float | None = None,
) -> LineChart:
    """Draw the points, in any order, in the language of this request.

    `title` says what is seen, `unit` what is counted, `summary` repeats the picture in a sentence. `labels="last"` is for
    a long series: only its end is marked. `limit` is a dashed line (a threshold; `unit` says what it is). Raises ValueError
    without points, or for a value below zero, which such an axis cannot show.
    """
    if not points:
        raise ValueError("a chart needs points")
    ordered = sorted(points)
    if ordered[0][1] < 0 or min(value for _, value in ordered) < 0 or (limit or 0) < 0:
        raise ValueError("a value is below zero")
    size = (720, 270) if width == "column" else (1040, 320)
    wide = _draw(ordered, *size, most_ticks=8 if width == "column" else 12, labels=labels, value_text=value_text, limit=limit)
    narrow = _draw(ordered, 340, 250, most_ticks=6, labels=labels, value_text=value_text, limit=limit)
    before = [None, *(value for _, value in ordered)]
    table = [
        TablePoint(day, value, None if earlier is None else round(value - earlier, 6))
        for (day, value), earlier in zip(ordered, before, strict=False)
    ]
    return LineChart(identifier, title, unit, summary, wide, narrow, tuple(reversed(table)))


def round_steps(highest: float) -> list[float]:
    """The values of the rules: zero, then at most four round steps, the last not below `highest`."""
    if highest <= 0:
        return [0.0, 1.0]
    power = 10.0 ** math.floor(math.log10(highest / MAX_RULES))
    factors = (1.0, 2.0, 2.5, 5.0, 10.0) if power >= 10 else (1.0, 2.0, 5.0, 10.0)
    step = next(factor * power for factor in factors if factor * power * MAX_RULES >= highest - 1e-9)
    return [round(step * count, 9) for count in range(math.ceil(highest / step - 1e-9) + 1)]


def _draw(
    points: Sequence[tuple[date, float]],
    width: int,
    height: int,
    *,
    most_ticks: int,
    labels: Literal["every", "last"],
    value_text: Callable[[float], str],
    limit: float | None,
) -> Drawing:
    values = round_steps(max(limit or 0.0, *(value for _, value in points)))
    rule_labels = [format_number(value) for value in values]
    margin = 44.0 if width > 340 else 36.0
    left = max(margin, 12 + LETTER_WIDTH * max(map(len, rule_labels)))
    right = width - (20.0 if width > 340 else 16.0)
    base = float(height - TICK_ROOM_BELOW if width > 340 else height - 32)
    first, last = _domain(points[0][0], points[-1][0], is_padded=labels == "every")
    days = (last - first).days

    def x_of(day: date) -> float:
        return round(left + (right - left) * (day - first).days / days, 1)

    def y_of(value: float) -> float:
        return round(base - (base - TOP) * value / values[-1], 1)

    places = [(x_of(day), y_of(value)) for day, value in points]
    marked = points if labels == "every" else points[-1:]
    curve = " ".join(f"{x},{y}" for x, y in places)
    return Drawing(
        width=width,
        height=height,
        left=left,
        right=right,
        base=base,
        rules=tuple(Rule(y_of(value), label) for value, label in zip(values, rule_labels, strict=True)),
        ticks=_ticks(first, last, most_ticks, x_of, left=left, right=right),
        curve=curve,
        area=f"{places[0][0]},{base} {curve} {places[-1][0]},{base}",
        dots=_dots([(x_of(day), y_of(value), value_text(value)) for day, value in marked], right, is_last_only=labels == "last"),
        limit=None if limit is None else y_of(limit),
    )


def _domain(first: date, last: date, *, is_padded: bool) -> tuple[date, date]:
    """The days the axis spans: never empty, and with air around the marked points of a short series."""
    if not is_padded and first < last:
        return first, last
    air = max(2, round((last - first).days * 0.04))
    return first - timedelta(days=air), last + timedelta(days=air)


def _ticks(first: date, last: date, most: int, x_of: Callable[[date], float], *, left: float, right: float) -> tuple[Tick, ...]:
    locale = current_locale()
    months = _month_starts(first, last)
    if len(months) >= 2:
        step = next((step for step in MONTH_STEPS if len(months) <= most * step), MONTH_STEPS[-1])
        days = [month for month in months if (month.month - 1) % step == 0] or months[:1]
        if len({day.year for day in days}) > most:
            days = days[:: -(-len(days) // most)]
        is_long = first.year != last.year
        named = [(day, str(day.year) if is_long and day.month == 1 else _month_name(day)) for day in days]
    else:
        span = (last - first).days
        step = next((step for step in DAY_STEPS if span // step < most), span)
        named = [(first + timedelta(days=offset), "") for offset in range(0, span + 1, step)]
        named = [(day, format_date(day, "d MMM", locale=locale).replace(".", "")) for day, _ in named]
    ticks = []
    for day, label in named:
        at = x_of(day)
        half = len(label) * LETTER_WIDTH / 2
        is_cut_left, is_cut_right = at - half < left - 8, at + half > right + 12
        ticks.append(Tick(at, label, "start" if is_cut_left else "end" if is_cut_right else "middle"))
    return tuple(ticks)


def _month_starts(first: date, last: date) -> list[date]:
    count = (last.year - first.year) * 12 + last.month - first.month
    starts = [date(first.year + (first.month - 1 + n) // 12, (first.month - 1 + n) % 12 + 1, 1) for n in range(count + 1)]
    return [day for day in starts if day >= first]


def _month_name(day: date) -> str:
    return format_date(day, "LLL", locale=current_locale()).replace(".", "")


def _dots(places: Sequence[tuple[float, float, str]], right: float, *, is_last_only: bool) -> tuple[Dot, ...]:
    """Mark the points; a value that would touch the one after it stays unwritten (the table has it)."""
    dots: list[Dot] = []
    free_until = math.inf
    for x, y, text in reversed(places):
        width = len(text) * LETTER_WIDTH
        if is_last_only:
            dots.append(Dot(x, y, text, x - 10, round(max(y - 4, 14), 1), "end"))
            continue
        is_at_edge = x + width / 2 > right + 16
        ends_at = x + 4 if is_at_edge else x + width / 2
        label = text if ends_at < free_until else ""
        if label:
            free_until = ends_at - width - 4
        label_x = x + 4 if is_at_edge else x
        dots.append(Dot(x, y, label, label_x, round(y - LABEL_ABOVE, 1), "end" if is_at_edge else "middle"))
    return tuple(reversed(dots))
