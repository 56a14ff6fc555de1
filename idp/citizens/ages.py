"""How old somebody is, by the day that it is where the stand is."""

from datetime import date

from ground.web.language import local_moment
from idp.realm import Realm


def today(realm: Realm) -> date:
    """The day in the time zone of the stand."""
    return local_moment(realm.clock.now()).date()


def age_on(day: date, born: date) -> int:
    """Full years. Who was born on 29 February has their birthday on 1 March of other years."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def birthday(born: date, age: int) -> date:
    """The day on which somebody turns so old."""
    try:
        return born.replace(year=born.year + age)
    except ValueError:
        return date(born.year + age, 3, 1)
