"""A mistake that we know: what went wrong, in which parameter, how to mend it, and how sure we are that ESIA refuses it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from dataclasses import field as member
from typing import Literal

from idp.protocol.esia.fact import Fact

Language = Literal["ru", "en"]
Weight = Literal["cause", "warning", "note"]
"""It is refused for this; it is accepted, and would be better otherwise; it is accepted and only worth knowing."""

SIGNATURE = ("007005", "007053", "007002")
"""What ESIA answers to anything that is wrong with a signature."""


@dataclass(frozen=True)
class Words:
    """A sentence in both languages. `{name}` in it is a value of the diagnosis."""

    ru: str
    en: str

    def said(self, language: Language, values: Mapping[str, str]) -> str:
        return (self.ru if language == "ru" else self.en).format_map(values)


@dataclass(frozen=True)
class Kind:
    """One mistake. `field` is the parameter, or the part of the request, where it is; empty: the diagnosis names it.
    `answers` are the codes that such a request is answered with."""

    code: str
    field: str
    answers: tuple[str, ...]
    title: Words
    cause: Words
    fix: Words
    fact: Fact
    weight: Weight = "cause"

    @property
    def clause(self) -> str:
        """Where the rule is from."""
        return self.fact.source


@dataclass(frozen=True)
class Comparison:
    """Two texts, byte by byte. `signed` is None where the text that was signed could not be found."""

    expected: bytes
    signed: bytes | None = None

    @property
    def first_difference(self) -> int | None:
        """The first byte that differs."""
        if self.signed is None or self.signed == self.expected:
            return None
        pairs = zip(self.expected, self.signed, strict=False)
        return next((at for at, (one, other) in enumerate(pairs) if one != other), min(len(self.expected), len(self.signed)))


@dataclass(frozen=True)
class Found:
    """A mistake of one request. `received` and `expected` are said as they are, in no language."""

    kind: Kind
    field: str
    received: str = ""
    expected: str = ""
    values: Mapping[str, str] = member(default_factory=dict)
    comparison: Comparison | None = None

    @property
    def all_values(self) -> Mapping[str, str]:
        return {"field": self.field, "received": self.received, "expected": self.expected, **self.values}

    def compared(self, comparison: Comparison) -> "Found":
        """The same with the texts to lay side by side."""
        return replace(self, comparison=comparison)


def found(kind: Kind, **values: object) -> Found:
    """A mistake with its values as texts; `field`, `received` and `expected` are values, too."""
    texts = {name: str(value) for name, value in values.items()}
    field = texts.pop("field", "") or kind.field
    return Found(kind, field, texts.pop("received", ""), texts.pop("expected", ""), texts)
