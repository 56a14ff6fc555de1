"""Counting records without saying whose they are: those that are there, and those that were erased.

An erased record leaves one number behind: its type, its day, the person's region, and the code of its result. So figures that
were published once stay right.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import Connection, Date, Integer, String, bindparam, func, literal, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, mapped_column

from ground.database import table_of
from rp.database import Base
from rp.records.models import RecordRow


class AnonymousCountRow(Base):
    """How many erased records there were of this type, day, region and result. It belongs to nobody."""

    __tablename__ = "anonymous_counts"

    type_name: Mapped[str] = mapped_column(String(40), primary_key=True)
    occurred_on: Mapped[date] = mapped_column(Date, primary_key=True)
    region: Mapped[str] = mapped_column(String(10), primary_key=True)
    result: Mapped[str] = mapped_column(String(200), primary_key=True)
    count: Mapped[int] = mapped_column(Integer)


_COUNTS, _RECORDS = table_of(AnonymousCountRow), table_of(RecordRow)
_ONE_MORE = {
    name: dialect.insert(_COUNTS)
    .values(count=literal(1))
    .on_conflict_do_update(index_elements=["type_name", "occurred_on", "region", "result"], set_={"count": _COUNTS.c.count + 1})
    for name, dialect in (("sqlite", sqlite), ("postgresql", postgresql))
}

_LIVING = (
    select(_RECORDS.c.occurred_on, func.count().label("count"))
    .where(_RECORDS.c.type_name == bindparam("type_name"), _RECORDS.c.withdrawn_at.is_(None))
    .group_by(_RECORDS.c.occurred_on)
)
_ERASED = (
    select(_COUNTS.c.occurred_on, func.sum(_COUNTS.c.count).label("count"))
    .where(_COUNTS.c.type_name == bindparam("type_name"))
    .group_by(_COUNTS.c.occurred_on)
)


def count_anonymously(connection: Connection, *, type_name: str, occurred_on: date, region: str, result: str) -> None:
    """Leave the number of a record that is about to be erased."""
    row = {"type_name": type_name, "occurred_on": occurred_on, "region": region, "result": result[:200]}
    connection.execute(_ONE_MORE[connection.dialect.name], row)


def count_by_day(connection: Connection, type_name: str) -> dict[date, int]:
    """How many records of a type there are for each day, erased ones too."""
    parameters = {"type_name": type_name}
    counts = Counter({row.occurred_on: row.count for row in connection.execute(_LIVING, parameters)})
    counts.update({row.occurred_on: row.count for row in connection.execute(_ERASED, parameters)})
    return dict(sorted(counts.items()))


def result_of(content: Mapping[str, Any]) -> str:
    """The code of what a record found, where it found something; the product of a dose, the diagnosis of a case."""
    codings = content.get("result") or content.get("codings") or ()
    return "|".join(str(codings[0][part]) for part in ("system", "code")) if codings else ""
