"""The clock of a sandbox: everything in it lives by this clock, and no test has to wait."""

from datetime import datetime
from typing import Literal

from propusk.control import Control

Expiring = Literal[
    "authorization_code",
    "one_time_code",
    "access_token",
    "id_token",
    "refresh_token",
    "session_idle",
    "session_absolute",
    "pushed_request",
    "interaction",
]


class Clock:
    """Seconds since the epoch, as the provider sees them. Each of its methods answers with the new time."""

    def __init__(self, control: Control) -> None:
        self._control = control

    @property
    def now(self) -> int:
        return int(self._control.get("/clock")["now"])

    @property
    def is_frozen(self) -> bool:
        return bool(self._control.get("/clock")["frozen"])

    def freeze(self, at: int | datetime | None = None) -> int:
        """Stop the clock, where it is or at a given time."""
        return self._put({"frozen": True}, at)

    def run(self, at: int | datetime | None = None) -> int:
        """Let the clock run, on from where it is or from a given time."""
        return self._put({"frozen": False}, at)

    def advance(self, *, days: int = 0, hours: int = 0, minutes: int = 0, seconds: int = 0) -> int:
        """Move it forward; a frozen clock stays frozen."""
        whole = ((days * 24 + hours) * 60 + minutes) * 60 + seconds
        return int(self._control.post("/clock/advance", {"seconds": whole})["now"])

    def expire(self, what: Expiring, value: str | None = None, *, seconds: int = 0) -> int:
        """Freeze the clock at the first second at which something is no longer good, or `seconds` from it: -1 is its last good
        second. `value` is the token or code; without it the newest of its kind is meant."""
        body: dict[str, object] = {"what": what, "seconds": seconds}
        if value is not None:
            body["value"] = value
        return int(self._control.post("/clock/expire", body)["now"])

    def _put(self, body: dict[str, object], at: int | datetime | None) -> int:
        if at is not None:
            body["now"] = int(at.timestamp()) if isinstance(at, datetime) else at
        return int(self._control.put("/clock", body)["now"])
