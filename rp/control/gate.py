"""Who may enter the control plane of the registry: whoever has its token, by its own name, and no page of a browser.

A page could reach loopback through the browser of a developer, also under a name that it points at loopback itself (DNS
rebinding). So the Host must be ours, and a request that says which page it comes from is refused.
"""

import hmac
import os

from ground.listening import is_loopback
from ground.wire import Request
from rp.realm import Realm
from rp.settings import TOKEN_VARIABLE, Home, Settings

SHORTEST = 32
WHO_MAY_ENTER = (
    "Whoever sends Authorization: Bearer with the token of var/registry-control-token, to a name of the stand (others stand in "
    "REGISTRY_CONTROL_NAMES), and from no page"
)
"""Said to everybody who is refused, so that it gives away nothing of what was missing."""


class ControlUnusable(Exception):
    """There can be no control plane here: one sentence for the operator."""


def demand_permission(settings: Settings, home: Home) -> None:
    """Raises ControlUnusable in production, without a token, and for a door that is open to others."""
    if not settings.is_test:
        raise ControlUnusable('the control plane runs only with environment = "test"')
    if _operators_token() is None and not is_loopback(settings.control_listen):
        raise ControlUnusable(
            f"the control plane at {settings.control_listen} could be reached from other machines: set {TOKEN_VARIABLE} to a"
            f" token of your own of at least {SHORTEST} characters, or let it listen at 127.0.0.1"
        )
    read_token(home)


def read_token(home: Home) -> str:
    """The token: the operator's own, or the one that was made. Raises ControlUnusable."""
    own = _operators_token()
    if own is not None:
        return own
    file = home.control_token_file
    try:
        token = file.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        raise ControlUnusable(f"{file} is missing: run scripts/keys") from None
    if len(token) < SHORTEST:
        raise ControlUnusable(f"{file} is too short to be a token: remove it and run scripts/keys")
    return token


def may_enter(realm: Realm, request: Request, *, is_open: bool) -> bool:
    """May this request be answered? An open operation needs no token, but our name it needs too."""
    if request.headers.get("host") not in hosts(realm.settings) or "origin" in request.headers:
        return False
    return is_open or hmac.compare_digest((request.bearer_token or "").encode(), read_token(realm.home).encode())


def hosts(settings: Settings) -> frozenset[str]:
    """The names under which the control plane answers: loopback's, and those that the operator has listed."""
    port = settings.control_listen.rpartition(":")[2]
    names = ("localhost", "127.0.0.1", *settings.control_names)
    return frozenset({settings.control_listen, *(name if ":" in name else f"{name}:{port}" for name in names)})


def _operators_token() -> str | None:
    """The token in REGISTRY_CONTROL_TOKEN; None when there is none. Raises ControlUnusable."""
    token = os.environ.get(TOKEN_VARIABLE, "").strip()
    if token and (len(token) < SHORTEST or not token.isascii()):
        raise ControlUnusable(f"{TOKEN_VARIABLE} must be at least {SHORTEST} ASCII characters")
    return token or None
