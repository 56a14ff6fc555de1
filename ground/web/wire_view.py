"""Serve an endpoint written for `ground.wire` from Flask."""

from collections.abc import Callable

from flask import Response as FlaskResponse
from flask import request

from ground.web.csrf import csrf_exempt
from ground.wire import BadRequest, Endpoint, RequestReader, Response


def wire_view(endpoint: Endpoint) -> Callable[..., FlaskResponse]:
    """A view that hands the request to `endpoint` as a plain value.

    It is exempt from CSRF: such endpoints take their authority from the request itself, never from a cookie.
    """
    read = RequestReader()

    @csrf_exempt
    def view(**_arguments: object) -> FlaskResponse:
        try:
            response = endpoint(read(request.environ))
        except BadRequest as refusal:
            problem = {"error": "invalid_request", "error_description": refusal.description}
            response = Response.of_json(problem, status=refusal.status)
        return FlaskResponse(response.body, response.status, list(response.headers))

    view.__name__ = getattr(endpoint, "__name__", "wire_view")
    return view
