"""The control plane of the registry as a WSGI application: few enough operations to do without a framework."""

import logging
from collections.abc import Iterable
from typing import Any

from ground.clock import MovableClock
from ground.web.errors import error_number
from ground.wire import BadRequest, Request, RequestReader, Response, StartResponse, Wsgi, WsgiEnvironment, send
from rp.control import outbox, reset
from rp.control.gate import WHO_MAY_ENTER, demand_permission, may_enter
from rp.control.operation import Operation, Problem
from rp.realm import Realm

THREADS = 16
"""Whoever waits for a message holds one."""

log = logging.getLogger(__name__)


def health(realm: Realm, _query: Any, _body: Any) -> Response:
    return Response.of_json({"status": "ok", "environment": realm.settings.environment})


def read_clock(realm: Realm, _query: Any, _body: Any) -> Response:
    """The clock that the registry has; it is moved where the provider's is, for it is the same."""
    is_frozen = isinstance(realm.clock, MovableClock) and realm.clock.is_frozen
    return Response.of_json({"now": realm.clock.now(), "frozen": is_frozen})


OPERATIONS: tuple[Operation, ...] = (
    Operation("GET", "/health", health, is_open=True),
    Operation("GET", "/clock", read_clock),
    *outbox.OPERATIONS,
    *reset.OPERATIONS,
)


def make_control(realm: Realm) -> Wsgi:
    """The control plane of one registry. Raises ControlUnusable where none may be."""
    demand_permission(realm.settings, realm.home)
    read = RequestReader()

    def application(environment: WsgiEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        try:
            response = _answer(realm, read(environment))
        except BadRequest as reason:
            response = Problem(reason.status, "malformed", "The request is malformed", reason.description).response()
        except Problem as problem:
            # Neither path nor detail: they may repeat what was asked for, a person's data or a line of a forged log.
            log.info("the control plane refused: %d %s", problem.status, problem.code)
            response = problem.response()
        except Exception as fault:
            number = error_number(realm.clock, realm.chance)
            log.error("problem %s: the control plane failed", number, exc_info=fault)
            response = Problem(500, "fault", "Something broke here, not at your side", number).response()
        return send(response, start_response)

    return application


def _answer(realm: Realm, request: Request) -> Response:
    there = {operation.method: operation for operation in OPERATIONS if operation.path == request.path}
    operation = there.get(request.method)
    if not may_enter(realm, request, is_open=operation is not None and operation.is_open):
        raise Problem(403, "forbidden", "Forbidden", WHO_MAY_ENTER)
    if not there:
        raise Problem(404, "not_found", "There is no such operation")
    if operation is None:
        raise Problem(405, "method_not_allowed", "This operation has another method", ", ".join(sorted(there)))
    return operation.handle(realm, operation.read_query(request), operation.read_body(request))
