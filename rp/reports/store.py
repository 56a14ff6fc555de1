"""Reading the statistics from the database."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, bindparam, func, select

from rp.reports.models import RegionDay, RegionRow, StatisticsSource
from rp.reports.statistics_file import Day, Region

_REGIONS = select(RegionRow.number, RegionRow.name, RegionRow.letters).order_by(RegionRow.name)
_DAYS = (
    select(RegionDay.day, RegionDay.confirmed, RegionDay.recovered, RegionDay.died)
    .where(RegionDay.region == bindparam("region"))
    .order_by(RegionDay.day)
)
_SPAN = select(func.min(StatisticsSource.first_day), func.max(StatisticsSource.last_day))


@dataclass(frozen=True)
class Span:
    """The days there are data for."""

    first: date
    last: date


def all_regions(connection: Connection) -> list[Region]:
    """The regions by name."""
    return [Region(*row) for row in connection.execute(_REGIONS)]


def days_of_region(connection: Connection, number: str) -> list[Day]:
    """The days of a region in their order."""
    return [Day(*row) for row in connection.execute(_DAYS, {"region": number})]


def span(connection: Connection) -> Span | None:
    """The days all loaded files tell of; None before the first import."""
    row = connection.execute(_SPAN).one()
    days: tuple[date | None, date | None] = (row[0], row[1])
    return Span(days[0], days[1]) if days[0] and days[1] else None
