"""How sure we are: from the factors somebody proved to `acr` and `amr`.

A level is never made up: it follows from the stored factors alone (OpenID Connect Core 1.0, 2; RFC 8176).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from idp.protocol.vocabulary import LEVELS, Kind, Level


@dataclass(frozen=True)
class Factor:
    """One proof: `kind` is `knowledge`, `possession` or `inherence`; `amr` are words of RFC 8176; `at` in seconds.

    `level` is what it proves alone. One that the test API made says so for ever, whatever session it is carried into.
    """

    method: str
    kind: Kind
    amr: tuple[str, ...]
    at: int
    level: Level = "low"
    is_made_by_test: bool = False

    @classmethod
    def stored(cls, fields: Mapping[str, Any]) -> "Factor":
        """The factor that a row of JSON holds."""
        return cls(**{**fields, "amr": tuple(fields["amr"])})


def level_of(factors: Sequence[Factor]) -> Level:
    """The level of the strongest proof; two proofs of different kinds are `substantial` at least."""
    return higher(*(factor.level for factor in factors), "substantial" if _are_of_two_kinds(factors) else "low")


def references_of(factors: Sequence[Factor]) -> list[str]:
    """The `amr` values: those of each factor, and `mfa` when they are of two kinds."""
    words = [word for factor in factors for word in factor.amr]
    if _are_of_two_kinds(factors):
        words.append("mfa")
    return list(dict.fromkeys(words))


def higher(*levels: Level) -> Level:
    """The highest of these levels."""
    return max(levels, key=LEVELS.index)


def _are_of_two_kinds(factors: Sequence[Factor]) -> bool:
    return len({factor.kind for factor in factors}) >= 2


def reaches(level: Level, asked: Level) -> bool:
    """Is `level` at least `asked`?"""
    return LEVELS.index(level) >= LEVELS.index(asked)


def asked_level(acr_values: Iterable[str]) -> Level | None:
    """The level a client asks for: the first word of `acr_values` we know; unknown words are passed over.

    The parameter lists values in order of preference (OpenID Connect Core 1.0, 3.1.2.1).
    """
    for word in acr_values:
        for level in LEVELS:
            if word == level:
                return level
    return None


def stated_level(reached: Level, essential: Iterable[str]) -> Level | None:
    """The level to state: the one that was reached, or, where a client accepts certain ones only, the highest of them that
    was reached. None when it accepts none of those (OpenID Connect Core 1.0, 5.5.1.1)."""
    accepted = set(essential)
    if not accepted:
        return reached
    reachable = [level for level in LEVELS if level in accepted and reaches(reached, level)]
    return reachable[-1] if reachable else None
