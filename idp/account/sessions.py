"""«Устройства и сеансы»: where the person is signed in, where they have been, and how to end it."""

from dataclasses import dataclass

from flask import abort, redirect
from sqlalchemy import Connection
from werkzeug.wrappers import Response

from ground.web.cookies import token_value
from idp.account.pages import PATH, make_blueprint, page
from idp.authentication import risk
from idp.authentication.entry import enter, enter_to_change
from idp.authentication.method import Owner
from idp.authentication.risk import Place
from idp.authentication.views import DEVICE
from idp.clients import registry
from idp.logout.session_end import end_one, end_others
from idp.pages import current_realm
from idp.pages.access import Access, open_to
from idp.protocol.vocabulary import LEVELS
from idp.sessions import store
from idp.sessions.store import Session
from idp.sessions.visit import Visit
from idp.tokens import families

HERE = f"{PATH}/sessions"
blueprint = make_blueprint("account_sessions")


@dataclass(frozen=True)
class Listed:
    """A session as the page lists it. `guard` is 1, 2 or 3; `services` are the names of the clients that were entered."""

    session: Session
    visit: Visit
    guard: int
    services: list[str]
    is_this: bool


@blueprint.get("/sessions")
@open_to(Access.CITIZEN)
def sessions() -> str:
    """Every session that could go on, and the browsers that are known."""
    realm = current_realm()
    owner = enter(realm, HERE)
    with realm.database.read() as connection:
        listed = [_listed(connection, owner, *each) for each in store.alive(realm, connection, owner.person.id)]
        browsers = risk.known_browsers(realm, connection, owner.person.id)
    listed.sort(key=lambda each: not each.is_this)
    this_browser = risk.id_of(realm, owner.person.id, Place(token_value(DEVICE)))
    return page("account/sessions.html", owner, "sessions", listed=listed, browsers=browsers, this_browser=this_browser)


@blueprint.post("/sessions/<sid>/end")
@open_to(Access.CITIZEN_AFRESH)
def end(sid: str) -> Response:
    """End one of them; whoever is there is nobody from now on."""
    realm = current_realm()
    owner = enter_to_change(realm, HERE)
    with realm.database.write() as connection:
        store.hold(connection, owner.person.id)
        session = store.not_ended(connection, sid)
        if session is None or session.citizen_id != owner.person.id or sid == owner.session.sid:
            abort(404)
        end_one(realm, connection, session, because="ended_by_person")
    return redirect(HERE, 303)


@blueprint.post("/sessions/end-others")
@open_to(Access.CITIZEN_AFRESH)
def end_all_others() -> Response:
    """End all but the one of this browser."""
    realm = current_realm()
    owner = enter_to_change(realm, HERE)
    with realm.database.write() as connection:
        end_others(realm, connection, owner.session, because="ended_by_person")
    return redirect(HERE, 303)


@blueprint.post("/sessions/browsers/<browser_id>/forget")
@open_to(Access.CITIZEN_AFRESH)
def forget(browser_id: str) -> Response:
    """From now on a sign-in in that browser is one in an unknown place."""
    realm = current_realm()
    owner = enter_to_change(realm, HERE)
    with realm.database.write() as connection:
        if not risk.forget_browser(realm, connection, owner.person.id, browser_id):
            abort(404)
    return redirect(HERE, 303)


def _listed(connection: Connection, owner: Owner, session: Session, visit: Visit) -> Listed:
    entered = (registry.find(connection, client_id) for client_id in families.clients_of_session(connection, session.sid))
    return Listed(
        session,
        visit,
        guard=LEVELS.index(session.level) + 1,
        services=[client.name for client in entered if client is not None],
        is_this=session.sid == owner.session.sid,
    )
