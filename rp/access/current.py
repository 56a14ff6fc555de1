"""Who is asking in this request."""

from flask import current_app, g, request

from ground.web.cookies import cookie_value
from ground.web.theme import own_address
from rp.access.principal import ANYBODY, Principal
from rp.access.session import COOKIE, Session, find_session
from rp.realm import current_realm


class SignInNeeded(Exception):
    """The page is for signed-in people; the person is sent to the provider and comes back to `return_path`."""

    def __init__(self, return_path: str) -> None:
        super().__init__("sign-in needed")
        self.return_path = return_path


def current_session() -> Session | None:
    """The living session of this browser. Looked up once a request."""
    if "rp_session" not in g:
        g.rp_session = find_session(current_realm(), cookie_value(COOKIE))
    session: Session | None = g.rp_session
    return session


def require_session() -> Session:
    """The session of this browser. Raises SignInNeeded."""
    session = current_session()
    if session is None:
        raise SignInNeeded(_open_page())
    return session


def _open_page() -> str:
    """The page that was open: this address, or the page whose form was sent to it, where it has one."""
    if request.method == "GET":
        return own_address()
    adapter = current_app.url_map.bind("")
    return request.path if adapter.test(request.path, "GET") else "/"


def current_principal() -> Principal:
    """The signed-in citizen, or anybody."""
    session = current_session()
    return session.principal if session else ANYBODY
