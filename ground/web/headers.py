"""The headers every answer carries, whoever made it."""

from urllib.parse import urlsplit

from flask import Flask, g, request
from werkzeug.wrappers import Response

from ground.entrance import HSTS_SECONDS
from ground.web.site import current_site

FIXED = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
}


def allow_form_target(address: str) -> None:
    """Let a form of the page being made end at the origin of `address`.

    Chromium applies `form-action` to the redirect that follows a POST as well, so a page whose form may end at a client
    names that client's origin; without it the browser drops the redirect. Raises ValueError for what is no address.
    """
    _add("ground_form_targets", address)


def allow_frame(address: str) -> None:
    """Let the page being made show the origin of `address` in a frame. Raises ValueError for what is no address."""
    _add("ground_frames", address)


def allow_framing_by(address: str) -> None:
    """Let pages of the origin of `address` show the page being made in a frame. Raises ValueError for what is no address.

    Only for a page that asks nothing of the person: a frame can be laid under somebody's finger.
    """
    _add("ground_framers", address)


def _add(name: str, address: str) -> None:
    parts = urlsplit(address)
    # An application's own scheme (com.example.app:/back) has no host; the scheme alone is its source.
    source = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}" if parts.netloc else f"{parts.scheme}:"
    # Only the source stands in the policy: a path or a query may hold any of these.
    if not parts.scheme or any(character in source for character in "; ,'\"\r\n\t"):
        raise ValueError("not an absolute address")
    sources: list[str] = g.setdefault(name, [])
    if source not in sources:
        sources.append(source)


def content_security_policy() -> str:
    """The policy of this answer: our own files and nothing written inline."""
    targets = " ".join(["'self'", *g.get("ground_form_targets", [])])
    framers = " ".join(g.get("ground_framers", ["'none'"]))
    frames = f"frame-src {' '.join(g.ground_frames)}; " if "ground_frames" in g else ""
    return (
        f"default-src 'self'; img-src 'self' data:; {frames}object-src 'none'; base-uri 'none'; "
        f"frame-ancestors {framers}; form-action {targets}"
    )


def install_headers(app: Flask) -> None:
    """Add the headers to every answer; one that an endpoint has set itself is left alone."""

    def add(response: Response) -> Response:
        for name, value in FIXED.items():
            response.headers.setdefault(name, value)
        response.headers.setdefault("Content-Security-Policy", content_security_policy())
        if current_site().is_secure:
            response.headers.setdefault("Strict-Transport-Security", f"max-age={HSTS_SECONDS}")
        # Flask gives static files a Cache-Control of its own; everything else may name a person.
        if not (request.endpoint or "").endswith("static"):
            response.headers.setdefault("Cache-Control", "no-store")
        return response

    app.after_request(add)
