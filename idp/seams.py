"""The named points where an outgoing message may be observed or altered.

The honest provider passes `HONEST`, which changes nothing; the laboratory passes its own. There is no `if fault` in
honest code: a fault is another value here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

Document = dict[str, Any]
Message = TypeVar("Message")


def _unchanged(message: Message) -> Message:
    return message


@dataclass(frozen=True)
class Seams:
    """One function for each kind of outgoing message, from the honest message to the one that is sent."""

    discovery_document: Callable[[Document], Document] = _unchanged
    key_set: Callable[[Document], Document] = _unchanged
    authorization_response: Callable[[dict[str, str]], dict[str, str]] = _unchanged
    token_claims: Callable[[Document], Document] = _unchanged
    sealed_token: Callable[[str], str] = _unchanged
    token_response: Callable[[Document], Document] = _unchanged
    userinfo: Callable[[Document], Document] = _unchanged
    logout_token_claims: Callable[[Document], Document] = _unchanged


HONEST = Seams()
