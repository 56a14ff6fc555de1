"""What an application tells the kit about itself, once, when it starts."""

from dataclasses import dataclass
from pathlib import Path

from flask import current_app

from ground.chance import Chance
from ground.clock import Clock


@dataclass(frozen=True)
class Site:
    """One application on one address.

    `instance` is the prefix of its cookies, so that two applications on one host do not overwrite each other's; `brand`
    the value of `data-brand`; `name` the tail of every title. `templates` are searched before those of the kit;
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


def current_site() -> Site:
    """The site of the application that handles this request."""
    site: Site = current_app.extensions["site"]
    return site
