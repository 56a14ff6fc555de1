"""Forgery of requests: a write must come from a page we gave to this very browser.

Two proofs. The form carries `csrf_token`, an HMAC of the browser cookie, which a foreign page cannot read. And where the
browser says who asks (Origin, Sec-Fetch-Site), it must be us. Views that look at no cookie (`@csrf_exempt`) need neither.
"""

import hashlib
import hmac
from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, current_app, request
from markupsafe import Markup

from ground.web.cookies import browser_id
from ground.web.errors import PageProblem
from ground.web.language import gettext
from ground.web.site import current_site

FIELD = "csrf_token"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_EXEMPT = "_csrf_exempt"

View = TypeVar("View", bound=Callable[..., Any])


def csrf_exempt(view: View) -> View:
    """Mark a view whose authority never comes from a cookie (client credentials, bearer tokens)."""
    setattr(view, _EXEMPT, True)
    return view


def csrf_token() -> str:
    """The value that proves a form came from a page given to this browser."""
    return hmac.new(current_site().csrf_key, browser_id().encode("ascii"), hashlib.sha256).hexdigest()


def csrf_field() -> Markup:
    """The hidden field every form with method="post" begins with."""
    return Markup('<input type="hidden" name="{}" value="{}">').format(FIELD, csrf_token())


def install_csrf(app: Flask) -> None:
    """Refuse forged writes before any view runs."""
    app.before_request(_refuse_forgery)
    app.jinja_env.globals["csrf_field"] = csrf_field


def _refuse_forgery() -> None:
    # A request that no view will answer keeps its honest 404 or 405.
    if request.method in SAFE_METHODS or request.endpoint is None:
        return
    if getattr(current_app.view_functions[request.endpoint], _EXEMPT, False):
        return
    if not _comes_from_us():
        raise _forged("Origin or Sec-Fetch-Site names another site")
    if not hmac.compare_digest(request.form.get(FIELD, "").encode(), csrf_token().encode()):
        raise _forged("csrf_token is missing or belongs to another browser")


def _comes_from_us() -> bool:
    origin = request.headers.get("Origin")
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None and site not in ("same-origin", "none"):
        return False
    if origin is None:
        return True
    # Our Referrer-Policy makes browsers write "null" for our own forms (Fetch, "append a request Origin header");
    # a sandboxed frame is "null" too, but then Sec-Fetch-Site says cross-site.
    if origin == "null":
        return site == "same-origin"
    scheme = "https" if current_site().is_secure else request.scheme
    return origin == f"{scheme}://{request.host}"


def _forged(cause: str) -> PageProblem:
    return PageProblem(
        status=403,
        title=gettext("Форма устарела"),
        lead=gettext("Мы не можем проверить, что её отправили вы. Ничего не изменилось."),
        advice=(
            gettext("Вернитесь на страницу с формой, обновите её и отправьте ещё раз."),
            gettext("Если не поможет, разрешите этому сайту файлы cookie."),
        ),
        cause=cause,
    )
