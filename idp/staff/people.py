"""One person before an operator or the support: found by the whole of a login, shown as far as the work needs it.

The operator sees whose account it is, with contacts masked; the support sees how the account is. Nobody sees a number.
"""

from dataclasses import dataclass

from flask import redirect, request
from werkzeug.wrappers import Response

from ground.web.language import gettext as _
from idp.authentication.entry import enter_to_work, offered_methods
from idp.authentication.method import Owner
from idp.citizens.identifiers import masked_email, masked_phone
from idp.citizens.levels import level_of
from idp.citizens.models import Person, StaffRole
from idp.pages import current_realm
from idp.pages.access import Access, open_to
from idp.staff import looking
from idp.staff.pages import PATH, make_blueprint, page
from idp.staff.words import DISABLED, LEVEL_NAMES, LOCK_NAMES

PEOPLE = f"{PATH}/people"
ROLES: tuple[StaffRole, ...] = ("operator", "support")
blueprint = make_blueprint("staff_people")


@dataclass(frozen=True)
class Shown:
    """An account as the staff sees it. Lock: word, tone and who lifts it."""

    id: str
    name: str
    phone: tuple[str, bool] | None
    email: tuple[str, bool] | None
    level: str
    lock: tuple[str, str, str]


@blueprint.get("/people")
@open_to(Access.OPERATOR, Access.SUPPORT)
def show_search() -> str:
    """Where one person is looked for."""
    return page("staff/people.html", enter_to_work(current_realm(), PEOPLE, *ROLES), "people", error=None, login="")


@blueprint.post("/people")
@open_to(Access.OPERATOR, Access.SUPPORT)
def search() -> Response | tuple[str, int]:
    """To the person who has the login."""
    realm = current_realm()
    owner = enter_to_work(realm, PEOPLE, *ROLES)
    login = request.form.get("login", "")
    person = looking.find(realm, owner, login, as_role=_role_of(owner))
    if person is None:
        error = _("Никого с таким логином нет. Проверьте, что он набран целиком.")
        return page("staff/people.html", owner, "people", error=error, login=login), 404
    return redirect(f"{PEOPLE}/{person.id}", 303)


@blueprint.get("/people/<citizen_id>")
@open_to(Access.OPERATOR, Access.SUPPORT)
def show(citizen_id: str) -> str:
    """One person, as far as the roles of whoever looks go."""
    realm = current_realm()
    owner = enter_to_work(realm, f"{PEOPLE}/{citizen_id}", *ROLES)
    person = looking.view(realm, owner, citizen_id, as_role=_role_of(owner))
    with realm.database.read() as connection:
        ways = [method.title for method in offered_methods(realm, connection, person)]
    return page(
        "staff/person.html",
        owner,
        "people",
        shown=shown_of(person, is_named="operator" in owner.person.roles),
        ways=ways if "support" in owner.person.roles else None,
        is_operator="operator" in owner.person.roles,
        is_own=person.id == owner.person.id,
        is_proved=person.identity_proved_by is not None,
    )


def shown_of(person: Person, *, is_named: bool) -> Shown:
    """An account for a page. Who is not to know whose it is learns what the caller on the telephone would say anyway."""
    data = person.data
    phone = (masked_phone(data.phone), person.phone_is_verified) if data.phone and is_named else None
    email = (masked_email(data.email), person.email_is_verified) if data.email and is_named else None
    word, tone, what_then = DISABLED if person.is_disabled else LOCK_NAMES[person.lock]
    return Shown(
        id=person.id,
        name=data.full_name if is_named else data.short_name,
        phone=phone,
        email=email,
        level=str(LEVEL_NAMES[level_of(person)]),
        lock=(str(word), tone, str(what_then)),
    )


def _role_of(owner: Owner) -> StaffRole:
    return next(role for role in ROLES if role in owner.person.roles)
