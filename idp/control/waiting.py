"""Waiting for what a test is about to cause: look, and look again, for as long as the caller has patience."""

from collections.abc import Callable
from typing import Annotated, TypeVar

from msgspec import Meta

from ground.clock import monotonic_seconds, wait

LONGEST_WAIT_SECONDS = 30
LOOK_EVERY_SECONDS = 0.05

Found = TypeVar("Found")
Seconds = Annotated[int, Meta(ge=0, description="Seconds to wait until there is something, at most 30")]
"""The type of the member `wait_for`; whoever asks for more waits for thirty seconds."""


def look_until_found(look: Callable[[], Found], *, seconds: int) -> Found:
    """What `look` finds as soon as that is something, or after so many seconds whatever it finds then."""
    deadline = monotonic_seconds() + min(seconds, LONGEST_WAIT_SECONDS)
    while True:
        found = look()
        if found or monotonic_seconds() >= deadline:
            return found
        wait(LOOK_EVERY_SECONDS)
