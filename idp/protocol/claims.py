"""What a client learns about a person, and nothing else (OpenID Connect Core 1.0, 5.4)."""

from collections.abc import Iterable, Mapping
from typing import Any

from idp.protocol.scopes import claims_of


def released(person: Mapping[str, Any], scopes: Iterable[str]) -> dict[str, Any]:
    """Of all claims about a person, those that the scopes open and that have a value."""
    return {name: person[name] for name in claims_of(scopes) if person.get(name) is not None}
