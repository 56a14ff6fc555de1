"""What comes next in an attempt, whoever brings it: a browser by the pages of `views`, or a test that has none."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy import Connection

from idp.authentication import attempt as attempts
from idp.authentication import risk as risks
from idp.authentication.attempt import Attempt, AttemptGone
from idp.authentication.lockout import AccountLocked
from idp.authentication.method import Method
from idp.authentication.policy import CannotProveEnough, first_ways, next_ways, wanted_level, ways_beside_letter
from idp.authentication.risk import Place
from idp.citizens import directory
from idp.citizens.models import Person
from idp.protocol.assurance import level_of, reaches
from idp.protocol.vocabulary import Level
from idp.realm import Realm


@dataclass(frozen=True)
class Standing:
    """Where an attempt stands: who it is, if we know, and the ways of which one is asked for now. None are left when enough is
    proved. `shut` are ways to begin that cannot be gone: each with the reason, or with None where it proves too little."""

    attempt: Attempt
    person: Person | None
    ways: tuple[Method, ...] = ()
    shut: Sequence[tuple[Method, str | None]] = field(default=())

    @property
    def is_enough(self) -> bool:
        return self.person is not None and not self.ways

    def way(self, name: str) -> Method | None:
        """The way of this name, if it may be gone now."""
        return next((method for method in self.ways if method.name == name), None)


def standing(realm: Realm, attempt: Attempt, methods: Sequence[Method], place: Place) -> Standing:
    """Judge where an attempt stands. Raises CannotProveEnough, AccountLocked, and AttemptGone when its person may not
    sign in any more.

    Somebody we know by now is looked at for risks before they are let in with one proof. A risk demands a second step of
    whoever has one; who has none is let in with the level they have, and the journal says so.
    """
    with realm.database.read() as connection:
        person = directory.find(realm, connection, attempt.citizen_id) if attempt.citizen_id else None
        if attempt.completed_sid is not None:
            return Standing(attempt, person)
        if attempt.citizen_id and (person is None or person.is_disabled):
            raise AttemptGone
        # Whoever forgot the password has often locked the account before: the recovery ends that lock, and no other.
        if person is not None and person.lock is not None and not (attempt.is_for_recovery and person.lock == "failures"):
            raise AccountLocked(person.lock)
        found = _ways(realm, connection, attempt, person, methods)
        if (
            person is None
            or attempt.is_for_recovery
            or found.ways
            or reaches(level_of(attempt.factors), "substantial")
            or attempt.demanded_because
        ):
            return found
        risk = risks.risk_of(realm, connection, person, place)
    if risk is None:
        return found
    level: Level = "substantial"
    with realm.database.write() as connection:
        try:
            demanding = replace(attempt, demanded_level=level, demanded_because=risk)
            found, outcome = _ways(realm, connection, demanding, person, methods), "second_step"
        except CannotProveEnough:
            level, outcome = "low", "no_second_step"
        # The journal first, as where a proof is judged: PostgreSQL would find a deadlock in the other order.
        risks.write_down(realm, connection, attempt, person, risk, outcome=outcome)
        attempts.demand(connection, attempt, level, because=risk)
    return found


def is_beyond_reach(realm: Realm, connection: Connection, attempt_id: str, methods: Sequence[Method], *, browser: str) -> bool:
    """Has somebody begun this sign-in who can never prove what is demanded, with what they have now?"""
    try:
        attempt = attempts.find(realm, connection, attempt_id, browser=browser)
        person = directory.find(realm, connection, attempt.citizen_id) if attempt.citizen_id else None
        if person is not None and attempt.completed_sid is None:
            _ways(realm, connection, attempt, person, methods)
    except AttemptGone:
        return False
    except CannotProveEnough:
        return True
    return False


def _ways(realm: Realm, connection: Connection, attempt: Attempt, person: Person | None, methods: Sequence[Method]) -> Standing:
    reasons = {method: method.why_shut(realm) for method in methods}
    open_ways = [method for method in methods if reasons[method] is None]
    if person is None:
        ways = first_ways(attempt, open_ways)
        shut = [(method, reasons[method]) for method in methods if method.identifies and method not in ways]
        return Standing(attempt, None, ways, shut)
    wants_highest = wanted_level(attempt, person) == "high"

    def is_offered(method: Method) -> bool:
        if method.is_offered(realm, connection, person):
            return True
        return wants_highest and reaches(method.level, "high") and method.may_have(realm, connection, person)

    if attempt.is_for_recovery:
        return Standing(attempt, person, ways_beside_letter(attempt.factors, list(filter(is_offered, open_ways))))
    ways = next_ways(attempt, person, open_ways, is_offered=is_offered)
    weak = risks.recovered_by(realm, connection, person.id) if ways else set()
    return Standing(attempt, person, tuple(way for way in ways if way.name not in weak) or ways)
