"""What every page of the staff shares: its address, the list of its sections, and the frame they stand in."""

from typing import Any

from flask import Blueprint, render_template

from ground.web.language import LazyText, lazy_gettext
from idp.authentication.entry import make_guarded
from idp.authentication.method import Owner
from idp.citizens.models import STAFF_ROLES, StaffRole

PATH = "/staff"
SECTIONS: tuple[tuple[str, LazyText, str, str, tuple[StaffRole, ...]], ...] = (
    ("home", lazy_gettext("Ваши роли"), PATH, "grid", STAFF_ROLES),
    ("people", lazy_gettext("Люди"), f"{PATH}/people", "user", ("operator", "support")),
    ("recoveries", lazy_gettext("Проверка видео"), f"{PATH}/recoveries", "phone", ("operator",)),
    ("incidents", lazy_gettext("Инциденты"), f"{PATH}/incidents", "alert", ("officer",)),
    ("journal", lazy_gettext("Журнал"), f"{PATH}/journal", "list", ("officer",)),
    ("members", lazy_gettext("Сотрудники"), f"{PATH}/members", "list", ("administrator",)),
)
"""Name, title, address and icon of each, and the roles that it is for, in the order of the navigation."""


def make_blueprint(name: str) -> Blueprint:
    """A blueprint for some pages of the staff, each of which enters with its roles before it shows anything."""
    return make_guarded(name, __name__, PATH)


def sections_of(owner: Owner) -> list[tuple[str, LazyText, str, str]]:
    """The sections that this person's roles open."""
    return [section[:4] for section in SECTIONS if owner.person.roles & set(section[4])]


def page(template: str, owner: Owner, section: str, **values: Any) -> str:
    """A page of the staff for whoever entered, in the section of this name."""
    data = owner.person.data
    return render_template(
        template,
        owner=owner,
        person=owner.person,
        initials=(data.given_name[:1] + data.family_name[:1]).upper(),
        sections=[(str(title), path, name == section, icon) for name, title, path, icon in sections_of(owner)],
        **values,
    )
