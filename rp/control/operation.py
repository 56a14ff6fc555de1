"""What the control plane of the registry can be asked to do: functions of a request, listed by method and path."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec
import orjson

from ground.wire import Request, Response
from rp.realm import Realm

ACTOR = "operator:control plane"
"""Who did it, in the journal."""
PROBLEM_JSON = "application/problem+json"


class Problem(Exception):
    """Why an operation is not done, as its caller reads it (RFC 9457): `code` is a word that programs can rely on."""

    def __init__(self, status: int, code: str, title: str, detail: str = "") -> None:
        super().__init__(f"{status} {code}: {detail or title}")
        self.status = status
        self.code = code
        self.title = title
        self.detail = detail

    def response(self) -> Response:
        document = {"type": f"urn:propusk:problem:{self.code}", "title": self.title, "status": self.status}
        body = orjson.dumps(document | ({"detail": self.detail} if self.detail else {}))
        return Response(self.status, (("Content-Type", PROBLEM_JSON), ("Cache-Control", "no-store")), body)


@dataclass(frozen=True)
class Operation:
    """One thing that can be asked for. An open operation needs no token.

    `query` and `body` are the Structs that it reads, and `handle` is given both.
    """

    method: str
    path: str
    handle: Callable[[Realm, Any, Any], Response]
    query: type[msgspec.Struct] | None = None
    body: type[msgspec.Struct] | None = None
    is_open: bool = False

    def read_query(self, request: Request) -> Any:
        """Raises Problem, and BadRequest for what is no query at all."""
        given = request.arguments
        if self.query is None:
            if given:
                raise Problem(400, "query_invalid", "This operation has no query parameters")
            return None
        try:
            return msgspec.convert(given, self.query, strict=False)
        except msgspec.ValidationError as reason:
            raise Problem(400, "query_invalid", "The query parameters are not understood", str(reason)) from None

    def read_body(self, request: Request) -> Any:
        """No body at all is an empty object. Raises Problem."""
        if self.body is None:
            return None
        if request.body and request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
            raise Problem(415, "not_json", "The body must be JSON", "Content-Type must be application/json")
        try:
            return msgspec.json.decode(request.body or b"{}", type=self.body)
        except msgspec.ValidationError as reason:
            raise Problem(422, "body_invalid", "The body is not what this operation takes", str(reason)) from None
        except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
            raise Problem(400, "body_malformed", "The body is not JSON") from None


NOTHING = Response(204, (("Cache-Control", "no-store"),))
"""Done, and there is nothing to tell."""
