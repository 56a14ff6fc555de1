"""Reading the body of a request to the API."""

from collections.abc import Mapping
from typing import Any

import orjson
from flask import request

from rp.api.answers import problem

JSON = "application/json"


def read_object() -> Mapping[str, Any]:
    """The JSON object of the body. Raises Refused."""
    if request.mimetype != JSON:
        raise problem(415, "not_json", f"the body must be {JSON}")
    try:
        given = orjson.loads(request.get_data(cache=False))
    except orjson.JSONDecodeError as error:
        raise problem(400, "not_json", "the body is not JSON") from error
    if not isinstance(given, dict):
        raise problem(400, "not_an_object", "the body must be a JSON object")
    return given
