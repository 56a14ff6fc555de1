"""Where the staff begins: what this person's roles open."""

from idp.authentication.entry import enter_to_work
from idp.citizens.models import STAFF_ROLES
from idp.pages import current_realm
from idp.pages.access import Access, open_to
from idp.staff.pages import PATH, make_blueprint, page
from idp.staff.words import ROLE_NAMES, ROLE_PURPOSES

blueprint = make_blueprint("staff")


@blueprint.get("")
@open_to(Access.OPERATOR, Access.SUPPORT, Access.OFFICER, Access.ADMINISTRATOR)
def home() -> str:
    """The roles of whoever works here, and what they open."""
    owner = enter_to_work(current_realm(), PATH, *STAFF_ROLES)
    roles = [(str(name), str(ROLE_PURPOSES[role])) for role, name in ROLE_NAMES.items() if role in owner.person.roles]
    return page("staff/home.html", owner, "home", roles=roles)
