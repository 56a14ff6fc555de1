"""Taking the statistics into the database, in the caller's transaction: whole or not at all."""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, astuple, dataclass
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from rp.access.events import Event, note
from rp.realm import Realm
from rp.reports.models import RegionDay, RegionRow, StatisticsSource
from rp.reports.statistics_file import Day, Region, read_regions, read_statistics


@dataclass(frozen=True)
class StatisticsReport:
    """How many days of regions are new, were changed by the file, or stand as they stood."""

    added: int
    changed: int
    known: int


def is_loaded(connection: Connection, *, name: str, data: bytes) -> bool:
    """Is this very file what was read last? Lets a start skip the reading."""
    known = connection.execute(select(StatisticsSource.sha256).where(StatisticsSource.name == name)).scalar()
    return known == _hash(data)


def import_statistics(connection: Connection, realm: Realm, data: bytes, *, regions_data: bytes, source: str) -> StatisticsReport:
    """Bring the statistics to what the file says. Raises StatisticsRefused before anything is written."""
    regions = read_regions(regions_data, source="regions.csv")
    days = read_statistics(data, regions, source=source)
    _store_regions(connection, regions)
    report = _store_days(connection, days)
    _store_source(connection, realm, data, days, source)
    if report.added or report.changed:
        note(
            connection,
            realm,
            Event.STATISTICS_IMPORTED,
            actor="operator",
            object=f"statistics:{source[:100]}",
            detail={"added": report.added, "changed": report.changed},
        )
    return report


def _store_regions(connection: Connection, regions: tuple[Region, ...]) -> None:
    known = {row.number: (row.name, row.letters) for row in connection.execute(select(RegionRow.__table__))}
    for region in regions:
        values = {"name": region.name, "letters": region.letters}
        if region.number not in known:
            connection.execute(insert(RegionRow), {"number": region.number, **values})
        elif known[region.number] != (region.name, region.letters):
            connection.execute(update(RegionRow).where(RegionRow.number == region.number).values(**values))


def _store_days(connection: Connection, days: Mapping[str, tuple[Day, ...]]) -> StatisticsReport:
    known = {(row.region, row.day): tuple(row)[1:] for row in connection.execute(select(RegionDay.__table__))}
    added: list[dict[str, Any]] = []
    changed = same = 0
    for number, series in days.items():
        for entry in series:
            stored = known.get((number, entry.day))
            row = {"region": number, **asdict(entry)}
            if stored is None:
                added.append(row)
            elif stored == astuple(entry):
                same += 1
            else:
                changed += 1
                connection.execute(delete(RegionDay).where(RegionDay.region == number, RegionDay.day == entry.day))
                connection.execute(insert(RegionDay), row)
    if added:
        connection.execute(insert(RegionDay), added)
    return StatisticsReport(len(added), changed, same)


def _store_source(connection: Connection, realm: Realm, data: bytes, days: Mapping[str, tuple[Day, ...]], source: str) -> None:
    series = next(iter(days.values()))
    values = {
        "sha256": _hash(data),
        "first_day": series[0].day,
        "last_day": series[-1].day,
        "loaded_at": realm.clock.now(),
    }
    known = connection.execute(select(StatisticsSource.sha256).where(StatisticsSource.name == source)).scalar()
    if known is None:
        connection.execute(insert(StatisticsSource), {"name": source, **values})
    elif known != values["sha256"]:
        connection.execute(update(StatisticsSource).where(StatisticsSource.name == source).values(**values))


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
