"""Which proof is asked for next. Handed the methods, so that it knows none of them by name."""

from collections.abc import Sequence

from idp.authentication.attempt import Attempt
from idp.authentication.method import Method
from idp.citizens.models import Person
from idp.protocol.assurance import level_of, reaches
from idp.protocol.vocabulary import Level


class CannotProveEnough(Exception):
    """The person's record demands more than any method they have can prove."""


def next_method(attempt: Attempt, person: Person | None, methods: Sequence[Method]) -> Method | None:
    """The method to ask for now, or None when the attempt has proved enough.

    The first method that identifies comes first. After it, a method of another kind as long as the asked level is not
    reached. When a client asks for a level the person cannot reach, they get in with the level they have, stated
    truthfully; when their own record demands it, they do not. Raises CannotProveEnough.
    """
    if person is None:
        return next(method for method in methods if method.is_offered(None))
    reached = level_of(attempt.factors)
    if reaches(reached, _wanted(attempt, person)):
        return None
    proved = {factor.kind for factor in attempt.factors}
    for method in methods:
        if method.kind not in proved and method.is_offered(person):
            return method
    if person.second_factor_required and not reaches(reached, "substantial"):
        raise CannotProveEnough
    return None


def _wanted(attempt: Attempt, person: Person) -> Level:
    wanted: Level = attempt.asked_level or "low"
    if person.second_factor_required and not reaches(wanted, "substantial"):
        return "substantial"
    return wanted
