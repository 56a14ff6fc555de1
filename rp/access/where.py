"""Which page is open, for whoever is sent away and comes back to it."""

from flask import current_app, request

from ground.web.theme import own_address


def open_page() -> str:
    """This address, or the page whose form was sent to it, where it has one."""
    if request.method == "GET":
        return own_address()
    adapter = current_app.url_map.bind("")
    return request.path if adapter.test(request.path, "GET") else "/"
