"""What an application tells the kit about itself: once when it starts, or where it serves several sites, for each request."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from flask import current_app, request

from ground.chance import Chance
from ground.clock import Clock


@dataclass(frozen=True)
class Site:
    """One application on one address.

    `instance` is the prefix of its cookies and `cookie_suffix` their tail, so that two applications on one host do not
    overwrite each other's, and neither do two sites of one application; `brand`
    the value of `data-brand`; `name` the tail of every title. `templates` are searched before those of the kit, and
    `brand_templates`, what this brand says in its own way, before both;
    `translations` holds `<language>/LC_MESSAGES/messages.po`.
    """

    instance: str
    brand: str
    name: str
    is_secure: bool
    templates: Path
    translations: Path
    csrf_key: bytes
    clock: Clock
    chance: Chance
    cookie_suffix: str = ""
    brand_templates: Path | None = None


def current_site() -> Site:
    """The site that this request belongs to."""
    find: Callable[[], Site] = current_app.extensions["site"]
    return find()


def link(path: str) -> str:
    """The address of a page of this site, wherever it is mounted. What is no path, or leads there already, is left alone."""
    mount = request.script_root
    if not mount or not path.startswith("/") or path.startswith(("//", f"{mount}/")):
        return path
    return mount + path
