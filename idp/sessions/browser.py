"""The session of the browser that is asking now."""

from flask import g
from sqlalchemy import Connection
from werkzeug.wrappers import Response

from ground.web.cookies import clear_cookie, clear_readable_cookie, cookie_value, set_cookie, set_readable_cookie
from ground.web.site import current_site
from idp.realm import Realm
from idp.sessions import browser_state, store
from idp.sessions.store import Session


def current(realm: Realm, connection: Connection) -> Session | None:
    """The live session of this request's cookie, asked for once a request."""
    if "session" not in g:
        g.session = store.find(realm, connection, cookie_value("session"))
    session: Session | None = g.session
    return session


def hand_out(realm: Realm, response: Response, session: Session, cookie: str) -> None:
    """Give the browser the cookie of its new session; a browser that closes forgets it."""
    g.session = session
    set_cookie(current_site(), response, "session", cookie)
    set_readable_cookie(current_site(), response, browser_state.COOKIE, browser_state.browser_state(realm, session.sid))


def take_back(response: Response) -> None:
    """Remove the session cookie from the browser."""
    g.session = None
    clear_cookie(current_site(), response, "session")
    clear_readable_cookie(current_site(), response, browser_state.COOKIE)
