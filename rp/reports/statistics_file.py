"""Reading the file of the regional statistics: every number of it is understood, or every bad line is named.

The traps of the file stand in config/data/README.md.
"""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

NOT_REGIONS = ("Россия", "Россия - сумма по регионам", "Наблюдение", "Наблюдение (всего)")
CATEGORIES = {"total": "confirmed", "recovered": "recovered", "died": "died"}
NATIONAL_CATEGORY = "swabs"
"""Given for the whole country only, so it belongs to no region."""
DAY = re.compile(r"(\d{2})\.(\d{2})\.(\d{4})")
MAX_FILE_BYTES = 20 * 1024 * 1024
MAX_VALUE = 10**9
MAX_PROBLEMS = 100


class StatisticsRefused(Exception):
    """The file is not taken. `problems` names what is wrong, one line each, with the number of the line in the file."""

    def __init__(self, source: str, problems: Sequence[str]) -> None:
        shown = list(problems[:MAX_PROBLEMS])
        if len(problems) > MAX_PROBLEMS:
            shown.append(f"and {len(problems) - MAX_PROBLEMS} more")
        super().__init__("\n".join(f"{source}: {problem}" for problem in shown))
        self.problems = tuple(problems)


@dataclass(frozen=True)
class Region:
    """A region of the seed: number, name as in the statistics, letters of ISO 3166-2:RU."""

    number: str
    name: str
    letters: str


@dataclass(frozen=True)
class Day:
    """Cumulative values of a region at the end of a day; None is unknown."""

    day: date
    confirmed: int | None
    recovered: int | None
    died: int | None


def read_regions(data: bytes, *, source: str) -> tuple[Region, ...]:
    """The regions of `config/seed/regions.csv`. Raises StatisticsRefused."""
    lines = [line for line in _decode(data, source).splitlines() if line and not line.startswith("#")]
    rows = list(csv.reader(lines))
    if not rows or rows[0] != ["number", "name", "letters"]:
        raise StatisticsRefused(source, ["the columns must be number, name, letters"])
    problems = [
        f"row {number}: not a number of two digits, a name and letters"
        for number, row in enumerate(rows[1:], start=1)
        if len(row) != 3 or not re.fullmatch(r"[0-9]{2}", row[0]) or not row[1] or not re.fullmatch(r"[A-Z]{2,3}", row[2])
    ]
    if problems:
        raise StatisticsRefused(source, problems)
    regions = tuple(Region(*row) for row in rows[1:])
    if len({region.number for region in regions}) != len(regions) or len({region.name for region in regions}) != len(regions):
        raise StatisticsRefused(source, ["a number or a name stands twice"])
    return regions


def read_statistics(data: bytes, regions: Sequence[Region], *, source: str) -> dict[str, tuple[Day, ...]]:
    """The days of every region, by its number, in their order. Raises StatisticsRefused."""
    rows = csv.reader(io.StringIO(_decode(data, source), newline=""), strict=True)
    problems: list[str] = []
    values: dict[tuple[date, str], list[int | None]] = {}
    columns: list[tuple[int, str]] = []
    try:
        columns = _read_header(next(rows, []), regions, source)
        for row in rows:
            if row:
                _read_row(row, columns, values, problems, place=f"line {rows.line_num}")
    except csv.Error as error:
        problems.append(f"line {rows.line_num}: not CSV ({error})")
    if not values and not problems:
        problems.append("it holds no line of data")
    if problems:
        raise StatisticsRefused(source, problems)
    return _arrange(values, [number for _, number in columns])


def _decode(data: bytes, source: str) -> str:
    if len(data) > MAX_FILE_BYTES:
        raise StatisticsRefused(source, [f"it is larger than {MAX_FILE_BYTES} bytes"])
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise StatisticsRefused(source, [f"line {line}: not UTF-8"]) from None


def _read_header(header: Sequence[str], regions: Sequence[Region], source: str) -> list[tuple[int, str]]:
    """The columns of regions, as pairs of position and region number. Every column must be known."""
    if list(header[:2]) != ["date", "category"]:
        raise StatisticsRefused(source, ["line 1: the first columns must be date, category"])
    numbers = {region.name: region.number for region in regions}
    names = header[2:]
    unknown = [name for name in names if name not in numbers and name not in NOT_REGIONS]
    problems = [f"line 1: column {name!r} is not a region we know" for name in unknown]
    problems += [f"line 1: column {name!r} stands twice" for name in sorted(set(names)) if names.count(name) > 1]
    problems += [f"line 1: the region {name!r} is missing" for name in numbers if name not in names]
    if problems:
        raise StatisticsRefused(source, problems)
    return [(position, numbers[name]) for position, name in enumerate(header) if name in numbers]


def _read_row(
    row: Sequence[str],
    columns: Sequence[tuple[int, str]],
    values: dict[tuple[date, str], list[int | None]],
    problems: list[str],
    *,
    place: str,
) -> None:
    before = len(problems)
    day = _read_day(row[0])
    if day is None:
        problems.append(f"{place}: {row[0][:20]!r} is not a date as in 19.10.2020")
    if len(row) < 2 or row[1] not in (*CATEGORIES, NATIONAL_CATEGORY):
        problems.append(f"{place}: the category is not one of {', '.join((*CATEGORIES, NATIONAL_CATEGORY))}")
    elif len(row) <= columns[-1][0]:
        problems.append(f"{place}: it has {len(row)} values, fewer than the header")
    if len(problems) > before or day is None or row[1] == NATIONAL_CATEGORY:
        return
    if (day, row[1]) in values:
        problems.append(f"{place}: {row[0]} {row[1]} stands twice")
        return
    numbers: list[int | None] = []
    for position, number in columns:
        text = row[position].strip()
        if text and not (text.isascii() and text.isdecimal() and int(text) <= MAX_VALUE):
            problems.append(f"{place}: {text[:20]!r} for region {number} is not a count")
            continue
        numbers.append(int(text) if text else None)
    values[day, row[1]] = numbers


def _read_day(text: str) -> date | None:
    match = DAY.fullmatch(text)
    try:
        return date(int(match[3]), int(match[2]), int(match[1])) if match else None
    except ValueError:
        return None


def _arrange(values: Mapping[tuple[date, str], list[int | None]], numbers: Sequence[str]) -> dict[str, tuple[Day, ...]]:
    days = sorted({day for day, _ in values})
    unknown: list[int | None] = [None] * len(numbers)
    return {
        number: tuple(
            Day(day, **{field: values.get((day, category), unknown)[index] for category, field in CATEGORIES.items()})
            for day in days
        )
        for index, number in enumerate(numbers)
    }
