"""The answer to an authorization request: parameters added to the redirect URI, and nothing else anywhere.

Every answer names its issuer (RFC 9207), so that a client of two providers cannot be confused about who answered.
"""

from collections.abc import Mapping
from urllib.parse import urlencode

from flask import redirect
from werkzeug.wrappers import Response

from idp.errors import RequestRefused
from idp.realm import Realm


def with_code(realm: Realm, redirect_uri: str, *, state: str | None, code: str, session_state: str) -> Response:
    """The browser goes back with a code (RFC 6749, 4.1.2) and what its client can watch the session by."""
    return _send(realm, redirect_uri, {"code": code, "session_state": session_state}, state)


def with_error(realm: Realm, redirect_uri: str, *, state: str | None, refusal: RequestRefused) -> Response:
    """The browser goes back with an error (RFC 6749, 4.1.2.1)."""
    return _send(realm, redirect_uri, {"error": refusal.code, "error_description": refusal.description}, state)


def _send(realm: Realm, redirect_uri: str, parameters: Mapping[str, str], state: str | None) -> Response:
    answer = dict(parameters)
    if state is not None:
        answer["state"] = state
    answer["iss"] = realm.issuer
    answer = realm.seams.authorization_response(answer)
    separator = "&" if "?" in redirect_uri else "?"
    return redirect(f"{redirect_uri}{separator}{urlencode(answer)}", 302)
