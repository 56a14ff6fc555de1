"""Fields of resources: each is a row that says what it is called, which scope opens it, and how sure we are of it."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Generic, Literal, TypeVar

import orjson

from idp.protocol.esia.fact import Fact

Of = TypeVar("Of")
Kind = Literal["text", "number", "boolean", "date", "seconds", "object", "list"]
"""How a value is written: a date is `dd.MM.yyyy`, a moment the seconds since the epoch."""


@dataclass(frozen=True)
class Field(Generic[Of]):
    """One field. It is there when one of its scopes is granted, always when it has none, and without a value only where it is
    nullable. `claims` are what a consent calls what it tells."""

    name: str
    kind: Kind
    value: Callable[[Of], Any]
    fact: Fact
    scopes: tuple[str, ...] = ()
    claims: tuple[str, ...] = ()
    is_nullable: bool = False


@dataclass(frozen=True)
class Told:
    """What is told: members, and the claims that they tell."""

    members: dict[str, Any]
    claims: frozenset[str] = frozenset()

    def with_tag(self) -> "Told":
        """The same with its `eTag`, which changes when the content does."""
        return Told({**self.members, "eTag": tag_of(self.members)}, self.claims)


def tell(fields: Sequence[Field[Of]], of: Of, may: Callable[[Sequence[str]], bool]) -> Told:
    """The fields that `may` be told, in their order."""
    members: dict[str, Any] = {}
    claims: set[str] = set()
    for field in fields:
        if field.scopes and not may(field.scopes):
            continue
        value = field.value(of)
        if value is not None or field.is_nullable:
            members[field.name] = value
            claims.update(field.claims)
    return Told(members, frozenset(claims))


def tag_of(members: object) -> str:
    """The `eTag` of a content: 40 hexadecimal digits."""
    return hashlib.sha1(orjson.dumps(members, option=orjson.OPT_SORT_KEYS), usedforsecurity=False).hexdigest().upper()


def dotted(day: date | str | None) -> str | None:
    """A day as ESIA writes it, `dd.MM.yyyy`."""
    if isinstance(day, str):
        day = date.fromisoformat(day) if day else None
    return day.strftime("%d.%m.%Y") if day is not None else None


def all_claims(told: Iterable[Told]) -> frozenset[str]:
    """What several answers tell together."""
    return frozenset(claim for each in told for claim in each.claims)
