"""How sure we are of something that ESIA does, and where we have it from."""

from dataclasses import dataclass
from typing import Literal

Fidelity = Literal["exact", "approximate", "assumed"]
"""Two independent sources agree, or a real client was run against it; one source says so; nobody says, and we chose."""


@dataclass(frozen=True)
class Fact:
    """The standing of one row. `source` names documents and clients, as the key of docs/esia-fidelity.md spells them; `switch`
    is the setting that changes it, where somebody may know better."""

    fidelity: Fidelity
    source: str
    switch: str = ""


def exact(source: str, *, switch: str = "") -> Fact:
    """Independent sources agree."""
    return Fact("exact", source, switch)


def approximate(source: str, *, switch: str = "") -> Fact:
    """One source says so."""
    return Fact("approximate", source, switch)


def assumed(source: str = "ours", *, switch: str = "") -> Fact:
    """Nothing is published; this is our choice."""
    return Fact("assumed", source, switch)
