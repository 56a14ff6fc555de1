"""The contract of a record type, and the values it works with."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol

from rp.records.codes import CodeLabels
from rp.records.resource import ResourceReader


@dataclass(frozen=True)
class Draft:
    """A record as its source tells it. `identity` says what makes it this record and no other, whoever tells it.

    `content` is what JSON can hold; its meaning is the type's own.
    """

    occurred_on: date
    organisation: str
    identity: tuple[str, ...]
    content: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True)
class Record:
    """A stored record, in one of its versions. `author` is who wrote this version, as the journal names actors, and `reason` why;
    `organisation_id` is the organisation of ours that entered the record."""

    id: str
    patient_id: str
    type_name: str
    occurred_on: date
    organisation: str
    source: str
    stored_at: int
    content: Mapping[str, Any] = field(repr=False)
    version: int = 1
    author: str = "operator"
    organisation_id: str | None = None
    reason: str = ""
    changed_at: int = 0


@dataclass(frozen=True)
class Mark:
    """A word about a record's state; `tone` and `icon` are those of the design sheet."""

    text: str
    tone: str | None = None
    icon: str | None = None


@dataclass(frozen=True)
class Card:
    """A record as a page shows it, in the language of the page."""

    title: str
    detail: str
    marks: tuple[Mark, ...]
    facts: tuple[tuple[str, str], ...]
    ended_on: date | None = None


class RecordType(Protocol):
    """What each package in `types/` offers. `resource_type` is the FHIR resource it is read from."""

    name: str
    icon: str
    resource_type: str

    def title(self) -> str:
        """The name of the group, in the language of the page."""
        ...

    def empty(self) -> str:
        """What the page says when the group has no record."""
        ...

    def read(self, resource: ResourceReader) -> Draft:
        """A draft of a FHIR resource. Raises EntryRefused, or EntrySkipped when it is right but tells of no record."""
        ...

    def card(self, record: Record, labels: CodeLabels) -> Card:
        """The record for a page."""
        ...

    def as_json(self, record: Record, labels: CodeLabels) -> dict[str, Any]:
        """The members of the record that the API adds to the common ones."""
        ...
