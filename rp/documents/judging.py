"""What a file is, by its first bytes and nothing else: neither its name nor what the browser calls it is believed."""

from enum import StrEnum

from rp.documents.refusals import UploadRefused
from rp.documents.signatures import signature_in

END_BYTES = 2048
"""How far from its end the end of a PDF is looked for: what was cut off on the way has none."""


class Kind(StrEnum):
    """What is taken."""

    PDF = "pdf"
    JPEG = "jpeg"

    @property
    def media_type(self) -> str:
        return {Kind.PDF: "application/pdf", Kind.JPEG: "image/jpeg"}[self]

    @property
    def ending(self) -> str:
        return {Kind.PDF: ".pdf", Kind.JPEG: ".jpg"}[self]


def kind_of(content: bytes) -> Kind | None:
    """The kind by the first bytes; None for everything else."""
    if content.startswith(b"%PDF-"):
        return Kind.PDF
    if content.startswith(b"\xff\xd8\xff"):
        return Kind.JPEG
    return None


def judge(content: bytes, *, most_bytes: int) -> Kind:
    """The kind of a file that may be opened at all. Raises UploadRefused."""
    if not content:
        raise UploadRefused("empty")
    if len(content) > most_bytes:
        raise UploadRefused("size", status=413, megabytes=most_bytes // 1024 // 1024)
    signature = signature_in(content)
    if signature is not None:
        raise UploadRefused("infected", signature=signature.name)
    kind = kind_of(content)
    if kind is None:
        raise UploadRefused("kind")
    if kind is Kind.PDF and b"%%EOF" not in content[-END_BYTES:]:
        raise UploadRefused("broken")
    return kind
