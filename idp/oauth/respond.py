"""The answer to an authorization request: parameters added to the redirect URI or posted to it, and nothing else anywhere.

Every answer names its issuer (RFC 9207), so that a client of two providers cannot be confused about who answered.
"""

from collections.abc import Mapping
from urllib.parse import urlencode

from flask import redirect, render_template
from werkzeug.wrappers import Response

from ground.web.headers import allow_form_target
from idp.errors import RequestRefused
from idp.protocol.redirect_uri import host_of
from idp.realm import Realm


def with_code(realm: Realm, redirect_uri: str, *, mode: str, state: str | None, code: str, session_state: str) -> Response:
    """The browser goes back with a code (RFC 6749, 4.1.2) and what its client can watch the session by."""
    return _send(realm, redirect_uri, {"code": code, "session_state": session_state}, mode=mode, state=state)


def with_error(realm: Realm, redirect_uri: str, *, mode: str, state: str | None, refusal: RequestRefused) -> Response:
    """The browser goes back with an error (RFC 6749, 4.1.2.1)."""
    answer = {"error": refusal.code, "error_description": refusal.description}
    return _send(realm, redirect_uri, answer, mode=mode, state=state)


def _send(realm: Realm, redirect_uri: str, parameters: Mapping[str, str], *, mode: str, state: str | None) -> Response:
    answer = dict(parameters)
    if state is not None:
        answer["state"] = state
    answer["iss"] = realm.issuer
    answer = realm.seams.authorization_response(answer)
    if mode == "form_post":
        return _form(redirect_uri, answer)
    separator = "&" if "?" in redirect_uri else "?"
    return redirect(f"{redirect_uri}{separator}{urlencode(answer)}", 302)


def _form(redirect_uri: str, answer: Mapping[str, str]) -> Response:
    """A page that posts the answer; its button is for browsers without scripts (OAuth 2.0 Form Post Response Mode, 2)."""
    allow_form_target(redirect_uri)
    page = render_template("form_post.html", action=redirect_uri, answer=answer, host=host_of(redirect_uri))
    return Response(page, mimetype="text/html")
