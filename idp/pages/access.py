"""Who an address is open to, stated at the view itself: a test walks over all routes and demands that each says so."""

from collections.abc import Callable
from enum import StrEnum
from typing import Any, TypeVar

View = TypeVar("View", bound=Callable[..., Any])


class Access(StrEnum):
    """Whom an address serves. Everybody else is sent to sign in, told that there is nothing, or refused."""

    ANYBODY = "anybody"
    BROWSER = "the browser in which it was begun"
    CITIZEN = "whoever is signed in"
    CITIZEN_AFRESH = "whoever proved who they are within five minutes"
    CLIENT = "a client that authenticates"
    BEARER = "whoever holds a token"
    DEVICE = "a device by its key"
    OPERATOR = "staff: operator"
    SUPPORT = "staff: support"
    OFFICER = "staff: security officer"
    ADMINISTRATOR = "staff: administrator"


def open_to(*who: Access) -> Callable[[View], View]:
    """State at a view whom it serves, any of `who`. The view itself keeps to it."""

    def state(view: View) -> View:
        view.access = who  # type: ignore[attr-defined]
        return view

    return state
