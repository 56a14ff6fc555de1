"""What the control plane can be asked to do: operations as values.

A room gives a tuple of `Operation`; `serving` serves each for the main realm and, under `/t/{sandbox_id}`, for a sandbox;
`openapi` describes them. Whatever is refused is answered by a problem of RFC 9457.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import msgspec

from idp.realm import Realm

ACTOR = "operator:control plane"
"""Who did it, in the journal."""
PARAMETER = re.compile(r"\{(\w+)\}")
Algorithm = Literal["RS256", "PS256", "ES256", "EdDSA"]
"""Those of `SIGNING_ALGORITHMS`, as a body names them."""


def whole(pattern: str) -> str:
    """The pattern of a string that is all of this: not even a line feed follows, before which a dollar sign matches too."""
    return rf"^{pattern}$(?!\n)"


class Problem(Exception):
    """Why an operation is not done, as its caller reads it (RFC 9457): `code` is a slug, `more` are members of its own."""

    def __init__(self, status: int, code: str, title: str, detail: str = "", **more: Any) -> None:
        super().__init__(f"{status} {code}: {detail or title}")
        self.status = status
        self.code = code
        self.title = title
        self.detail = detail
        self.more = more

    def document(self) -> dict[str, Any]:
        known = {"type": f"urn:propusk:problem:{self.code}", "title": self.title, "status": self.status}
        return known | ({"detail": self.detail} if self.detail else {}) | self.more


@dataclass(frozen=True)
class Call:
    """One call of an operation: the decoded parameters of its path, and its query and body as the operation's Structs."""

    path: Mapping[str, str]
    query: Any
    body: Any


@dataclass(frozen=True)
class Answer:
    """What an operation answers: a Struct as JSON, or nothing."""

    status: int
    body: msgspec.Struct | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Operation:
    """One thing that can be asked for.

    `path` is written as in OpenAPI, `answers` are the Structs of its good answers by status (None: no body), `problems`
    the statuses of what it refuses besides what every operation may refuse. An open operation needs no token.
    """

    name: str
    method: str
    path: str
    summary: str
    handle: Callable[[Realm, Call], Answer]
    body: type[msgspec.Struct] | None = None
    query: type[msgspec.Struct] | None = None
    answers: Mapping[int, Any] = field(default_factory=lambda: {204: None})
    problems: Sequence[int] = ()
    is_open: bool = False
    is_for_sandboxes: bool = True

    @property
    def parameters(self) -> list[str]:
        """The names of the parameters of its path."""
        return PARAMETER.findall(self.path)

    @property
    def needs_body(self) -> bool:
        """Would an empty object be refused?"""
        return self.body is not None and any(known.required for known in msgspec.structs.fields(self.body))
