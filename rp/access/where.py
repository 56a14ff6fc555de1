"""Which page is open, for whoever is sent away and comes back to it."""

from flask import current_app, request

from ground.web.theme import own_address

MAX_RETURN_PATH_CHARACTERS = 500


def open_page() -> str:
    """This address, or the page whose form was sent to it, where it has one."""
    if request.method == "GET":
        return own_address()
    adapter = current_app.url_map.bind("")
    return request.path if adapter.test(request.path, "GET") else "/"


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
