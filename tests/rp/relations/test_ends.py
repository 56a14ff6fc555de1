"""When one person no longer speaks for another."""

from datetime import date, timedelta

import pytest

from rp.relations.ends import End, Kind, Terms, eighteenth_birthday, end_of, is_of_age, last_day_as_child

BORN = date(2008, 11, 22)
GROWN = date(1984, 2, 14)
TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("born", "birthday"),
    [
        (date(2008, 11, 22), date(2026, 11, 22)),
        (date(2008, 12, 31), date(2026, 12, 31)),
        (date(2009, 1, 1), date(2027, 1, 1)),
        (date(2008, 2, 28), date(2026, 2, 28)),
        (date(2008, 2, 29), date(2026, 3, 1)),
        (date(2012, 2, 29), date(2030, 3, 1)),
        (date(2007, 3, 1), date(2025, 3, 1)),
    ],
)
def test_person_comes_of_age_on_the_eighteenth_birthday(born: date, birthday: date) -> None:
    assert eighteenth_birthday(born) == birthday
    assert last_day_as_child(born) == birthday - timedelta(days=1)
    assert not is_of_age(born, birthday - timedelta(days=1))
    assert is_of_age(born, birthday)


def test_child_born_on_the_29_of_february_is_a_child_on_the_28th_and_of_age_on_the_1st_of_march() -> None:
    terms, born = Terms(Kind.CHILD), date(2008, 2, 29)
    assert end_of(terms, birth_date=born, today=date(2026, 2, 28)) is None
    assert end_of(terms, birth_date=born, today=date(2026, 3, 1)) is End.OF_AGE


@pytest.mark.parametrize(
    ("terms", "born", "today", "end"),
    [
        (Terms(Kind.CHILD), BORN, date(2026, 11, 21), None),
        (Terms(Kind.CHILD), BORN, date(2026, 11, 22), End.OF_AGE),
        (Terms(Kind.CHILD), BORN, date(2046, 1, 1), End.OF_AGE),
        (Terms(Kind.ADULT), GROWN, TODAY, None),
        (Terms(Kind.ADULT, last_day=TODAY), GROWN, TODAY, None),
        (Terms(Kind.ADULT, last_day=TODAY), GROWN, TODAY + timedelta(days=1), End.TERM),
        (Terms(Kind.ADULT, last_day=TODAY, withdrawn_at=1), GROWN, TODAY, End.WITHDRAWN),
        (Terms(Kind.ADULT, withdrawn_at=1), GROWN, TODAY, End.WITHDRAWN),
        (Terms(Kind.CHILD, withdrawn_at=1), BORN, date(2020, 1, 1), End.WITHDRAWN),
        (Terms(Kind.CHILD, last_day=date(2020, 1, 1)), BORN, date(2020, 1, 2), End.TERM),
    ],
)
def test_representation_ends(terms: Terms, born: date, today: date, end: End | None) -> None:
    assert end_of(terms, birth_date=born, today=today) is end


def test_no_later_day_brings_a_representation_back() -> None:
    """Of each kind: once a day has ended it, every later one finds it ended too."""
    for terms, born in ((Terms(Kind.CHILD), date(2008, 2, 29)), (Terms(Kind.ADULT, last_day=date(2026, 2, 28)), GROWN)):
        days = [date(2026, 2, 1) + timedelta(days=number) for number in range(1500)]
        ended = [end_of(terms, birth_date=born, today=day) is not None for day in days]
        assert ended == sorted(ended)
        assert {False, True} == set(ended)
