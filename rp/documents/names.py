"""The name of a file, as it may be shown and handed back: never a path, never a place where something else begins."""

import unicodedata
from urllib.parse import quote

from rp.documents.judging import Kind

LONGEST = 120
ENDINGS = (".pdf", ".jpg", ".jpeg", ".jpe")
UNWELCOME = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Control characters, marks that turn the direction of writing, and what is no character."""
UNWELCOME_CHARACTERS = frozenset('/\\:*?"<>|')


def tidy_name(unverified_name: str | None, kind: Kind) -> str:
    """What stays of a name that somebody gave a file; its ending tells what the file is."""
    given = unicodedata.normalize("NFC", (unverified_name or "")[: LONGEST * 50])
    last = given.replace("\\", "/").rpartition("/")[2]
    kept = "".join(character for character in last if _is_welcome(character))
    stem = " ".join(kept.split())
    while stem.lower().endswith(ENDINGS):
        stem = stem[: stem.rindex(".")].rstrip(". ")
    return (stem[:LONGEST].strip(". ") or "document") + kind.ending


def content_disposition(name: str, kind: Kind) -> str:
    """The header that hands a file over to be saved. RFC 6266, 4.3 and appendix D."""
    encoded = quote(name, safe="")
    return f"attachment; filename=\"document{kind.ending}\"; filename*=UTF-8''{encoded}"


def _is_welcome(character: str) -> bool:
    return character not in UNWELCOME_CHARACTERS and unicodedata.category(character) not in UNWELCOME
