"""Parameters are read as tolerantly as clients write them (3.1), and what says two things is refused."""

import pytest

from ground.wire import Request
from idp.esia.reading import read_parameters
from idp.protocol.esia.errors import EsiaRefused

FORM = "application/x-www-form-urlencoded"


def asked(query: str = "", body: bytes = b"", *, kind: str = FORM, method: str = "POST") -> Request:
    return Request(method, "/aas/oauth2/te", query, {"content-type": kind}, body, "127.0.0.1")


def number(request: Request) -> str:
    with pytest.raises(EsiaRefused) as refused:
        read_parameters(request)
    return refused.value.number


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        (asked(body=b"a=1&b=2"), {"a": "1", "b": "2"}),
        (asked(query="a=1&b=2"), {"a": "1", "b": "2"}),
        (asked(query="a=1", body=b"b=2"), {"a": "1", "b": "2"}),
        (asked(query="timestamp=now&a=1", body=b"timestamp=now"), {"timestamp": "now", "a": "1"}),
        (asked(body=b"a=1", kind=f"{FORM}; charset=UTF-8"), {"a": "1"}),
        (asked(body=b"a=1", kind=FORM.upper()), {"a": "1"}),
        (asked(body=b"t=2026.11.22+20%3A15%3A53+%2B0000"), {"t": "2026.11.22 20:15:53 +0000"}),
        (asked(body=b"t=2026.11.22%2020:15:53%20%2b0000"), {"t": "2026.11.22 20:15:53 +0000"}),
        (asked(body="a=й".encode()), {"a": "й"}),
        (asked(query="a=й".encode().decode("latin-1"), method="GET"), {"a": "й"}),
        (asked(query="a=%D0%B9", method="GET"), {"a": "й"}),
        (asked(body=b"a=&b"), {"a": "", "b": ""}),
        (asked(query="a=1", body=b'{"b": 2}', kind="application/json"), {"a": "1"}),
        (asked(query="a=1", body=b"b=2", method="GET"), {"a": "1"}),
    ],
)
def test_parameters_are_found_wherever_they_stand(request_: Request, expected: dict[str, str]) -> None:
    assert read_parameters(request_) == expected


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        (asked(body=b"a=1&a=1"), "007003"),
        (asked(query="a=1&a=2"), "007003"),
        (asked(query="a=1", body=b"a=2"), "007003"),
        (asked(body=b"a=%ff"), "007038"),
        (asked(body=b"\xff=1"), "007038"),
        (asked(query="a=%00"), "007038"),
        (asked(body=b"&".join(b"p%d=1" % each for each in range(101))), "007038"),
    ],
)
def test_what_is_ambiguous_or_unreadable_is_refused(request_: Request, expected: str) -> None:
    assert number(request_) == expected
