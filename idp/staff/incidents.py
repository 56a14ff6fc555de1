"""Incidents before a security officer: opened for a person with a reason, and closed when the danger is over.

The list says no name: whose account an incident shuts is seen on its own page, and the journal says that it was.
"""

from flask import abort, redirect, request
from sqlalchemy import Connection
from werkzeug.wrappers import Response

from ground.web.language import gettext as _
from idp.authentication import incident
from idp.authentication.entry import enter_to_decide, enter_to_work
from idp.authentication.method import Owner
from idp.citizens import locks
from idp.citizens.locks import IncidentRow
from idp.citizens.models import Person
from idp.pages import current_realm
from idp.pages.access import Access, open_to
from idp.realm import Realm
from idp.staff import looking
from idp.staff.pages import PATH, make_blueprint, page
from idp.staff.people import shown_of
from idp.staff.words import words_of_actor, words_of_rule

INCIDENTS = f"{PATH}/incidents"
MAX_REASON_LENGTH = 400
blueprint = make_blueprint("staff_incidents")


@blueprint.get("/incidents")
@open_to(Access.OFFICER)
def show_list() -> str:
    """Every incident, open ones first, and where one is opened."""
    return _list(enter_to_work(current_realm(), INCIDENTS, "officer"))


@blueprint.post("/incidents")
@open_to(Access.OFFICER)
def search() -> Response | tuple[str, int]:
    """To the person for whom an incident is to be opened."""
    realm = current_realm()
    owner = enter_to_work(realm, INCIDENTS, "officer")
    login = request.form.get("login", "")
    person = looking.find(realm, owner, login, as_role="officer")
    if person is None:
        return _list(owner, error=_("Никого с таким логином нет. Проверьте, что он набран целиком."), login=login), 404
    return redirect(f"{INCIDENTS}/for/{person.id}", 303)


@blueprint.get("/incidents/for/<citizen_id>")
@open_to(Access.OFFICER)
def show_opening(citizen_id: str) -> str:
    """What opening one will do to whom, and the place for the reason."""
    owner, person = _enter_to_open(current_realm(), citizen_id)
    return _opening(owner, person)


@blueprint.post("/incidents/for/<citizen_id>")
@open_to(Access.OFFICER)
def open_one(citizen_id: str) -> Response | tuple[str, int]:
    """Shut the account, everywhere, and tell its owner."""
    realm = current_realm()
    owner, person = _enter_to_open(realm, citizen_id)
    reason = " ".join(request.form.get("reason", "").replace("\0", "").split())
    if not reason or len(reason) > MAX_REASON_LENGTH:
        return _opening(owner, person, error=_("Напишите причину, до 400 знаков."), reason=reason[:MAX_REASON_LENGTH]), 400
    with realm.database.write() as connection:
        actor = f"citizen:{owner.person.id}"
        incident_id = incident.open_incident(realm, connection, person.id, rule="officer", reason=reason, actor=actor)
    return redirect(f"{INCIDENTS}/{incident_id}", 303)


@blueprint.get("/incidents/<incident_id>")
@open_to(Access.OFFICER)
def show(incident_id: str) -> str:
    """One incident: who, why, since when."""
    realm = current_realm()
    owner = enter_to_work(realm, f"{INCIDENTS}/{incident_id}", "officer")
    return _one(realm, owner, incident_id, is_closing=False)


@blueprint.get("/incidents/<incident_id>/close")
@open_to(Access.OFFICER)
def show_closing(incident_id: str) -> str:
    """What closing it will do."""
    realm = current_realm()
    owner = enter_to_decide(realm, f"{INCIDENTS}/{incident_id}/close", "officer")
    return _one(realm, owner, incident_id, is_closing=True)


@blueprint.post("/incidents/<incident_id>/close")
@open_to(Access.OFFICER)
def close(incident_id: str) -> Response:
    """The danger is over. Closing it a second time changes nothing."""
    realm = current_realm()
    owner = enter_to_decide(realm, f"{INCIDENTS}/{incident_id}/close", "officer")
    with realm.database.write() as connection:
        _find(connection, incident_id)
        incident.close_incident(realm, connection, incident_id, actor=f"citizen:{owner.person.id}")
    return redirect(f"{INCIDENTS}/{incident_id}", 303)


def _list(owner: Owner, *, error: str | None = None, login: str = "") -> str:
    realm = current_realm()
    with realm.database.read() as connection:
        rows = locks.incidents(connection)
    listed = [(row, words_of_rule(row.rule)) for row in rows]
    return page("staff/incidents.html", owner, "incidents", listed=listed, error=error, login=login)


def _enter_to_open(realm: Realm, citizen_id: str) -> tuple[Owner, Person]:
    owner = enter_to_decide(realm, f"{INCIDENTS}/for/{citizen_id}", "officer")
    return owner, looking.view(realm, owner, citizen_id, as_role="officer")


def _opening(owner: Owner, person: Person, *, error: str | None = None, reason: str = "") -> str:
    with current_realm().database.read() as connection:
        known = [row for row in locks.incidents(connection, citizen_id=person.id) if row.closed_at is None]
    shown = shown_of(person, is_named=True)
    return page("staff/incident_opening.html", owner, "incidents", shown=shown, known=known, error=error, reason=reason)


def _one(realm: Realm, owner: Owner, incident_id: str, *, is_closing: bool) -> str:
    with realm.database.read() as connection:
        found = _find(connection, incident_id)
        opened_by = words_of_actor(realm, connection, found.opened_by)
        closed_by = words_of_actor(realm, connection, found.closed_by) if found.closed_by else None
    person = looking.view(realm, owner, found.citizen_id, as_role="officer")
    return page(
        "staff/incident.html",
        owner,
        "incidents",
        incident=found,
        reason=locks.reason_of(realm, found) if found.rule == "officer" else words_of_rule(found.rule),
        opened_by=opened_by,
        closed_by=closed_by,
        shown=shown_of(person, is_named=True),
        is_closing=is_closing and found.closed_at is None,
    )


def _find(connection: Connection, incident_id: str) -> IncidentRow:
    return locks.incident(connection, incident_id) or abort(404)
