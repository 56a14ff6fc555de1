"""How long a record is needed for the watch over the epidemic, and so cannot be erased: a term of years for each type."""

from datetime import date

from rp.settings import RetentionYears


def kept_until(type_name: str, occurred_on: date, years: RetentionYears) -> date:
    """The first day on which a record of this type and day may be erased."""
    year = occurred_on.year + int(getattr(years, type_name))
    try:
        return occurred_on.replace(year=year)
    except ValueError:  # 29 February, and a year that has none
        return date(year, 3, 1)
