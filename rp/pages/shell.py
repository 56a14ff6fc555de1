"""What the kit is told about the registry."""

from pathlib import Path

from ground.web.site import Site
from rp.realm import Realm

FOLDER = Path(__file__).parent
INSTANCE = "rp"


def make_site(realm: Realm) -> Site:
    """The registry as a site of the kit."""
    return Site(
        instance=INSTANCE,
        brand="registry",
        name="Регистр, учебный стенд",
        is_secure=realm.settings.is_secure,
        templates=FOLDER / "templates",
        translations=FOLDER / "translations",
        csrf_key=realm.csrf_key,
        clock=realm.clock,
        chance=realm.chance,
    )


def initials(given_name: str | None, family_name: str | None) -> str:
    """«ВР» for the round mark in the header."""
    return "".join(name[0] for name in (given_name, family_name) if name).upper() or "•"


def short_name(given_name: str | None, family_name: str | None) -> str:
    """«Вера Р.», as much of a name as a header needs."""
    if not given_name:
        return family_name or ""
    return f"{given_name} {family_name[0]}." if family_name else given_name
