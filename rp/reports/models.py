"""The tables of the regional statistics. Values are cumulative, as the source gives them; NULL is unknown."""

from datetime import date

from sqlalchemy import BigInteger, Date, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from rp.database import Base


class RegionRow(Base):
    """A region by its number, such as 77."""

    __tablename__ = "regions"

    number: Mapped[str] = mapped_column(String(2), primary_key=True)
    name: Mapped[str] = mapped_column(String(100), unique=True)
    letters: Mapped[str] = mapped_column(String(3))


class RegionDay(Base):
    """What was known of a region at the end of a day."""

    __tablename__ = "region_days"

    region: Mapped[str] = mapped_column(String(2), ForeignKey("regions.number"), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    confirmed: Mapped[int | None] = mapped_column(BigInteger)
    recovered: Mapped[int | None] = mapped_column(BigInteger)
    died: Mapped[int | None] = mapped_column(BigInteger)


class StatisticsSource(Base):
    """The file the statistics were read from last, by its SHA-256."""

    __tablename__ = "statistics_sources"

    name: Mapped[str] = mapped_column(String(200), primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64))
    first_day: Mapped[date] = mapped_column(Date)
    last_day: Mapped[date] = mapped_column(Date)
    loaded_at: Mapped[int] = mapped_column(BigInteger)
