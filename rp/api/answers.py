"""How the API answers: JSON, whatever happens.

A token that does not open is told so as RFC 6750 has it (`error`, `error_description`, WWW-Authenticate); everything else that
is refused is a problem of RFC 9457 with a `code` that programs can rely on, and with `errors` where fields are to blame.
"""

from collections.abc import Mapping
from typing import Any

import orjson
from flask import Response

from ground.web.errors import PROBLEM_JSON

REALM = 'Bearer realm="registry"'
RETRY_AFTER_SECONDS = 5


class Refused(Exception):
    """The request is not done, and this is the answer. Raised anywhere below a view of the API."""

    def __init__(self, response: Response) -> None:
        super().__init__(response.status)
        self.response = response


def answer(value: object, status: int = 200) -> Response:
    """A document."""
    return Response(orjson.dumps(value), status, mimetype="application/json")


def token_refused(
    status: int,
    error: str | None = None,
    description: str = "",
    *,
    scope: str | None = None,
    acr_values: str | None = None,
) -> Refused:
    """401 and 403 of RFC 6750, 3, and of RFC 9470; without an error nothing but the scheme is told. 503 when nobody can judge
    the token."""
    response = answer({"error": error or "unauthorized", "error_description": description or "a bearer token is needed"}, status)
    if status in (401, 403):
        parts = [f'{REALM}, error="{error}", error_description="{description}"' if error else REALM]
        needed = {"scope": scope, "acr_values": acr_values}
        response.headers["WWW-Authenticate"] = ", ".join(
            [*parts, *(f'{name}="{value}"' for name, value in needed.items() if value)]
        )
    if status == 503:
        response.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return Refused(response)


def access_denied(description: str) -> Refused:
    """The token is good, but not for this."""
    return token_refused(403, "access_denied", description)


def problem(status: int, code: str, title: str, *, errors: Mapping[str, str] | None = None, **members: str) -> Refused:
    """A request that is understood and not done. The same problem is the same bytes, whoever it is about."""
    document: dict[str, Any] = {"type": f"urn:propusk:problem:{code}", "title": title, "status": status, "code": code, **members}
    if errors:
        document["errors"] = dict(errors)
    return Refused(Response(orjson.dumps(document), status, mimetype=PROBLEM_JSON))


def already_known(record_id: str) -> Refused:
    """Another source, or the same one before, told of this event. Who may write the type may read what there is."""
    return problem(409, "already_known", "the register has this record already", record=record_id)


def not_found() -> Refused:
    """There is nothing here for this caller: nobody of that id, or somebody whom they may not know of."""
    return problem(404, "not_found", "the register has nothing of that id for you")
