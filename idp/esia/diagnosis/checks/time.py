"""The form of `timestamp`, and how far it is from our clock."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.parse import unquote_plus

from idp.esia.diagnosis.case import Case
from idp.esia.diagnosis.kind import Found, Kind, found
from idp.esia.diagnosis.kinds import time as kinds
from idp.protocol.esia.errors import EsiaRefused
from idp.protocol.esia.timestamp import SPELLING, read_timestamp

DATE, CLOCK = r"\d{4}\.\d{2}\.\d{2}", r"\d{2}:\d{2}:\d{2}"
FORMS: tuple[tuple[re.Pattern[str], Kind], ...] = (
    (re.compile(rf"{DATE} {CLOCK} +\d{{4}}"), kinds.TIME_PLUS_LOST),
    (re.compile(r".*%[0-9A-Fa-f]{2}.*"), kinds.TIME_ENCODED_TWICE),
    (re.compile(r"\d{9,13}(\.\d+)?"), kinds.TIME_UNIX),
    (re.compile(r"\d{4}-\d{2}-\d{2}[T ].*|\d{4}\.\d{2}\.\d{2}T.*"), kinds.TIME_ISO),
    (re.compile(rf"{DATE} {CLOCK} ?[+-]\d{{2}}:\d{{2}}"), kinds.TIME_ZONE_COLON),
    (re.compile(rf"{DATE} {CLOCK}[.,]\d+.*"), kinds.TIME_FRACTION),
    (re.compile(rf"{DATE} {CLOCK} ?"), kinds.TIME_NO_ZONE),
    (re.compile(rf"{DATE} {CLOCK} ?[A-Za-z/_]+(\+\d+)?"), kinds.TIME_ZONE_NAMED),
    (re.compile(r"\d{1,2}[./-]\d{1,2}[./-]\d{4}.*"), kinds.TIME_DAY_FIRST),
)
"""The first that fits says what it is."""
HOUR = 3600
LONG_AGO_SECONDS = 26 * HOUR
"""Beyond every zone there is."""


def spell(at: int) -> str:
    """A moment as ESIA wants it."""
    return datetime.fromtimestamp(at, UTC).strftime(SPELLING)


def check_form(case: Case) -> Iterator[Found]:
    text = case.sent.parameters.get("timestamp", "")
    if not text:
        return
    try:
        read_timestamp(text)
        return
    except EsiaRefused:
        pass
    expected = spell(case.exchange.at)
    kind = next((kind for form, kind in FORMS if form.fullmatch(text)), None)
    if kind is None:
        kind = kinds.TIME_IMPOSSIBLE if re.fullmatch(rf"{DATE} {CLOCK} [+-]\d{{4}}", text, re.ASCII) else kinds.TIME_MALFORMED
    zone = re.sub(rf"{DATE} {CLOCK} ?", "", text) if kind is kinds.TIME_ZONE_NAMED else ""
    yield found(kind, received=text, expected=meant(text) or expected, zone=zone)


def meant(text: str) -> str | None:
    """The timestamp as it was before its wire spoiled it, where that can be told."""
    if re.fullmatch(rf"{DATE} {CLOCK} +\d{{4}}", text):
        return f"{text[:19]} +{text[-4:]}"
    if "%" in text:
        decoded = unquote_plus(text)
        decoded = f"{decoded[:19]} +{decoded[-4:]}" if re.fullmatch(rf"{DATE} {CLOCK} +\d{{4}}", decoded) else decoded
        try:
            read_timestamp(decoded)
        except EsiaRefused:
            return None
        return decoded
    return None


def check_skew(case: Case) -> Iterator[Found]:
    """Is it near enough to the moment when the request came?"""
    text = case.parameters.get("timestamp", "")
    try:
        at = read_timestamp(text)
    except EsiaRefused:
        return
    skew, allowed = at - case.exchange.at, case.settings.skew_seconds
    if abs(skew) <= allowed:
        return
    expected = spell(case.exchange.at)
    values = {"received": text, "expected": expected, "skew": f"{skew:+d}", "allowed": str(allowed)}
    hours = round(skew / HOUR)
    if abs(skew) > LONG_AGO_SECONDS:
        yield found(kinds.TIME_OLD, **values)
    elif hours and abs(skew - hours * HOUR) <= allowed:
        # Zones differ by hours; a clock that is wrong is wrong by anything.
        yield found(kinds.TIME_ZONE_WRONG, **values, hours=f"{hours:+d}")
    else:
        yield found(kinds.TIME_SKEW, **values)
