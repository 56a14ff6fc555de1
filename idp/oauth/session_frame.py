"""The frame that tells a client's page whether the session changed (OpenID Connect Session Management 1.0, 4.2).

The page holds nothing but a script; the script compares a hash of what the client remembers with the cookie of the
browser state. It may be framed by anybody: there is nothing on it to see or to click.
"""

from pathlib import Path

from flask import Blueprint, Response, make_response, render_template, send_file

from ground.web.cookies import cookie_name
from ground.web.site import current_site
from idp.pages.access import Access, open_to
from idp.sessions.browser_state import COOKIE

SCRIPT = Path(__file__).parent.parent / "pages" / "static" / "session_frame.js"
POLICY = "default-src 'none'; script-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors *"

blueprint = Blueprint("session_frame", __name__, url_prefix="/oauth2/session")


@blueprint.get("")
@open_to(Access.ANYBODY)
def frame() -> Response:
    """The page of `check_session_iframe`."""
    response = make_response(render_template("session_frame.html", cookie=cookie_name(current_site(), COOKIE)))
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


@blueprint.get("/script.js")
@open_to(Access.ANYBODY)
def script() -> Response:
    """Its script, in a file of its own: nothing is written inline."""
    return send_file(SCRIPT, mimetype="text/javascript")
