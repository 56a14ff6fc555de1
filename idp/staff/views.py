"""Where the staff begins: what this person's roles open."""

from ground.web.language import lazy_gettext
from idp.authentication.entry import enter_to_work
from idp.citizens.models import STAFF_ROLES
from idp.pages import current_realm
from idp.pages.access import Access, open_to
from idp.staff.pages import PATH, make_blueprint, page

blueprint = make_blueprint("staff")
ROLE_NAMES = {
    "operator": lazy_gettext("Оператор"),
    "support": lazy_gettext("Поддержка"),
    "officer": lazy_gettext("Служба безопасности"),
    "administrator": lazy_gettext("Администратор"),
}


@blueprint.get("")
@open_to(Access.OPERATOR, Access.SUPPORT, Access.OFFICER, Access.ADMINISTRATOR)
def home() -> str:
    """The roles of whoever works here, and what they open."""
    owner = enter_to_work(current_realm(), PATH, *STAFF_ROLES)
    roles = [str(name) for role, name in ROLE_NAMES.items() if role in owner.person.roles]
    return page("staff/home.html", owner, "home", roles=roles)
