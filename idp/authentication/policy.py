"""Which proofs may be asked for next. Handed the methods, so that it knows none of them by name."""

from collections.abc import Callable, Sequence

from idp.authentication.attempt import Attempt
from idp.authentication.method import Method
from idp.citizens.models import Person
from idp.protocol.assurance import Factor, higher, level_of, reaches
from idp.protocol.vocabulary import LEVELS, SECOND_FACTORS, Level, SecondFactor


class CannotProveEnough(Exception):
    """What is demanded is more than any method this person has can prove."""

    def __init__(self, person: Person) -> None:
        super().__init__(person.id)
        self.person = person


def demanded_level(own: SecondFactor, clients: SecondFactor | None, *, asks_for_records: bool) -> Level | None:
    """What a sign-in for a client has to reach by the provider's own policy and the client's: the stricter of them holds."""
    policy = max(own, clients or own, key=SECOND_FACTORS.index)
    return "substantial" if policy == "always" or (policy == "for_records" and asks_for_records) else None


def wanted_level(attempt: Attempt, person: Person | None = None) -> Level:
    """The level this sign-in is to reach, if it can."""
    return higher(attempt.asked_level or "low", must_reach(attempt, person))


def must_reach(attempt: Attempt, person: Person | None) -> Level:
    """The level without which nobody is let in: what a client's policy, a risk or the person's own record demands."""
    demanded = attempt.demanded_level or "low"
    needs_two = person is not None and (person.second_factor_required or person.is_staff)
    return higher(demanded, "substantial") if needs_two else demanded


def first_ways(attempt: Attempt, methods: Sequence[Method]) -> tuple[Method, ...]:
    """The methods that can begin this sign-in, before we know who it is; those that reach the wanted level alone come first where
    it is the highest. Where the client insists on that level, they are the only ones."""
    identifying = [method for method in methods if method.identifies]
    if wanted_level(attempt) != "high":
        return tuple(identifying)
    strong = [method for method in identifying if reaches(method.level, "high")]
    others = [] if strong and attempt.is_level_essential else [method for method in identifying if method not in strong]
    return (*strong, *others)


def next_ways(
    attempt: Attempt, person: Person, methods: Sequence[Method], *, is_offered: Callable[[Method], bool]
) -> tuple[Method, ...]:
    """The methods of which one is asked for now, the best first; none when enough is proved, or nothing more can be.

    A level that a client only wishes for is not forced upon people: with two factors they are let in, at the level they have
    reached, stated truthfully, and so is who cannot reach what it insists on. What is demanded they must reach. Raises
    CannotProveEnough.
    """
    wanted, reached = wanted_level(attempt, person), level_of(attempt.factors)
    must = must_reach(attempt, person)
    is_enough = reaches(reached, must) and reaches(reached, "substantial") and not attempt.is_level_essential
    if is_enough or reaches(reached, wanted):
        return ()
    after = {method: _level_with(attempt.factors, method) for method in methods}
    helpful = [method for method in methods if not reaches(reached, after[method]) and is_offered(method)]
    strong = [method for method in helpful if reaches(after[method], wanted)]
    others = [] if strong and attempt.is_level_essential else [method for method in helpful if method not in strong]
    if not helpful and not reaches(reached, must):
        raise CannotProveEnough(person)
    return (*strong, *others)


def ways_beside_letter(factors: Sequence[Factor], offered: Sequence[Method]) -> tuple[Method, ...]:
    """The methods, of those a person has, of which one is asked of somebody who has forgotten the password and followed the link
    of a letter; none when one is proved, or they have no other. What proves the mailbox once more proves nothing (ASVS 5.0,
    6.4.3)."""
    known = {factor.method for factor in factors}
    if len(known) > 1:
        return ()
    return tuple(method for method in offered if method.kind != "knowledge" and method.name not in known)


def reachable_levels(methods: Sequence[Method]) -> tuple[Level, ...]:
    """The levels that these methods can bring somebody to, by one of them or by two of different kinds."""
    two = ["substantial"] if len({method.kind for method in methods}) > 1 else []
    reachable = {"low", *two, *(method.level for method in methods)}
    return tuple(level for level in LEVELS if level in reachable)


def within_reach(factors: Sequence[Factor], methods: Sequence[Method]) -> Level:
    """The highest level that one more proof by any of these methods brings somebody to who has proved this."""
    return higher(level_of(factors), *(_level_with(factors, method) for method in methods))


def _level_with(factors: Sequence[Factor], method: Method) -> Level:
    """The level that is reached with this method besides what is proved."""
    is_of_another_kind = bool({factor.kind for factor in factors} - {method.kind})
    return higher(level_of(factors), method.level, "substantial" if is_of_another_kind else "low")
