"""The end of a session in its browser: everything is ended, the other clients are told in frames, and the way goes on."""

from flask import redirect, render_template
from werkzeug.wrappers import Response

from ground.web.headers import allow_frame
from idp.logout import front_channel
from idp.logout.request import LogoutRequest
from idp.logout.session_end import end_everything
from idp.realm import Realm
from idp.sessions import browser
from idp.sessions.store import Session

SECONDS_FOR_FRAMES = 2
"""How long the page stays that loads the clients' frames. HtmlUnit follows a refresh of up to two seconds."""


def leave(realm: Realm, judged: LogoutRequest, session: Session | None, *, status: int = 303) -> Response:
    """End everything, tell the clients, and go back to the one that asked, or stay on a page that says it is done."""
    frames: list[str] = []
    if session is not None:
        with realm.database.write() as connection:
            end_everything(realm, connection, session, because="signed_out")
            frames = front_channel.frames(realm, connection, session.sid)
    if judged.destination is not None and not frames:
        response = redirect(judged.destination, status)
    else:
        response = _signed_out_page(judged, frames)
    browser.take_back(response)
    return response


def _signed_out_page(judged: LogoutRequest, frames: list[str]) -> Response:
    for address in frames:
        allow_frame(address)
    page = render_template("signed_out.html", judged=judged, frames=frames, seconds=SECONDS_FOR_FRAMES)
    return Response(page, mimetype="text/html")
