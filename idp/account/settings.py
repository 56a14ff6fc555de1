"""«Настройки»: the role that everybody may take by themselves.

Who gives it up only narrows what their account opens. Who takes it asks for health records to be opened, so a session that
somebody left open must not be enough (I26; ASVS 5.0, 7.5.1).
"""

from flask import redirect
from werkzeug.wrappers import Response

from ground.web.errors import PageProblem
from ground.web.language import gettext as _
from idp.account.pages import PATH, make_blueprint, page, renew_cookie
from idp.authentication.entry import enter, enter_to_change
from idp.authentication.method import Owner
from idp.citizens import directory, roles
from idp.citizens.levels import level_of
from idp.citizens.models import MEDICAL_SERVICE
from idp.pages import current_realm
from idp.pages.access import Access, open_to
from idp.realm import Realm

ADDRESS = f"{PATH}/settings"
blueprint = make_blueprint("account_settings")


@blueprint.get("/settings")
@open_to(Access.CITIZEN)
def show() -> str:
    """What the person decided about their account."""
    owner = enter(current_realm(), ADDRESS)
    return page("account/settings.html", owner, "settings", has_role=MEDICAL_SERVICE in owner.person.roles)


@blueprint.post("/settings/medical-service/add")
@open_to(Access.CITIZEN_AFRESH)
def add() -> Response:
    """Take the role, with a confirmed account only: asked in the transaction that gives it."""
    realm = current_realm()
    owner = enter_to_change(realm, ADDRESS)
    with realm.database.write() as connection:
        directory.hold(connection, owner.person.id)
        person = directory.find(realm, connection, owner.person.id)
        may = person is not None and level_of(person) == "confirmed"
        if may:
            roles.give(realm, connection, owner.person.id, MEDICAL_SERVICE, actor=f"citizen:{owner.person.id}")
    if not may:
        raise PageProblem(
            status=403,
            title=_("Недостаточно прав"),
            lead=_("Эту роль можно добавить только к подтверждённой учётной записи."),
            actions=((_("В настройки"), ADDRESS),),
            code="access_denied",
            cause="the account is not confirmed",
        )
    return _back(realm, owner)


@blueprint.post("/settings/medical-service/remove")
@open_to(Access.CITIZEN)
def remove() -> Response:
    """Give the role up."""
    realm = current_realm()
    owner = enter(realm, ADDRESS)
    with realm.database.write() as connection:
        roles.take(realm, connection, owner.person.id, MEDICAL_SERVICE, actor=f"citizen:{owner.person.id}")
    return _back(realm, owner)


def _back(realm: Realm, owner: Owner) -> Response:
    response = redirect(ADDRESS, 303)
    renew_cookie(realm, response, owner)
    return response
