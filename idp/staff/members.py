"""The staff itself before an administrator: who has which role, and giving and taking one at a time.

An administrator gives nothing to themselves, takes from everybody, and is never the last who goes. Passwords and ways of
signing in are nobody's but their owner's: there is no page for them here.
"""

from dataclasses import dataclass
from typing import NoReturn

from flask import abort, redirect, request
from sqlalchemy import Connection
from werkzeug.wrappers import Response

from ground.web.errors import PageProblem
from ground.web.language import gettext as _
from idp.audit import Event, record
from idp.authentication.entry import enter_to_decide, enter_to_work, has_second_factor
from idp.authentication.method import Owner
from idp.citizens import directory, roles
from idp.citizens.last_administrator import LastAdministrator
from idp.citizens.models import STAFF_ROLES, Person, StaffRole
from idp.citizens.roles import RoleNotGiven
from idp.pages import current_realm
from idp.pages.access import Access, open_to
from idp.realm import Realm
from idp.staff import looking
from idp.staff.pages import PATH, make_blueprint, page
from idp.staff.people import shown_of
from idp.staff.words import ROLE_NAMES, ROLE_PURPOSES

MEMBERS = f"{PATH}/members"
DEEDS = {"give": Event.ROLE_GIVEN, "take": Event.ROLE_TAKEN}
blueprint = make_blueprint("staff_members")


