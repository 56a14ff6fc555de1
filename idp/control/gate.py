"""Who may enter the control plane: whoever has its token, by its own name, from its own pages.

A page of another site could reach loopback through the browser of a developer, also under a name that it points at
loopback itself (DNS rebinding). So the Host must be ours, a foreign Origin is refused, and nothing goes without the token.
"""

import hashlib
import hmac
from collections.abc import Set
from urllib.parse import urlsplit

from flask import Blueprint, abort, g, redirect, request
from werkzeug.wrappers import Response

from ground.web.cookies import cookie_value, set_cookie
from ground.web.site import current_site
from idp.audit import Event, record
from idp.control.token import read_token
from idp.pages import current_realm
from idp.realm import Realm
from idp.settings import Settings

COOKIE = "pass"
WHO_MAY_ENTER = (
    "Whoever sends Authorization: Bearer with the token of var/control-token, to a name of the stand "
    "(others stand in PROPUSK_CONTROL_NAMES), and from no page of another site"
)
"""Said to everybody who is refused, so that it gives away nothing of what was missing."""
blueprint = Blueprint("gate", __name__)


@blueprint.get("/open")
def open_by_link() -> Response:
    """Exchange the token of the printed link for a cookie, and leave the link behind."""
    realm = current_realm()
    if realm.name:
        abort(404)  # a sandbox has no token of its own
    if not _is_right(realm, request.args.get("token", "")):
        abort(403)
    with realm.database.write() as connection:
        record(realm, connection, Event.CONTROL_OPENED, actor="operator:link", object="control")
    response = redirect("/phone", 303)
    set_cookie(current_site(), response, COOKIE, _cookie_of(realm))
    return response


def check_entry(open_to_all: Set[str]) -> None:
    """Before every request: the right name, no foreign page, and the token or its cookie. Else 403, whatever was missing.

    `open_to_all` names the endpoints that need neither token nor cookie.
    """
    realm = current_realm()
    if request.host not in hosts(realm.settings):
        abort(403)
    origin = request.headers.get("Origin")
    # A form of our own page says "null", for our Referrer-Policy hides where it comes from; then the browser says who asks.
    is_own_form = origin == "null" and request.headers.get("Sec-Fetch-Site") == "same-origin"
    if origin is not None and not is_own_form and origin.removeprefix("http://") not in hosts(realm.settings):
        abort(403)
    if request.endpoint is None or request.endpoint.endswith("static") or request.endpoint in open_to_all:
        return
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer" and _is_right(realm, token.strip()):
        g.has_shown_token = True
        return
    if hmac.compare_digest((cookie_value(COOKIE) or "").encode(), _cookie_of(realm).encode()):
        return
    abort(403)


def may_write() -> bool:
    """May this request change something? A cookie comes along by itself, so only with what our own page sent.

    A browser says so by Origin, which `check_entry` has judged, or by Sec-Fetch-Site.
    """
    if g.get("has_shown_token", False):
        return True
    site = request.headers.get("Sec-Fetch-Site")
    return site == "same-origin" or (site is None and "Origin" in request.headers)


def hosts(settings: Settings) -> frozenset[str]:
    """The names under which the control plane answers: loopback's, the issuer's, and those that the operator has listed."""
    _, _, port = settings.control_listen.rpartition(":")
    names = ("localhost", "127.0.0.1", urlsplit(settings.issuer).hostname or "", *settings.control_names)
    return frozenset({settings.control_listen, *(name if ":" in name else f"{name}:{port}" for name in names)})


def _is_right(realm: Realm, token: str) -> bool:
    return hmac.compare_digest(token.encode(), read_token(realm.settings).encode())


def _cookie_of(realm: Realm) -> str:
    """The cookie stands for the token and does not give it away; a new token makes it worthless."""
    key = realm.secrets.derive("control cookie")
    return hmac.new(key, read_token(realm.settings).encode(), hashlib.sha256).hexdigest()
