"""Light, dark or as the system says, remembered in a cookie and changed by a plain link."""

from urllib.parse import quote, urlencode

from flask import Flask, redirect, request
from werkzeug.wrappers import Response

from ground.web.cookies import clear_cookie, cookie_value, set_cookie
from ground.web.site import current_site

COOKIE = "theme"
COOKIE_SECONDS = 365 * 24 * 3600
FORCED = ("light", "dark")
SYSTEM = "system"


def current_theme() -> str | None:
    """The theme the person chose, for `data-theme`; None leaves it to the system."""
    theme = cookie_value(COOKIE)
    return theme if theme in FORCED else None


def own_address(**changes: str | None) -> str:
    """Path and query of this request with parameters set, or removed by None. Always an address on this host."""
    kept = [(name, value) for name, value in request.args.items(multi=True) if name not in changes]
    query = urlencode(kept + [(name, value) for name, value in changes.items() if value is not None])
    # "//elsewhere" and "/\elsewhere" lead a browser to another host: one slash in front, the rest quoted.
    path = "/" + quote(f"{request.script_root}{request.path}".lstrip("/"))
    return f"{path}?{query}" if query else path


def install_theme(app: Flask) -> None:
    """Answer `?theme=` with the cookie and the same page without the parameter."""
    app.before_request(_take_theme_from_address)
    app.jinja_env.globals.update(current_theme=current_theme, own_address=own_address)


def _take_theme_from_address() -> Response | None:
    theme = request.args.get("theme")
    if request.method != "GET" or theme not in (*FORCED, SYSTEM):
        return None
    response: Response = redirect(own_address(theme=None), 303)
    if theme == SYSTEM:
        clear_cookie(current_site(), response, COOKIE)
    else:
        set_cookie(current_site(), response, COOKIE, theme, max_age_seconds=COOKIE_SECONDS)
    return response
