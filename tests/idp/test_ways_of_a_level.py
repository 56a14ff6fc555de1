"""Which ways are asked for next where a client wishes for a level or insists on it, or a policy demands it."""

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import pytest

from idp.authentication.attempt import Attempt, Purpose
from idp.authentication.policy import CannotProveEnough, demanded_level, first_ways, next_ways, reachable_levels, within_reach
from idp.protocol.assurance import Factor
from idp.protocol.vocabulary import Kind, Level

START = 1_795_340_000


@dataclass(frozen=True)
class MadeUp:
    """As much of a method as the policy looks at."""

    name: str
    kind: Kind
    level: Level = "low"
    identifies: bool = True


PASSWORD = MadeUp("password", "knowledge")
CODE = MadeUp("code", "possession", identifies=False)
MAIL = MadeUp("email", "possession", identifies=False)
SIGNATURE: Any = MadeUp("signature", "possession", "high")
EVERY: Any = (PASSWORD, CODE, MAIL, SIGNATURE)


def attempt(*proved: Any, asked: Level | None = None, is_essential: bool = False, demanded: Level | None = None) -> Attempt:
    factors = tuple(Factor(method=each.name, kind=each.kind, amr=(), at=START, level=each.level) for each in proved)
    return Attempt(
        id="attempt",
        asked_level=asked,
        is_level_essential=is_essential,
        demanded_level=demanded,
        demanded_because=None,
        purpose=Purpose("", "", ""),
        return_path="/",
        citizen_id="vera",
        factors=factors,
        expires_at=START,
        completed_sid=None,
    )


def named(ways: Any) -> list[str]:
    return [way.name for way in ways]


def after(begun: Attempt, *, has: Any = EVERY, must_confirm_twice: bool = False) -> list[str]:
    person: Any = SimpleNamespace(id="vera", second_factor_required=must_confirm_twice, is_staff=False)
    return named(next_ways(begun, person, EVERY, is_offered=lambda each: each in has))


@pytest.mark.parametrize(
    ("begun", "first"),
    [
        (attempt(), ["password", "signature"]),
        (attempt(asked="substantial"), ["password", "signature"]),
        (attempt(asked="high"), ["signature", "password"]),
        (attempt(asked="high", is_essential=True), ["signature"]),
        (attempt(demanded="high"), ["signature", "password"]),
    ],
)
def test_first_ways(begun: Attempt, first: list[str]) -> None:
    assert named(first_ways(begun, EVERY)) == first


def test_who_insists_on_what_nothing_here_reaches_is_offered_what_there_is() -> None:
    assert named(first_ways(attempt(asked="high", is_essential=True), EVERY[:3])) == ["password"]


@pytest.mark.parametrize(
    ("begun", "ways"),
    [
        (attempt(PASSWORD), []),
        (attempt(PASSWORD, asked="substantial"), ["code", "email", "signature"]),
        (attempt(PASSWORD, asked="high"), ["signature", "code", "email"]),
        (attempt(PASSWORD, asked="high", is_essential=True), ["signature"]),
        # With two proofs nobody is pressed for what a client only wishes for; for what it insists on they are.
        (attempt(PASSWORD, CODE, asked="high"), []),
        (attempt(PASSWORD, CODE, asked="high", is_essential=True), ["signature"]),
        (attempt(SIGNATURE, asked="high", is_essential=True), []),
        (attempt(PASSWORD, demanded="substantial"), ["code", "email", "signature"]),
        (attempt(PASSWORD, CODE, demanded="high"), ["signature"]),
        # Two proofs of one kind are one.
        (attempt(CODE, MAIL, asked="substantial"), ["password", "signature"]),
    ],
)
def test_next_ways(begun: Attempt, ways: list[str]) -> None:
    assert after(begun) == ways


def test_who_must_confirm_twice_does_whatever_is_asked() -> None:
    assert after(attempt(PASSWORD), must_confirm_twice=True) == ["code", "email", "signature"]


def test_wish_that_cannot_be_met_lets_in_and_a_demand_does_not() -> None:
    assert after(attempt(PASSWORD, asked="high", is_essential=True), has=()) == []
    for begun, twice in ((attempt(PASSWORD, demanded="substantial"), False), (attempt(PASSWORD), True)):
        with pytest.raises(CannotProveEnough):
            after(begun, has=(), must_confirm_twice=twice)


def test_levels_within_reach() -> None:
    assert reachable_levels(EVERY[1:3]) == ("low",)
    assert reachable_levels(EVERY[:2]) == ("low", "substantial")
    assert reachable_levels((SIGNATURE,)) == ("low", "high")
    assert within_reach(attempt(CODE).factors, EVERY[1:3]) == "low"
    assert within_reach(attempt(CODE).factors, EVERY[:2]) == "substantial"
    assert within_reach(attempt(PASSWORD, CODE).factors, ()) == "substantial"


def test_stricter_of_two_policies_holds() -> None:
    assert demanded_level("always", "on_risk", asks_for_records=False) == "substantial"
    assert demanded_level("on_risk", "for_records", asks_for_records=True) == "substantial"
    assert demanded_level("on_risk", "for_records", asks_for_records=False) is None
    assert demanded_level("on_risk", None, asks_for_records=True) is None
