"""What every page of the account shares: its address, the list of its sections, and the frame they stand in."""

from typing import Any

from flask import Blueprint, redirect, render_template
from sqlalchemy import Connection
from werkzeug.wrappers import Response

from ground.web.cookies import cookie_value, set_cookie
from ground.web.language import lazy_gettext
from ground.web.site import current_site
from idp.authentication.entry import make_guarded
from idp.authentication.method import Owner
from idp.citizens.identifiers import spaced_phone
from idp.citizens.levels import level_of, missing
from idp.interaction.words import LEVEL_WORDS
from idp.realm import Realm
from idp.sessions import browser, store

PATH = "/account"
SECTIONS = (
    ("profile", lazy_gettext("Профиль"), PATH, "user"),
    ("security", lazy_gettext("Безопасность"), f"{PATH}/security", "shield"),
    ("documents", lazy_gettext("Документы"), f"{PATH}/documents", "document"),
    ("sessions", lazy_gettext("Устройства и сеансы"), f"{PATH}/sessions", "laptop"),
    ("consents", lazy_gettext("Согласия и сервисы"), f"{PATH}/consents", "plug"),
    ("activity", lazy_gettext("Активность"), f"{PATH}/activity", "list"),
    ("settings", lazy_gettext("Настройки"), f"{PATH}/settings", "grid"),
)
"""Name, title, address and icon of each, in the order of the navigation."""
CHANGED = "changed"
OFFERED_SECONDS = 5 * 60


def make_blueprint(name: str) -> Blueprint:
    """A blueprint for some pages of the account, each of which enters before it shows anything."""
    return make_guarded(name, __name__, PATH)


def sessions_to_offer(realm: Realm, connection: Connection, owner: Owner) -> int:
    """How many other sessions to offer the end of: those that there are, when a way to sign in has just changed here."""
    if cookie_value(CHANGED) is None:
        return 0
    return len(store.alive(realm, connection, owner.person.id)) - 1


def changed(realm: Realm, owner: Owner, path: str) -> Response:
    """A way to sign in has changed: the session goes on under a new cookie, and for a moment the pages, that of `path` first,
    offer to end the others."""
    response = redirect(path, 303)
    if renew_cookie(realm, response, owner):
        set_cookie(current_site(), response, CHANGED, "1", max_age_seconds=OFFERED_SECONDS)
    return response


def renew_cookie(realm: Realm, response: Response, owner: Owner) -> bool:
    """What this session may do, or rests on, has changed: it goes on under a new cookie (SE-05). False where it is over."""
    with realm.database.write() as connection:
        cookie = store.renew_cookie(realm, connection, owner.session)
    if cookie is not None:
        browser.hand_out(realm, response, owner.session, cookie)
    return cookie is not None


def page(template: str, owner: Owner, section: str, **values: Any) -> str:
    """A page of the account for its owner, in the section of this name."""
    data, level = owner.person.data, level_of(owner.person)
    return render_template(
        template,
        owner=owner,
        person=owner.person,
        phone=spaced_phone(data.phone),
        level=level,
        level_name=str(LEVEL_WORDS[level]),
        missing=missing(owner.person),
        initials=(data.given_name[:1] + data.family_name[:1]).upper(),
        sections=[(str(title), path, name == section, icon) for name, title, path, icon in SECTIONS],
        **values,
    )
