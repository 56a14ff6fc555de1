"""When does one person no longer speak for another? Pure rules: days and moments in, an answer out.

    granted ──the child is eighteen──────────────────────────────▶ ended
       ├──the represented withdraws it, or the representative────▶ ended
       └──the last day of its term is over───────────────────────▶ ended        (none of them comes back to life)

Nothing is done when the day comes: whether a representation lives is asked at each request.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

OF_AGE_YEARS = 18


class Kind(StrEnum):
    """Why one person speaks for another."""

    CHILD = "child"
    ADULT = "adult"


class End(StrEnum):
    """Why they no longer do."""

    OF_AGE = "of_age"
    WITHDRAWN = "withdrawn"
    TERM = "term"


@dataclass(frozen=True)
class Terms:
    """What a representation ends by. `last_day` is the last day on which it lives; None where nobody set a term."""

    kind: Kind
    last_day: date | None = None
    withdrawn_at: int | None = None


def end_of(terms: Terms, *, birth_date: date, today: date) -> End | None:
    """What has ended the representation of a person born on `birth_date`; None while it lives."""
    if terms.withdrawn_at is not None:
        return End.WITHDRAWN
    if terms.kind is Kind.CHILD and is_of_age(birth_date, today):
        return End.OF_AGE
    if terms.last_day is not None and today > terms.last_day:
        return End.TERM
    return None


def is_of_age(birth_date: date, today: date) -> bool:
    """Is the person eighteen? On the birthday they are."""
    return today >= eighteenth_birthday(birth_date)


def eighteenth_birthday(birth_date: date) -> date:
    """The day on which a person comes of age.

    Of a person born on 29 February it is 1 March: on 28 February their eighteenth year is not over yet, and eighteen years
    after a leap year is never one.
    """
    year = birth_date.year + OF_AGE_YEARS
    try:
        return birth_date.replace(year=year)
    except ValueError:
        return date(year, 3, 1)


def last_day_as_child(birth_date: date) -> date:
    """The last day on which a parent speaks for the person."""
    return date.fromordinal(eighteenth_birthday(birth_date).toordinal() - 1)
