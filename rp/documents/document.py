"""A document, as everybody but the tables sees it."""

from dataclasses import dataclass, field

from rp.documents.judging import Kind


@dataclass(frozen=True)
class Document:
    """What a person handed in. `size` in bytes and `sha256` are of the file as it is handed back."""

    id: str
    patient_id: str
    purpose: str
    kind: Kind
    size: int
    created_at: int
    name: str = field(repr=False)
    sha256: str = field(repr=False)

    @property
    def path(self) -> str:
        """Where it can be downloaded."""
        return f"/documents/{self.id}"


class DocumentHeld(Exception):
    """Somebody has yet to decide about the document: it stays."""


class DocumentLost(Exception):
    """The file of a document is not there, or not what was stored."""
