"""One request and its answer: as the recorder leaves them, and as they are stored and read."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from ground.wire import BadRequest, Request
from idp.requests.models import MAX_METHOD_LENGTH, MAX_PATH_LENGTH

MAX_BODY_BYTES = 64 * 1024
"""What is kept of a body. No endpoint that is recorded takes a longer one."""
HIDDEN = "…"


@dataclass(frozen=True, slots=True)
class Raw:
    """What the recorder saw, untouched: working it out waits until the answer is on its way."""

    id: str
    at: int
    environment: Mapping[str, Any]
    body: bytes
    body_is_cut: bool
    status: str
    answer_headers: Sequence[tuple[str, str]]
    answer_body: bytes


class Exchange(msgspec.Struct, frozen=True, kw_only=True):
    """A request and its answer. Header names are lower case; header values and `query` hold bytes as Latin-1."""

    id: str
    at: int
    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes
    body_is_cut: bool
    status: int
    answer_headers: tuple[tuple[str, str], ...]
    answer_body: bytes
    answer_body_is_cut: bool

    @property
    def request(self) -> Request:
        """The request as the endpoints see one."""
        return Request(self.method, self.path, self.query, self.headers, self.body, remote_address="")

    @property
    def parameters(self) -> dict[str, str]:
        """The parameters of the form of a POST, else those of the query; none when they cannot be read."""
        try:
            return self.request.form if self.method == "POST" else self.request.arguments
        except BadRequest:
            return {}


def read(raw: Raw) -> Exchange:
    """Work out what is stored of a request."""
    environment = raw.environment
    headers = {name[5:].replace("_", "-").lower(): value for name, value in environment.items() if name.startswith("HTTP_")}
    for name in ("CONTENT_TYPE", "CONTENT_LENGTH"):
        if environment.get(name):
            headers[name.replace("_", "-").lower()] = environment[name]
    if "cookie" in headers:
        headers["cookie"] = "; ".join(_without_value(cookie) for cookie in headers["cookie"].split(";"))
    # PostgreSQL stores no NUL.
    path = environment.get("PATH_INFO", "").encode("latin-1").decode("utf-8", "replace").replace("\0", "\ufffd")
    return Exchange(
        id=raw.id,
        at=raw.at,
        method=environment["REQUEST_METHOD"][:MAX_METHOD_LENGTH],
        path=path[:MAX_PATH_LENGTH],
        query=environment.get("QUERY_STRING", ""),
        headers=headers,
        body=raw.body,
        body_is_cut=raw.body_is_cut,
        status=int(raw.status[:3]),
        answer_headers=tuple(_answer_headers(raw.answer_headers)),
        answer_body=raw.answer_body[:MAX_BODY_BYTES],
        answer_body_is_cut=len(raw.answer_body) > MAX_BODY_BYTES,
    )


def _answer_headers(headers: Sequence[tuple[str, str]]) -> Iterable[tuple[str, str]]:
    for name, value in headers:
        if name.lower() == "set-cookie":
            cookie, semicolon, rest = value.partition(";")
            value = _without_value(cookie) + semicolon + rest
        yield name.lower(), value


def _without_value(cookie: str) -> str:
    """Cookies are the browser's and its person's: a system has no use for their values."""
    return f"{cookie.partition('=')[0].strip()}={HIDDEN}"
