"""What the statistics say of one region: figures, weeks, and the seven-day mean. Pure.

The source counts up: a day's new cases are the difference to the day before. Where a value is unknown or fell (the source
corrected itself), the difference is shown as it is, and a mean that would need an unknown value is unknown too.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from rp.reports.statistics_file import Day

MEAN_DAYS = 7
COMPARED_DAYS = 14


@dataclass(frozen=True)
class Figures:
    """The latest known values, each with the day it was known; None where nothing was ever known."""

    confirmed: int | None
    recovered: int | None
    died: int | None
    ill_now: int | None
    day: date


@dataclass(frozen=True)
class Week:
    """Seven days up to `last_day`: `new` is their sum, `change` the difference to the week before."""

    last_day: date
    new: int | None
    change: int | None
    confirmed: int | None
    recovered: int | None
    died: int | None


@dataclass(frozen=True)
class Trend:
    """Mean new cases a day in the last seven days, and two weeks earlier."""

    now: float
    before: float


def latest_figures(days: Sequence[Day]) -> Figures | None:
    """The values of the last day on which the number of cases is known."""
    last = next((entry for entry in reversed(days) if entry.confirmed is not None), None)
    if last is None or last.confirmed is None:
        return None
    ill_now = None if last.recovered is None or last.died is None else last.confirmed - last.recovered - last.died
    return Figures(last.confirmed, last.recovered, last.died, ill_now, last.day)


def weeks_of(days: Sequence[Day]) -> list[Week]:
    """Whole weeks, newest first, counted back from the last day."""
    if not days:
        return []
    by_day = {entry.day: entry for entry in days}
    weeks: list[Week] = []
    last_day = days[-1].day
    while last_day >= days[0].day:
        entry = by_day.get(last_day)
        new = _growth(by_day, last_day, MEAN_DAYS)
        before = _growth(by_day, last_day - timedelta(days=MEAN_DAYS), MEAN_DAYS)
        change = new - before if new is not None and before is not None else None
        if entry is not None:
            weeks.append(Week(last_day, new, change, entry.confirmed, entry.recovered, entry.died))
        last_day -= timedelta(days=MEAN_DAYS)
    return weeks


def seven_day_mean(days: Sequence[Day]) -> list[tuple[date, float]]:
    """Mean new cases a day over the seven days that end on each day. Days that cannot be known are left out.

    A mean below zero, which only a correction of the source can make, is left out of the curve; the table keeps it.
    """
    by_day = {entry.day: entry for entry in days}
    means = []
    for entry in days:
        growth = _growth(by_day, entry.day, MEAN_DAYS)
        if growth is not None and growth >= 0:
            means.append((entry.day, growth / MEAN_DAYS))
    return means


def trend_of(days: Sequence[Day]) -> Trend | None:
    """Now against two weeks ago, if both are known."""
    means = dict(seven_day_mean(days))
    if not days:
        return None
    now, before = means.get(days[-1].day), means.get(days[-1].day - timedelta(days=COMPARED_DAYS))
    return None if now is None or before is None else Trend(now, before)


def _growth(by_day: dict[date, Day], last_day: date, length: int) -> int | None:
    end, start = by_day.get(last_day), by_day.get(last_day - timedelta(days=length))
    if end is None or start is None or end.confirmed is None or start.confirmed is None:
        return None
    return end.confirmed - start.confirmed
