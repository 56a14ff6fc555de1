"""Mistakes in timestamp."""

from collections.abc import Callable
from urllib.parse import quote, quote_plus

from idp.requests.exchange import Exchange
from tests.idp.esia.diagnosis.operators.base import add, operator
from tests.idp.esia.diagnosis.world import AT, Request
from tests.idp.esia.system import timestamp


def timed(name: str, kind: str, make: Callable[[Request], str]) -> None:
    add(name, "timestamp", kind, lambda request: request.exchange(request.resigned(timestamp=make(request))))


NOW = timestamp(AT)
timed(
    "time_iso",
    "time_iso",
    lambda request: request.chance.choice(["2026-11-22T20:15:53+00:00", "2026-11-22T20:15:53Z", "2026-11-22 20:15:53 +0000"]),
)
timed("time_no_zone", "time_no_zone", lambda _: NOW[:19])
timed("time_zone_colon", "time_zone_colon", lambda _: "2026.11.22 20:15:53 +00:00")
timed(
    "time_zone_named",
    "time_zone_named",
    lambda request: f"2026.11.22 20:15:53 {request.chance.choice(['UTC', 'Z', 'GMT', 'MSK'])}",
)
timed("time_unix", "time_unix", lambda request: request.chance.choice([str(AT), f"{AT}000", f"{AT}.5"]))
timed("time_fraction", "time_fraction", lambda _: "2026.11.22 20:15:53.123 +0000")
timed("time_day_first", "time_day_first", lambda _: "22.11.2026 20:15:53 +0000")
timed(
    "time_malformed",
    "time_malformed",
    lambda request: request.chance.choice(["now", "2026/11/22 20:15:53 +0000", "2026.11.22", "20261122201553"]),
)
timed(
    "time_impossible",
    "time_impossible",
    lambda request: request.chance.choice(
        ["2026.02.30 20:15:53 +0000", "2026.13.22 20:15:53 +0000", "2026.11.22 25:15:53 +0000"]
    ),
)
timed(
    "time_zone_wrong",
    "time_zone_wrong",
    lambda request: f"{timestamp(AT, zone=request.chance.choice(['+0300', '+0500', '+0700', '-0500']))[:20]}+0000",
)
timed("time_zone_forgotten", "time_zone_wrong", lambda request: f"{NOW[:20]}{request.chance.choice(['+0300', '+0400', '+0700'])}")
timed(
    "time_skew", "time_skew", lambda request: timestamp(AT + request.chance.choice([1, -1]) * request.chance.randint(301, 1100))
)
timed("time_old", "time_old", lambda request: timestamp(AT - request.chance.randint(27 * 3600, 100 * 86_400)))


@operator("timestamp", "time_plus_lost")
def time_plus_lost(request: Request) -> Exchange:
    return request.raw("timestamp", request.parameters["timestamp"].replace(" ", request.chance.choice(["+", "%20"])))


@operator("timestamp", "time_encoded_twice")
def time_encoded_twice(request: Request) -> Exchange:
    encode = request.chance.choice([quote, quote_plus])
    return request.raw("timestamp", quote_plus(encode(request.parameters["timestamp"])))
