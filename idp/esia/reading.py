"""Reading the parameters of a request as tolerantly as ESIA does: in the query, in a form, or in both.

One client sends a POST whose parameters all stand in the query, another puts its `timestamp` into both. A body that is no form
says nothing: ESIA then misses what is mandatory, and says so.
"""

import re
from urllib.parse import parse_qsl

from ground.wire import MAX_FIELDS, Request
from idp.protocol.esia.errors import EsiaRefused

FORM = "application/x-www-form-urlencoded"
BEYOND_ASCII = re.compile(r"[\x80-\xff]")


def read_parameters(request: Request) -> dict[str, str]:
    """Every parameter once. Raises EsiaRefused: 007003 for one that stands twice, 007038 for what cannot be read."""
    values = _single(_pairs(request.query))
    if request.method == "POST" and _media_type(request) == FORM:
        for name, value in _single(_pairs(request.body.decode("latin-1"))).items():
            if values.setdefault(name, value) != value:
                raise EsiaRefused("007003", cause=f"{name} differs in the query and the form")
    return values


def _media_type(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def _pairs(text: str) -> list[tuple[str, str]]:
    """Names and values. Bytes that nobody encoded are taken as they are, if they are UTF-8."""
    encoded = BEYOND_ASCII.sub(lambda found: f"%{ord(found[0]):02X}", text)
    try:
        pairs = parse_qsl(encoded, keep_blank_values=True, max_num_fields=MAX_FIELDS, encoding="utf-8", errors="strict")
    except UnicodeDecodeError:
        raise EsiaRefused("007038", cause="parameters are not UTF-8") from None
    except ValueError:
        raise EsiaRefused("007038", cause="too many parameters") from None
    if any("\0" in name or "\0" in value for name, value in pairs):  # PostgreSQL would raise
        raise EsiaRefused("007038", cause="a parameter has a null character")
    return pairs


def _single(pairs: list[tuple[str, str]]) -> dict[str, str]:
    values: dict[str, str] = {}
    for name, value in pairs:
        if name in values:
            raise EsiaRefused("007003", cause=f"{name[:100]} stands twice")
        values[name] = value
    return values
