"""Names of people as somebody types them: letters of any alphabet, with what stands between them."""

import re
import unicodedata

from idp.citizens.identifiers import IdentifierMalformed

MAX_LENGTH = 60
NAME = re.compile(r"[^\W\d_]+(?:[ '’.-]{1,2}[^\W\d_]+)*\.?\Z")


def name(text: str) -> str:
    """A family, given or middle name in one spelling. Raises IdentifierMalformed: of markup, digits and what is no name."""
    composed = unicodedata.normalize("NFC", text) if len(text) <= MAX_LENGTH else ""
    spelled = " ".join(composed.split())
    if not NAME.match(spelled):
        raise IdentifierMalformed("name")
    return spelled


def is_same(one: str | None, other: str | None) -> bool:
    """Are two spellings one name? Case, Ё and double spaces do not count."""

    def bare(text: str | None) -> str:
        return " ".join((text or "").casefold().replace("ё", "е").split())

    return bare(one) == bare(other)
