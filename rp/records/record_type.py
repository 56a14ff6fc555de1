"""The contract of a record type, and the values it works with."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol

from rp.forms.form import Field
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


PROOF = "pcr"


@dataclass(frozen=True)
class Finding:
    """What one record tells of the virus, for a type that asks for proof. `method` is `pcr`, `antigen` or another way to look."""

    record_id: str
    found_on: date
    method: str
    is_positive: bool
    title: str = field(repr=False)

    @property
    def is_proof(self) -> bool:
        """Does it prove the disease? Only a positive PCR does (mission R004)."""
        return self.method == PROOF and self.is_positive


@dataclass(frozen=True)
class Entry:
    """What is known where somebody writes a record down: the day, the organisation, and what the patient's records hold.

    `corrected` is the record that is put right, None for a new one. `issue_number` gives the next УНРЗ, once it is needed.
    """

    today: date
    organisation: str
    known: Sequence[Record]
    findings: Sequence[Finding]
    labels: CodeLabels
    issue_number: Callable[[], str] = field(repr=False)
    corrected: Record | None = None


class ValuesRefused(Exception):
    """Values that are right each for itself do not make a record. `errors` holds a sentence for each field, by its name."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__("; ".join(f"{name}: {sentence}" for name, sentence in errors.items()))
        self.errors = dict(errors)


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
    """What each package in `types/` offers. `resource_type` is the FHIR resource it is read from; `is_proved` says that such a
    record rests on another one, so that it is nobody's first."""

    name: str
    icon: str
    resource_type: str
    is_proved: bool

    def title(self) -> str:
        """The name of the group, in the language of the page."""
        ...

    def empty(self) -> str:
        """What the page says when the group has no record."""
        ...

    def entry_title(self) -> str:
        """The name of the form for a new one, in the language of the page."""
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

    def as_resource(self, record: Record) -> dict[str, Any]:
        """The record as a FHIR R4 resource, from which `read` makes the same draft."""
        ...

    def finding(self, record: Record, labels: CodeLabels) -> Finding | None:
        """What the record tells of the virus; None when it is no such record."""
        ...

    def proved_by(self, record: Record) -> str | None:
        """The id of the record that this one rests on."""
        ...

    def fields(self, entry: Entry) -> tuple[Field, ...]:
        """What the form for such a record asks, in the language of the page."""
        ...

    def values_of(self, record: Record) -> dict[str, str]:
        """What stands in the fields when this record is corrected."""
        ...

    def draft_of(self, values: Mapping[str, Any], entry: Entry) -> Draft:
        """A draft of what was read from the fields. Raises ValuesRefused."""
        ...
