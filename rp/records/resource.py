"""Reading one FHIR R4 resource strictly: what is absent, of the wrong type or impossible is refused with its path.

Our own checks and not `fhir.resources`: importing its R4B models costs half a second (measured) at every start, and
they would accept a dose without a day.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from rp.records.codes import Coding

MAX_TEXT_CHARACTERS = 2000
MAX_DIGITS = 12
"""Of a number: a float of JSON keeps fifteen, and no laboratory has as many."""
DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})(T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})?)?")
EARLIEST = date(2019, 12, 1)
"""Before it there was nothing to register."""


class EntryRefused(Exception):
    """The resource cannot be a record; the text says where and why, without its contents."""


class EntrySkipped(Exception):
    """The resource is right, but says that nothing happened (not-done, entered-in-error, preliminary)."""


class ResourceReader:
    """One resource of a bundle. Every method raises EntryRefused when the member is not what it must be."""

    def __init__(self, resource: Mapping[str, Any], *, latest: date | None = None) -> None:
        self._resource = resource
        self._latest = latest

    def has(self, name: str) -> bool:
        return name in self._resource

    def choice(self, name: str, allowed: Sequence[str]) -> str:
        """A code of a closed list."""
        value = self._resource.get(name)
        if value not in allowed:
            raise EntryRefused(f"{name} must be one of {', '.join(allowed)}")
        return str(value)

    def text(self, name: str) -> str | None:
        """A text that may be absent."""
        return read_text(self._resource.get(name), name)

    def day(self, name: str) -> date:
        """The day of a date or dateTime that must be there, exact to the day."""
        if name not in self._resource:
            raise EntryRefused(f"{name} is missing")
        return self._read_day(self._resource[name], name)

    def day_or_none(self, name: str) -> date | None:
        return self.day(name) if name in self._resource else None

    def period(self, name: str) -> tuple[date, date | None]:
        """Start and end of a period that must have a start."""
        period = self._mapping(self._resource.get(name), name)
        if "start" not in period:
            raise EntryRefused(f"{name}.start is missing")
        start = self._read_day(period["start"], f"{name}.start")
        end = self._read_day(period["end"], f"{name}.end", may_be_future=True) if "end" in period else None
        if end is not None and end < start:
            raise EntryRefused(f"{name}.end is before its start")
        return start, end

    def concept(self, name: str) -> tuple[tuple[Coding, ...], str | None]:
        """Codings and text of a CodeableConcept that must have at least one coding."""
        return read_concept(self._mapping(self._resource.get(name), name), name)

    def concept_or_none(self, name: str) -> tuple[tuple[Coding, ...], str | None] | None:
        return self.concept(name) if name in self._resource else None

    def status_code(self, name: str) -> str | None:
        """The code of a status that FHIR wraps in a CodeableConcept."""
        concept = self.concept_or_none(name)
        return concept[0][0].code if concept else None

    def quantity(self, name: str) -> tuple[str, str, str | None]:
        """Number (as text), unit and comparator of a Quantity."""
        quantity = self._mapping(self._resource.get(name), name)
        value = quantity.get("value")
        number = plain_number(value, f"{name}.value")
        unit = read_text(quantity.get("unit"), f"{name}.unit") or read_text(quantity.get("code"), f"{name}.code")
        if unit is None:
            raise EntryRefused(f"{name}.unit is missing")
        comparator = quantity.get("comparator")
        if comparator not in (None, "<", "<=", ">=", ">"):
            raise EntryRefused(f"{name}.comparator is not a comparator")
        return number, unit, comparator

    def items(self, name: str) -> list[Mapping[str, Any]]:
        """The objects of a list that may be absent."""
        value = self._resource.get(name, [])
        if not isinstance(value, list) or not all(isinstance(item, Mapping) for item in value):
            raise EntryRefused(f"{name} must be a list of objects")
        return value

    def references(self, name: str) -> list[Mapping[str, Any]]:
        """A reference that may be absent, as a list of none or one."""
        value = self._resource.get(name)
        if value is not None and not isinstance(value, Mapping):
            raise EntryRefused(f"{name} must be an object")
        return [] if value is None else [value]

    def organisation(self, *names: str) -> str:
        """The name of who did it: the first of the named references (or their `actor`) that has a display."""
        for name in names:
            value = self._resource.get(name)
            for entry in value if isinstance(value, list) else [value]:
                if isinstance(entry, Mapping):
                    actor = entry.get("actor", entry)
                    shown = read_text(actor.get("display"), f"{name}.display") if isinstance(actor, Mapping) else None
                    if shown:
                        return shown
        raise EntryRefused(f"{names[0]} does not name the organisation (display)")

    def reference(self, *names: str) -> str:
        """The target of the first of the named references, which must be there."""
        for name in names:
            value = self._resource.get(name)
            if isinstance(value, Mapping) and isinstance(value.get("reference"), str):
                return str(value["reference"])
        raise EntryRefused(f"{names[0]}.reference is missing")

    def _read_day(self, value: object, path: str, *, may_be_future: bool = False) -> date:
        match = DATE.fullmatch(value) if isinstance(value, str) else None
        if match is None:
            raise EntryRefused(f"{path} must be a date exact to the day, as in 2021-01-29")
        try:
            day = date(int(match[1]), int(match[2]), int(match[3]))
        except ValueError:
            raise EntryRefused(f"{path} is a day that does not exist") from None
        if day < EARLIEST:
            raise EntryRefused(f"{path} is before the disease was known")
        if self._latest is not None and day > self._latest and not may_be_future:
            raise EntryRefused(f"{path} is in the future")
        return day

    def _mapping(self, value: object, path: str) -> Mapping[str, Any]:
        if value is None:
            raise EntryRefused(f"{path} is missing")
        if not isinstance(value, Mapping):
            raise EntryRefused(f"{path} must be an object")
        return value


def plain_number(value: object, path: str) -> str:
    """A JSON number as text without exponent and trailing zeros, so that it is written back as what it was."""
    if not isinstance(value, (int, Decimal)) or isinstance(value, bool) or not Decimal(value).is_finite():
        raise EntryRefused(f"{path} must be a number")
    number = Decimal(value).normalize()
    if len(number.as_tuple().digits) > MAX_DIGITS or not -MAX_DIGITS <= number.adjusted() <= MAX_DIGITS:
        raise EntryRefused(f"{path} has more than {MAX_DIGITS} digits")
    return f"{number:f}"


def read_text(value: object, path: str) -> str | None:
    """A text, or None when it is absent. Blank around it is dropped."""
    if value is None:
        return None
    if not isinstance(value, str) or not value.strip() or len(value) > MAX_TEXT_CHARACTERS or not value.isprintable():
        raise EntryRefused(f"{path} must be a text of one line")
    return value.strip()


def read_concept(concept: Mapping[str, Any], path: str) -> tuple[tuple[Coding, ...], str | None]:
    """Codings and text of a CodeableConcept."""
    entries = concept.get("coding")
    if not isinstance(entries, list) or not entries:
        raise EntryRefused(f"{path}.coding is missing")
    codings = []
    for number, entry in enumerate(entries):
        place = f"{path}.coding[{number}]"
        if not isinstance(entry, Mapping):
            raise EntryRefused(f"{place} must be an object")
        system, code = read_text(entry.get("system"), f"{place}.system"), read_text(entry.get("code"), f"{place}.code")
        if system is None or code is None:
            raise EntryRefused(f"{place} must have a system and a code")
        codings.append(Coding(system, code, read_text(entry.get("display"), f"{place}.display")))
    return tuple(codings), read_text(concept.get("text"), f"{path}.text")
