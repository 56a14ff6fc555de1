"""The WSGI front: hot endpoints as plain functions by path, every other path to Flask.

Flask costs 240 us a request; these endpoints need nothing of it. There is one implementation of each, here.
"""

import logging
from collections.abc import Callable, Iterable, Mapping, Set
from dataclasses import replace
from types import MappingProxyType

from ground.chance import Chance
from ground.clock import Clock
from ground.web.errors import error_number
from ground.wire import UNREAD, BadRequest, Request, RequestReader, Response, StartResponse, Wsgi, WsgiEnvironment, send
from idp.audit import asked_from
from idp.realm import Realm

Endpoint = Callable[[Realm, Request], Response]

REALM = "propusk.realm"
"""The key of a WSGI environment under which the pages find the realm of the request."""

CROSS_ORIGIN = (
    ("Access-Control-Allow-Origin", "*"),
    ("Access-Control-Expose-Headers", "WWW-Authenticate"),
)
"""An application in a browser may read these answers. None of them looks at a cookie, so every origin may (Fetch, CORS)."""

PREFLIGHT = (
    *CROSS_ORIGIN,
    ("Access-Control-Allow-Methods", "GET, HEAD, POST, OPTIONS"),
    ("Access-Control-Allow-Headers", "Authorization, Content-Type"),
    ("Access-Control-Max-Age", "600"),
)

log = logging.getLogger(__name__)


class Front:
    """A WSGI application for one realm."""

    def __init__(
        self,
        realm: Realm,
        endpoints: Mapping[str, Endpoint],
        rest: Wsgi,
        *,
        open_to_scripts: Set[str] = frozenset(),
        trees: Mapping[str, Endpoint] = MappingProxyType({}),
    ) -> None:
        """`trees` are endpoints for everything that begins with a path."""
        self._realm = realm
        self._endpoints = endpoints
        self._trees = trees
        self._open_to_scripts = open_to_scripts
        self._rest = rest
        self._read = RequestReader()

    def __call__(self, environment: WsgiEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        with asked_from(environment.get("REMOTE_ADDR", "")):
            return self._serve(environment, start_response)

    def _serve(self, environment: WsgiEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path = environment.get("PATH_INFO", "")
        endpoint = self._endpoints.get(path) or next(
            (tree for beginning, tree in self._trees.items() if path.startswith(beginning)), None
        )
        if endpoint is None:
            environment[REALM] = self._realm
            return self._rest(environment, start_response)
        if path in self._open_to_scripts and environment["REQUEST_METHOD"] == "OPTIONS":
            return send(Response(204, PREFLIGHT), start_response)
        response = self._answer(endpoint, environment)
        if path in self._open_to_scripts:
            response = replace(response, headers=(*response.headers, *CROSS_ORIGIN))
        return send(response, start_response)

    def _answer(self, endpoint: Endpoint, environment: WsgiEnvironment) -> Response:
        try:
            return endpoint(self._realm, self._read(environment))
        except BadRequest as bad:
            refuse: Callable[[BadRequest], Response] = getattr(endpoint, UNREAD, _refuse_unread)
            return refuse(bad)
        except Exception:
            number = _number(self._realm.clock, self._realm.chance)
            log.exception("fault %s: %s %s", number, environment.get("REQUEST_METHOD"), environment.get("PATH_INFO"))
            return _error(500, "server_error", f"it broke on our side, not on yours, see {number}")


def _refuse_unread(bad: BadRequest) -> Response:
    return _error(bad.status, "invalid_request", bad.description)


def _error(status: int, code: str, description: str) -> Response:
    return Response.of_json({"error": code, "error_description": description}, status=status)


def _number(clock: Clock, chance: Chance) -> str:
    """The error number without its Cyrillic letters: an error_description is ASCII (RFC 6749, 5.2)."""
    return error_number(clock, chance).replace("ТН-", "TN-")
