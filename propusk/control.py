"""The control plane over HTTP: JSON in, JSON out, problems as exceptions."""

import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import ProxyHandler, Request, build_opener

from propusk.errors import Refused, StandUnusable

PATIENCE_SECONDS = 30.0
PROBLEM_TYPE = "application/problem+json"


class Control:
    """The operations below one address: those of the stand, or with `/t/{id}` those of one sandbox."""

    def __init__(self, address: str, token: str, explain: Callable[[], str] = str) -> None:
        """`explain` gives what is known of the stand's end, should it not answer."""
        self.address = address.rstrip("/")
        self.token = token
        self._explain = explain
        # Whatever proxy the machine uses, the stand is not behind it.
        self._opener = build_opener(ProxyHandler({}))

    def under(self, path: str) -> "Control":
        """The same operations further down."""
        return Control(self.address + path, self.token, self._explain)

    def get(self, path: str, /, *, patience: float = 0, **query: object) -> Any:
        """`patience` is how many seconds more the answer may take, because it was asked to wait."""
        given = {name: value for name, value in query.items() if value is not None}
        return self._ask("GET", f"{path}?{urlencode(given)}" if given else path, patience=patience)

    def post(self, path: str, body: Mapping[str, object] | None = None, *, patience: float = 0) -> Any:
        return self._ask("POST", path, {} if body is None else body, patience=patience)

    def put(self, path: str, body: Mapping[str, object]) -> Any:
        return self._ask("PUT", path, body)

    def patch(self, path: str, body: Mapping[str, object]) -> Any:
        return self._ask("PATCH", path, body)

    def delete(self, path: str) -> None:
        self._ask("DELETE", path)

    def _ask(self, method: str, path: str, body: Mapping[str, object] | None = None, *, patience: float = 0) -> Any:
        __tracebackhide__ = True  # a reader of a failed test looks at the call, not at us
        headers = {"Authorization": f"Bearer {self.token}", "Accept": "application/json"}
        data = None
        if body is not None:
            data = json.dumps(body).encode()
            headers["Content-Type"] = "application/json"
        request = Request(self.address + path, data=data, headers=headers, method=method)  # noqa: S310 - our own address
        try:
            with self._opener.open(request, timeout=PATIENCE_SECONDS + patience) as answer:
                content = answer.read()
        except HTTPError as error:
            with error:
                raise Refused(f"{method} {path}", error.code, _problem(error)) from None
        except (URLError, OSError) as error:
            reason = error.reason if isinstance(error, URLError) else error
            raise StandUnusable(f"No stand answers at {self.address}: {reason}.{self._explain()}") from None
        return json.loads(content) if content else None


def _problem(error: HTTPError) -> Mapping[str, Any]:
    content = error.read()
    if error.headers.get_content_type() == PROBLEM_TYPE:
        members = json.loads(content)
        if isinstance(members, dict):
            return members
    return {"title": error.reason, "detail": content[:300].decode("utf-8", "replace").strip()}
