"""Serving operations over HTTP.

What an operation reads is decoded here, and whatever goes wrong at its path is answered by a problem of RFC 9457.
"""

import logging
import re
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
from flask import Flask, request
from werkzeug.exceptions import HTTPException
from werkzeug.routing import BaseConverter, Map
from werkzeug.wrappers import Response

from ground.web.csrf import SAFE_METHODS, csrf_exempt
from ground.web.errors import PASSED_ON_HEADERS, PROBLEM_JSON, answer_fault, answer_http_exception, error_number
from ground.wire import BadRequest, single_values
from idp.control import gate
from idp.control.explaining import explain
from idp.control.operation import PARAMETER, Call, Operation, Problem
from idp.errors import RequestRefused
from idp.pages import current_realm

log = logging.getLogger(__name__)

JSON = "application/json"
NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
INTEGER = re.compile(r"-?[0-9]{1,18}\Z", re.ASCII)


def install(app: Flask, operations: Sequence[Operation]) -> None:
    """Serve the operations, and answer by problems whatever goes wrong at their paths."""
    app.url_map.converters["parameter"] = Parameter
    for operation in operations:
        _add_rule(app, operation, taken=_names_beside(operation, operations))
    roots = {operation.path.split("/")[1] for operation in operations}

    def is_ours() -> bool:
        return request.path.split("/")[1] in roots

    def refuse(exception: HTTPException) -> Any:
        return _refuse(exception) if is_ours() else answer_http_exception(exception)

    def break_down(fault: Exception) -> Any:
        return _break_down(fault) if is_ours() else answer_fault(fault)

    app.register_error_handler(Problem, _answer_problem)
    app.register_error_handler(HTTPException, refuse)
    app.register_error_handler(Exception, break_down)


class Parameter(BaseConverter):
    """A piece of a path that is none of the names that other operations have there."""

    def __init__(self, url_map: Map, *taken: str) -> None:
        super().__init__(url_map)
        self.regex = "".join(f"(?!{re.escape(name)}$)(?!{re.escape(name)}/)" for name in taken) + "[^/]+"


def _names_beside(operation: Operation, operations: Sequence[Operation]) -> set[str]:
    """Names that stand where this operation has its first parameter: `/requests/take` beside `/requests/{request_id}`."""
    before, brace, _ = operation.path.partition("{")
    if not brace:
        return set()
    beside = [other.path.removeprefix(before) for other in operations if other.path.startswith(before)]
    return {name.partition("/")[0] for name in beside if not name.startswith("{")}


def _add_rule(app: Flask, operation: Operation, *, taken: set[str]) -> None:
    names = ", ".join(f"'{name}'" for name in sorted(taken))
    rule = PARAMETER.sub(rf"<parameter({names}):\1>" if names else r"<\1>", operation.path)
    view = _view_of(operation)
    app.add_url_rule(rule, operation.name, view, methods=[operation.method], provide_automatic_options=False)


def _view_of(operation: Operation) -> Callable[..., Response]:
    @csrf_exempt
    def view(**path: str) -> Response:
        realm = current_realm()
        if realm.name and not operation.is_for_sandboxes:
            raise Problem(404, "not_found", "A sandbox has no sandboxes")
        # Not by a form's token: programs have none. See gate.may_write.
        if request.method not in SAFE_METHODS and not gate.may_write():
            raise Problem(403, "forbidden", "A page of another site cannot write here")
        if any("\0" in value for value in path.values()):  # PostgreSQL would raise
            raise Problem(404, "not_found", "There is no such thing")
        call = Call(path, _read_query(operation.query), _read_body(operation.body))
        try:
            answer = operation.handle(realm, call)
        except RequestRefused as refused:
            raise _as_problem(refused) from None
        except RecursionError:
            raise Problem(400, "body_malformed", "The body is nested too deeply") from None
        body = b"" if answer.body is None else msgspec.json.encode(answer.body)
        response = Response(body, answer.status, answer.headers, mimetype=JSON if answer.body is not None else None)
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    return view


def _read_query(expected: type[msgspec.Struct] | None) -> Any:
    """The query as its Struct; numbers are read from their text, and from nothing but digits."""
    try:
        given = single_values(request.query_string.decode("ascii"))
        if expected is None:
            if given:
                raise BadRequest("this operation has no query parameters")
            return None
        values = msgspec.convert(given, expected, strict=False)
    except (BadRequest, msgspec.ValidationError) as reason:
        detail = str(reason) if expected is None else explain(str(reason), expected)
        raise Problem(400, "query_invalid", "The query parameters are not understood", detail) from None
    for name, text in given.items():
        if type(getattr(values, name, None)) is int and not INTEGER.match(text):
            raise Problem(400, "query_invalid", "The query parameters are not understood", f"{name} must be a whole number")
    return values


def _read_body(expected: type[msgspec.Struct] | None) -> Any:
    """The body as its Struct. No body at all is an empty object."""
    if expected is None:
        return None
    body = request.get_data(cache=False)
    if body and request.mimetype != JSON:
        raise Problem(415, "not_json", "The body must be JSON", f"Content-Type must be {JSON}")
    if NUL.search(body):  # PostgreSQL stores none
        raise Problem(422, "body_invalid", "The body is not what this operation takes", "strings must not contain NUL")
    try:
        return msgspec.json.decode(body or b"{}", type=expected)
    except msgspec.ValidationError as reason:
        detail = explain(str(reason), expected)
        raise Problem(422, "body_invalid", "The body is not what this operation takes", detail) from None
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        raise Problem(400, "body_malformed", "The body is not JSON") from None


def _as_problem(refused: RequestRefused) -> Problem:
    """What a rule of the protocol refuses: `error` is the code that its specification registers, `clause` names the rule."""
    more = {"error": refused.code, "clause": refused.clause}
    return Problem(refused.status, refused.code, "The protocol forbids this", refused.description, **more)


def _answer_problem(problem: Problem) -> Response:
    # Not its detail: that may repeat what was asked for, a person's data or a line of a forged log.
    log.info("operation %s refused: %d %s", request.endpoint, problem.status, problem.code)
    return Response(msgspec.json.encode(problem.document()), problem.status, mimetype=PROBLEM_JSON)


def _refuse(exception: HTTPException) -> Response:
    code = exception.name.lower().replace(" ", "_")
    detail = gate.WHO_MAY_ENTER if exception.code == 403 else ""
    response = _answer_problem(Problem(exception.code or 500, code, exception.name, detail))
    for name, value in exception.get_headers():
        if name.lower() in PASSED_ON_HEADERS:
            response.headers[name] = value
    return response


def _break_down(fault: Exception) -> Response:
    realm = current_realm()
    if realm.name and not realm.settings.home.exists():
        return _answer_problem(Problem(404, "sandbox_unknown", "The sandbox was thrown away meanwhile"))
    number = error_number(realm.clock, realm.chance)
    log.error("problem %s: operation %s failed", number, request.endpoint, exc_info=fault)
    return _answer_problem(Problem(500, "fault", "Something broke here, not at your side", number=number))
