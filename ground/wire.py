"""HTTP as plain values: what a hot endpoint is given and what it gives back. No framework.

The WSGI front turns an environment into a `Request` and a `Response` into an answer; `ground/web` does the same for
Flask, so an endpoint is one function wherever it is called from.
"""

import base64
import binascii
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from http import HTTPStatus
from typing import Any, TypeVar
from urllib.parse import parse_qsl, unquote_plus

import orjson

MAX_BODY_BYTES = 64 * 1024
MAX_FIELDS = 100

NAMED_HOST = "propusk.named_host"
"""The key of a WSGI environment under which the entrance keeps the host that a request named. It is no address of ours: only
who compares it with a list of ours may look."""
WsgiEnvironment = dict[str, Any]
StartResponse = Callable[..., Any]
Wsgi = Callable[[WsgiEnvironment, StartResponse], Iterable[bytes]]


class BadRequest(Exception):
    """The bytes of a request cannot be what the endpoint reads. `status` is 400, 405 or 413; the text is ASCII.

    `headers` go with the answer: a 405 names the methods that are taken (RFC 9110, 15.5.6).
    """

    def __init__(self, description: str, status: int = 400, *, headers: tuple[tuple[str, str], ...] = ()) -> None:
        super().__init__(description)
        self.description = description
        self.status = status
        self.headers = headers


@dataclass(frozen=True)
class Request:
    """One request. Header names are lower case; `path` is decoded, `query` is not. `named_host` is what the client called us, to
    be compared and never to be believed."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    remote_address: str
    is_secure: bool = False
    named_host: str = ""

    @cached_property
    def arguments(self) -> dict[str, str]:
        """The query as single values. Raises BadRequest when a name stands twice (RFC 6749, 3.1)."""
        return single_values(self.query)

    @cached_property
    def form(self) -> dict[str, str]:
        """The form body as single values. Raises BadRequest for another media type or a name that stands twice."""
        media_type = self.headers.get("content-type", "").partition(";")[0].strip().lower()
        if media_type != "application/x-www-form-urlencoded":
            raise BadRequest("the body must be application/x-www-form-urlencoded")
        try:
            text = self.body.decode("ascii")
        except UnicodeDecodeError:
            raise BadRequest("the body must be ASCII, percent-encoded") from None
        return single_values(text)

    @cached_property
    def json(self) -> Any:
        """The JSON body. Raises BadRequest."""
        try:
            return orjson.loads(self.body)
        except orjson.JSONDecodeError:
            raise BadRequest("the body must be JSON") from None

    @cached_property
    def bearer_token(self) -> str | None:
        """The token of the Authorization header, or None (RFC 6750, 2.1)."""
        scheme, _, token = self.headers.get("authorization", "").partition(" ")
        return token.strip() if scheme.lower() == "bearer" and token.strip() else None

    @cached_property
    def basic_credentials(self) -> tuple[str, str] | None:
        """Name and password of HTTP Basic, form-decoded as RFC 6749, 2.3.1 asks, or None when absent or malformed."""
        scheme, _, encoded = self.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "basic":
            return None
        try:
            name, colon, password = base64.b64decode(encoded.strip(), validate=True).decode("utf-8").partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return None
        return (unquote_plus(name), unquote_plus(password)) if colon else None


def single_values(text: str) -> dict[str, str]:
    """Decode `a=1&b=2`. Raises BadRequest for a name that stands twice, too many names, NUL, or bytes that are not
    UTF-8."""
    try:
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=MAX_FIELDS, encoding="utf-8", errors="strict")
    except UnicodeDecodeError:
        raise BadRequest("parameters must be UTF-8") from None
    except ValueError:
        raise BadRequest("too many parameters") from None
    values = dict(pairs)
    # PostgreSQL stores no NUL, and no parameter of ours means anything with one.
    if any("\0" in name or "\0" in value for name, value in pairs):
        raise BadRequest("parameters must not contain NUL")
    if len(values) != len(pairs):
        raise BadRequest("a parameter is included more than once")
    return values


@dataclass(frozen=True)
class Response:
    """One answer. `headers` are pairs, because Set-Cookie may stand more than once."""

    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""

    @classmethod
    def of_json(cls, value: Any, *, status: int = 200, headers: Iterable[tuple[str, str]] = ()) -> "Response":
        """A JSON answer that is not to be stored by anybody."""
        return cls(status, (("Content-Type", "application/json"), ("Cache-Control", "no-store"), *headers), orjson.dumps(value))


Endpoint = Callable[[Request], Response]
View = TypeVar("View", bound=Callable[..., Any])
UNREAD = "refuse_unread"


def refusing_unread(refuse: Callable[[BadRequest], Response]) -> Callable[[View], View]:
    """State at an endpoint how it refuses what could not be read and so never came to it: in the words that its clients know."""

    def state(view: View) -> View:
        setattr(view, UNREAD, refuse)
        return view

    return state


@dataclass
class RequestReader:
    """Reads a `Request` from a WSGI environment, refusing bodies over `max_body_bytes` before they are read."""

    max_body_bytes: int = field(default=MAX_BODY_BYTES)

    def __call__(self, environment: WsgiEnvironment) -> Request:
        headers = {name[5:].replace("_", "-").lower(): value for name, value in environment.items() if name.startswith("HTTP_")}
        if environment.get("CONTENT_TYPE"):
            headers["content-type"] = environment["CONTENT_TYPE"]
        return Request(
            method=environment["REQUEST_METHOD"],
            path=environment.get("PATH_INFO", "").encode("latin-1").decode("utf-8", "replace"),
            query=environment.get("QUERY_STRING", ""),
            headers=headers,
            body=self._read_body(environment),
            remote_address=environment.get("REMOTE_ADDR", ""),
            is_secure=environment.get("wsgi.url_scheme") == "https",
            named_host=environment.get(NAMED_HOST, ""),
        )

    def _read_body(self, environment: WsgiEnvironment) -> bytes:
        declared = environment.get("CONTENT_LENGTH") or ""
        if declared and not declared.isdecimal():
            raise BadRequest("Content-Length must be a number")
        if declared and int(declared) > self.max_body_bytes:
            raise BadRequest("the body is too large", 413)
        if not declared and "chunked" not in environment.get("HTTP_TRANSFER_ENCODING", "").lower():
            return b""
        stream = environment["wsgi.input"]
        body: bytes = stream.read(int(declared)) if declared else stream.read(self.max_body_bytes + 1)
        if len(body) > self.max_body_bytes:
            raise BadRequest("the body is too large", 413)
        return body


def send(response: Response, start_response: StartResponse) -> list[bytes]:
    """Give a `Response` to the WSGI server."""
    status = f"{response.status} {HTTPStatus(response.status).phrase}"
    headers = list(response.headers)
    # 304 and the answer to HEAD speak of a body they do not have: only their maker knows its length (RFC 9110, 8.6).
    if response.status != HTTPStatus.NOT_MODIFIED and not any(name == "Content-Length" for name, _ in headers):
        headers.append(("Content-Length", str(len(response.body))))
    start_response(status, headers)
    return [response.body]
