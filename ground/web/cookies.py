"""Cookies of one shape: HttpOnly, SameSite=Lax, the whole host; over TLS also Secure and with the `__Host-` prefix.

The prefix keeps a neighbour on a sub-domain, or on plain http, from planting a cookie of ours (RFC 6265bis, 4.1.3.2).
"""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass

from flask import after_this_request, g, request
from werkzeug.wrappers import Response

from ground.chance import draw_token
from ground.web.site import Site, current_site

BROWSER = "browser"
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")


def cookie_name(site: Site, name: str) -> str:
    """The name as the browser sees it: `idp_session`, over TLS `__Host-idp_session`."""
    tail = f"_{site.cookie_suffix}" if site.cookie_suffix else ""
    return f"{'__Host-' if site.is_secure else ''}{site.instance}_{name}{tail}"


@dataclass(frozen=True)
class Cookie:
    """A cookie as an answer sets it, for the whole host and until the browser is closed."""

    name: str
    value: str
    http_only: bool
    secure: bool
    same_site: str
    path: str = "/"


def make_cookie(site: Site, name: str, value: str) -> Cookie:
    """A cookie that only we read."""
    return Cookie(cookie_name(site, name), value, http_only=True, secure=site.is_secure, same_site="Lax")


def make_readable_cookie(site: Site, name: str, value: str) -> Cookie:
    """A cookie that scripts of ours read in a frame on somebody else's page. Its value must open nothing.

    Over TLS it is SameSite=None, or the frame would not see it; on plain http browsers refuse that, and neighbours on one
    host (localhost) are the same site anyway.
    """
    same_site = "None" if site.is_secure else "Lax"
    return Cookie(cookie_name(site, name), value, http_only=False, secure=site.is_secure, same_site=same_site)


def set_cookies(response: Response, cookies: Iterable[Cookie], *, max_age_seconds: int | None = None) -> None:
    """Set cookies; without `max_age_seconds` they live until the browser is closed."""
    for cookie in cookies:
        response.set_cookie(
            cookie.name,
            cookie.value,
            max_age=max_age_seconds,
            path=cookie.path,
            httponly=cookie.http_only,
            samesite=cookie.same_site,
            secure=cookie.secure,
        )


def set_cookie(site: Site, response: Response, name: str, value: str, *, max_age_seconds: int | None = None) -> None:
    """Set the cookie; without `max_age_seconds` it lives until the browser is closed."""
    set_cookies(response, [make_cookie(site, name, value)], max_age_seconds=max_age_seconds)


def clear_cookie(site: Site, response: Response, name: str) -> None:
    """Have the browser forget the cookie."""
    response.delete_cookie(cookie_name(site, name), path="/", httponly=True, samesite="Lax", secure=site.is_secure)


def clear_readable_cookie(site: Site, response: Response, name: str) -> None:
    """Have the browser forget a readable cookie."""
    same_site = "None" if site.is_secure else "Lax"
    response.delete_cookie(cookie_name(site, name), path="/", httponly=False, samesite=same_site, secure=site.is_secure)


def cookie_value(name: str) -> str | None:
    """What the browser sent under our name, or None."""
    return request.cookies.get(cookie_name(current_site(), name))


def token_value(name: str) -> str | None:
    """The same, if it has the shape of a token that we draw: nobody chooses it by accident or by size."""
    value = cookie_value(name)
    return value if value is not None and _TOKEN.fullmatch(value) else None


def set_cookie_on_response(name: str, value: str, *, max_age_seconds: int | None = None) -> None:
    """Set the cookie on whatever this request will be answered with, an error page too."""

    def add(response: Response) -> Response:
        set_cookie(current_site(), response, name, value, max_age_seconds=max_age_seconds)
        return response

    after_this_request(add)


def browser_id() -> str:
    """The secret this browser alone knows. Made on first need; then the answer sets it."""
    if "ground_browser_id" not in g:
        known = token_value(BROWSER)
        if known is None:
            known = draw_token(current_site().chance, "browser cookie")
            set_cookie_on_response(BROWSER, known)
        g.ground_browser_id = known
    identifier: str = g.ground_browser_id
    return identifier


def browser_binding() -> str:
    """What may be stored about this browser: the SHA-256 of its secret, in hexadecimal."""
    return hashlib.sha256(browser_id().encode("ascii")).hexdigest()
