"""The `timestamp` of a request: `yyyy.MM.dd HH:mm:ss ±hhmm`, not older and not younger than the skew that is allowed."""

import re
from datetime import datetime

from idp.protocol.esia.errors import EsiaRefused

FORM = re.compile(r"\d{4}\.\d{2}\.\d{2} \d{2}:\d{2}:\d{2} [+-]\d{4}")
SPELLING = "%Y.%m.%d %H:%M:%S %z"


def read_timestamp(text: str) -> int:
    """The second that a timestamp names. Raises EsiaRefused: 007014, as ESIA says of a malformed one."""
    if not (text.isascii() and FORM.fullmatch(text)):
        raise EsiaRefused("007014", name="timestamp", cause="timestamp is not yyyy.MM.dd HH:mm:ss ±hhmm")
    try:
        return int(datetime.strptime(text, SPELLING).timestamp())
    except (ValueError, OverflowError):
        raise EsiaRefused("007014", name="timestamp", cause="timestamp names no moment there is") from None


def check_timestamp(text: str, *, now: int, skew_seconds: int) -> int:
    """The same, near enough to now. Raises EsiaRefused: 007014 or 007015."""
    at = read_timestamp(text)
    if abs(at - now) > skew_seconds:
        raise EsiaRefused("007015", cause=f"timestamp is {at - now:+d} seconds from now, and {skew_seconds} are allowed")
    return at
