"""A Flask application with everything of the kit installed."""

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

from flask import Flask
from jinja2 import ChoiceLoader, FileSystemLoader, StrictUndefined
from werkzeug.local import LocalProxy
from werkzeug.wrappers import Response

from ground.web import compiled
from ground.web.brands import BRANDS
from ground.web.csrf import install_csrf
from ground.web.errors import install_errors
from ground.web.headers import install_headers
from ground.web.icons import icon_shape
from ground.web.language import install_languages
from ground.web.site import Site, current_site, link
from ground.web.static_files import install_static_files
from ground.web.theme import install_theme

NO_ROOMS: Mapping[str, Path] = MappingProxyType({})
MAX_BODY_BYTES = 256 * 1024
PRINTABLE = "".join(map(chr, range(33, 127)))


class _Application(Flask):
    """Flask, but a query with bytes beyond ASCII is a query and not a fault: werkzeug decodes it as UTF-8 or dies."""

    def wsgi_app(self, environ: Any, start_response: Any) -> Any:
        query = environ.get("QUERY_STRING", "")
        if not query.isascii():
            environ["QUERY_STRING"] = quote(query.encode("latin-1"), safe=PRINTABLE)
        return super().wsgi_app(environ, start_response)


def make_flask(
    site: Site, import_name: str, *, find_site: Callable[[], Site] | None = None, rooms: Mapping[str, Path] = NO_ROOMS
) -> Flask:
    """The application of `site`. Views and blueprints are the caller's.

    One application may serve several sites of the same pages: then `find_site` says which one this request belongs to.
    `rooms` are folders that bring pages of their own, by name: what is in their `templates/` is found beside those of the site,
    and what is in their `static/` is served under their name.
    """
    app = _Application(import_name, static_folder=None, template_folder=None)
    app.extensions["site"] = find_site or (lambda: site)
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY_BYTES
    app.config["MAX_FORM_MEMORY_SIZE"] = MAX_BODY_BYTES
    _install_templates(app, site, rooms)
    folders = (compiled.TRANSLATIONS, site.translations)
    for folder in folders:
        compiled.compile_stale(folder)
    # A later folder overrides an earlier one, so the application has the last word.
    install_languages(app, translations=";".join(map(str, folders)))
    install_static_files(app, rooms)
    install_theme(app)
    install_csrf(app)
    install_headers(app)
    install_errors(app)
    app.after_request(_stay_on_site)
    return app


def _stay_on_site(response: Response) -> Response:
    """A redirect to a path is one to a page of this site, which may be mounted below the root of its host."""
    if response.location:
        response.location = link(response.location)
    return response


def _install_templates(app: Flask, site: Site, rooms: Mapping[str, Path]) -> None:
    # A missing name is an error and not an empty place: a page never shows a hole where a name or a number should stand.
    app.jinja_options = {
        "autoescape": lambda name: name is None or not name.endswith(".txt"),
        "undefined": StrictUndefined,
        "trim_blocks": True,
        "lstrip_blocks": True,
    }
    own = [] if site.brand_templates is None else [site.brand_templates]
    folders = [*own, site.templates, *(room / "templates" for room in rooms.values()), compiled.FOLDER / "templates"]
    app.jinja_env.loader = ChoiceLoader([FileSystemLoader(str(folder)) for folder in folders])
    app.jinja_env.globals.update(
        site=LocalProxy(current_site),
        brand_words=LocalProxy(lambda: BRANDS[current_site().brand]),
        icon_shape=icon_shape,
        link=link,
    )
