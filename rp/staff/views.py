"""Where work begins: the search for a patient, and the choice of a workplace."""

from flask import Blueprint, abort, redirect, request
from werkzeug.wrappers import Response

from rp.access.current import current_workplaces, require_session
from rp.access.events import Event
from rp.access.guard import guarded
from rp.access.policy import Operation
from rp.access.session import choose_workplace
from rp.database import db
from rp.realm import current_realm
from rp.staff.desk import note_look, page
from rp.staff.search import SEARCH, find_patients, wanted

blueprint = Blueprint("staff", __name__, url_prefix="/staff")


@blueprint.get("")
@guarded(Operation.OPEN_STAFF_AREA)
def home() -> tuple[str, int]:
    """The search."""
    return page("staff/home.html", form=SEARCH, read=SEARCH.empty(), found=None)


@blueprint.post("")
@guarded(Operation.FIND_PATIENT)
def search() -> tuple[str, int] | Response:
    """Who is meant. What identifies people is sent in the body: addresses are kept by browsers and logs."""
    realm, read = current_realm(), SEARCH.read(request.form)
    if not read.is_valid:
        return page("staff/home.html", status=422, form=SEARCH, read=read, found=None)
    found = find_patients(db.session.connection(), realm, read.values)
    objects = [f"patient:{patient.id}" for patient in found] or ["nobody"]
    note_look(realm, Event.PATIENT_SEARCHED, objects, detail={"by": wanted(read.values)})
    if len(found) == 1:
        return redirect(f"/staff/patients/{found[0].id}", 303)
    return page("staff/home.html", form=SEARCH, read=read, found=found)


@blueprint.post("/workplace")
@guarded(Operation.OPEN_STAFF_AREA)
def change_workplace() -> Response:
    """Go on as another of the roles one has."""
    chosen = request.form.get("workplace", "")
    if chosen not in {place.id for place in current_workplaces()}:
        abort(400)
    with current_realm().database.write() as connection:
        choose_workplace(connection, require_session().id, chosen)
    return redirect("/staff", 303)
