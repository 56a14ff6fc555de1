"""What every page of the provider is made with: the realm of the request, the site, templates and translations."""

from pathlib import Path

from flask import g

from ground.web.site import Site
from idp.realm import Realm

FOLDER = Path(__file__).parent
NAME, BANK_NAME = "Пропуск, учебный стенд", "Облепиха, учебный стенд"


def current_realm() -> Realm:
    """The realm that this request belongs to."""
    realm: Realm = g.realm
    return realm


def site_of(realm: Realm) -> Site:
    """What the page kit has to know of a realm. The bank shows its own name, and speaks of accounts and not of passes."""
    is_bank = realm.settings.is_bank
    return Site(
        instance=realm.settings.instance,
        brand="bank" if is_bank else "propusk",
        name=BANK_NAME if is_bank else NAME,
        is_secure=realm.settings.is_secure,
        templates=FOLDER / "templates",
        translations=FOLDER / "translations",
        csrf_key=realm.remember("csrf key", lambda: realm.secrets.derive("csrf")),
        clock=realm.clock,
        chance=realm.chance,
        cookie_suffix=realm.name,
        brand_templates=FOLDER / "templates" / "bank" if is_bank else None,
    )