class NotDone(Exception):
    """The role is neither given nor taken: `reason` is the word of the journal."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Deed:
    """One role to be given to one person, or taken from them, by whoever entered."""

    owner: Owner
    person: Person
    name: str
    role: StaffRole

    @property
    def actor(self) -> str:
        return f"citizen:{self.owner.person.id}"

    @property
    def is_own(self) -> bool:
        return self.person.id == self.owner.person.id


@blueprint.get("/members")
@open_to(Access.ADMINISTRATOR)
def show_list() -> str:
    """Everybody who works here, and where somebody else is found."""
    return _list(enter_to_work(current_realm(), MEMBERS, "administrator"))


@blueprint.post("/members")
@open_to(Access.ADMINISTRATOR)
def search() -> Response | tuple[str, int]:
    """To the person who is to get a role."""
    realm = current_realm()
    owner = enter_to_work(realm, MEMBERS, "administrator")
    login = request.form.get("login", "")
    person = looking.find(realm, owner, login, as_role="administrator")
    if person is None:
        return _list(owner, error=_("Никого с таким логином нет. Проверьте, что он набран целиком."), login=login), 404
    return redirect(f"{MEMBERS}/{person.id}", 303)


@blueprint.get("/members/<citizen_id>")
@open_to(Access.ADMINISTRATOR)
def show(citizen_id: str) -> str:
    """The roles of one person."""
    realm = current_realm()
    owner = enter_to_work(realm, f"{MEMBERS}/{citizen_id}", "administrator")
    person = looking.view(realm, owner, citizen_id, as_role="administrator")
    listed = [
        (role, str(ROLE_NAMES[role]), str(ROLE_PURPOSES[role]), "take" if role in person.roles else _given(person, owner, role))
        for role in STAFF_ROLES
    ]
    return page("staff/member.html", owner, "members", shown=shown_of(person, is_named=True), listed=listed)


@blueprint.get("/members/<citizen_id>/<deed>/<role>")
@open_to(Access.ADMINISTRATOR)
def show_deed(citizen_id: str, deed: str, role: str) -> str:
    """What is about to be done, before it is."""
    planned = _enter_to_do(current_realm(), citizen_id, deed, role)
    return page(
        "staff/member_deed.html",
        planned.owner,
        "members",
        shown=shown_of(planned.person, is_named=True),
        deed=planned,
        role_name=str(ROLE_NAMES[planned.role]),
        purpose=str(ROLE_PURPOSES[planned.role]),
    )


@blueprint.post("/members/<citizen_id>/<deed>/<role>")
@open_to(Access.ADMINISTRATOR)
def do(citizen_id: str, deed: str, role: str) -> Response:
    """Give or take the role."""
    realm = current_realm()
    planned = _enter_to_do(realm, citizen_id, deed, role)
    try:
        with realm.database.write() as connection:
            _do(realm, connection, planned)
    except NotDone as reason:
        _refuse(realm, planned, reason.reason)
    # Whoever gave up what opens these pages has nothing more to see here.
    is_out = planned.is_own and planned.name == "take" and planned.role == "administrator"
    return redirect("/account" if is_out else f"{MEMBERS}/{planned.person.id}", 303)


def _enter_to_do(realm: Realm, citizen_id: str, deed: str, role: str) -> Deed:
    if deed not in DEEDS or role not in STAFF_ROLES:
        abort(404)
    owner = enter_to_decide(realm, f"{MEMBERS}/{citizen_id}/{deed}/{role}", "administrator")
    return Deed(owner, looking.view(realm, owner, citizen_id, as_role="administrator"), deed, role)


def _do(realm: Realm, connection: Connection, deed: Deed) -> None:
    """Give or take. Raises NotDone, and nothing has happened then."""
    try:
        if deed.name == "take":
            roles.take(realm, connection, deed.person.id, deed.role, actor=deed.actor)
        else:
            if deed.person.is_shut_out:
                raise NotDone("shut_out")
            if not has_second_factor(realm, connection, deed.person):
                raise NotDone("no_second_factor")
            roles.give(realm, connection, deed.person.id, deed.role, actor=deed.actor)
    except LastAdministrator:
        raise NotDone("last_administrator") from None
    except RoleNotGiven as not_given:
        raise NotDone(not_given.reason) from None
    # Looked at after the roles are held: of two who take each other's, the second is none any more.
    doer = directory.find(realm, connection, deed.owner.person.id)
    if doer is None or doer.is_shut_out or not (deed.is_own or "administrator" in doer.roles):
        raise NotDone("no_role")


def _refuse(realm: Realm, deed: Deed, reason: str) -> NoReturn:
    """Tell why it was not done; the journal says that it was tried."""
    thing = f"citizen:{deed.person.id}"
    with realm.database.write() as connection:
        record(realm, connection, DEEDS[deed.name], actor=deed.actor, object=thing, outcome=reason, role=deed.role)
    title, lead = {
        "own": (_("Себе роль не дать"), _("Роли даёт другой администратор.")),
        "excluded": (
            _("Эти роли не сочетаются"),
            _("Администратор и служба безопасности следят друг за другом, поэтому это разные люди."),
        ),
        "last_administrator": (
            _("Это последний администратор"),
            _("Если забрать эту роль, давать роли будет некому. Сначала дайте её кому-нибудь ещё."),
        ),
        "no_second_factor": (
            _("Сначала второй способ входа"),
            _("Сотрудник входит только в два шага, а у этого человека второй способ не настроен. Пусть добавит его в профиле."),
        ),
        "shut_out": (_("Запись закрыта"), _("Она отключена или остановлена службой безопасности. Роль сейчас не дать.")),
        "no_role": (_("Вы больше не администратор"), _("Пока вы решали, вашу роль забрали.")),
    }[reason]
    raise PageProblem(
        status=403 if reason in ("own", "no_role") else 409,
        title=title,
        lead=lead,
        actions=((_("К сотрудникам"), MEMBERS),) if reason != "no_role" else ((_("В профиль"), "/account"),),
        code="access_denied",
        cause=f"{deed.name} {deed.role}: {reason}",
    )


def _given(person: Person, owner: Owner, role: StaffRole) -> str | None:
    """`give`, where this administrator may give this person the role."""
    is_excluded = role in roles.EXCLUDING and person.roles & roles.EXCLUDING
    return None if is_excluded or person.id == owner.person.id else "give"


def _list(owner: Owner, *, error: str | None = None, login: str = "") -> str:
    realm = current_realm()
    with realm.database.read() as connection:
        people = directory.staff(realm, connection)
    listed = [(person, [str(ROLE_NAMES[role]) for role in STAFF_ROLES if role in person.roles]) for person in people]
    return page("staff/members.html", owner, "members", listed=listed, error=error, login=login)
