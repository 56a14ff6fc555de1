"""The session of the browser that is asking now."""

from flask import g, request
from sqlalchemy import Connection
from werkzeug.wrappers import Response

from ground.web.cookies import (
    Cookie,
    clear_cookie,
    clear_readable_cookie,
    cookie_value,
    make_cookie,
    make_readable_cookie,
    set_cookies,
)
from ground.web.site import Site, current_site
from idp.realm import Realm
from idp.sessions import browser_state, store
from idp.sessions.store import Session
from idp.sessions.visit import Visit


def current(realm: Realm, connection: Connection) -> Session | None:
    """The live session of this request's cookie, asked for once a request."""
    if "session" not in g:
        g.session = store.find(realm, connection, cookie_value("session"))
    session: Session | None = g.session
    return session


def has_run_out(realm: Realm, connection: Connection) -> bool:
    """Was this browser signed in until it idled too long, or for too long?"""
    return current(realm, connection) is None and store.has_run_out(realm, connection, cookie_value("session"))


def visit() -> Visit:
    """Which browser this is, and from where it asks."""
    return Visit(request.headers.get("User-Agent", ""), request.remote_addr or "")


def cookies_of(realm: Realm, site: Site, session: Session, cookie: str) -> tuple[Cookie, Cookie]:
    """What a browser is given with a new session: its cookie, and what clients may watch it by."""
    state = browser_state.browser_state(realm, session.sid)
    return make_cookie(site, "session", cookie), make_readable_cookie(site, browser_state.COOKIE, state)


def hand_out(realm: Realm, response: Response, session: Session, cookie: str) -> None:
    """Give the browser the cookies of its new session; a browser that closes forgets them."""
    g.session = session
    set_cookies(response, cookies_of(realm, current_site(), session, cookie))


def take_back(response: Response) -> None:
    """Remove the session cookie from the browser."""
    g.session = None
    clear_cookie(current_site(), response, "session")
    clear_readable_cookie(current_site(), response, browser_state.COOKIE)
