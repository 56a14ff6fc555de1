"""Which page is open, for whoever is sent away and comes back to it."""

from flask import current_app, request

from ground.web.theme import own_address

MAX_RETURN_PATH_CHARACTERS = 500
UNSENT = "unsent"
"""In the address of a page to which somebody comes back whose form was lost on the way: they had to sign in or to agree first."""


def open_page() -> str:
    """This address, or the page whose form was sent to it, where it has one: that page then says that nothing was sent."""
    if request.method == "GET":
        return own_address()
    has_page = current_app.url_map.bind("").test(request.path, "GET")
    return own_address(**{UNSENT: "1"}) if has_page else f"/?{UNSENT}=1"


def safe_path(path: str) -> str:
    """A path on this host; anything a browser could read as another host becomes the first page."""
    is_safe = (
        path.startswith("/")
        and not path.startswith(("//", "/\\"))
        and not path.startswith("/sign-")
        and len(path) <= MAX_RETURN_PATH_CHARACTERS
        and path.isascii()
        and path.isprintable()
        and "\\" not in path
    )
    return path if is_safe else "/"
