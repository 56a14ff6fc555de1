"""Where work begins: the search for a patient, and the choice of a workplace."""

from flask import Blueprint, abort, redirect, request
from werkzeug.wrappers import Response

from rp.access.current import current_principal, current_workplaces, require_session
from rp.access.events import Event
from rp.access.guard import guarded
from rp.access.policy import Operation
from rp.access.session import choose_workplace
from rp.database import db
from rp.forms.form import FormRead
from rp.patients.directory import Patient
from rp.realm import current_realm
from rp.staff.desk import note_look, page, staff_frame, types_of
from rp.staff.search import SEARCH, find_patients, wanted

blueprint = Blueprint("staff", __name__, url_prefix="/staff")
blueprint.add_app_template_global(staff_frame)


@blueprint.get("")
@guarded(Operation.OPEN_STAFF_AREA)
def home() -> tuple[str, int]:
    """The search."""
    return _home(SEARCH.empty())


@blueprint.post("")
@guarded(Operation.FIND_PATIENT)
def search() -> tuple[str, int] | Response:
    """Who is meant. What identifies people is sent in the body: addresses are kept by browsers and logs."""
    realm, read = current_realm(), SEARCH.read(request.form)
    if not read.is_valid:
        return _home(read, status=422)
    found = find_patients(db.session.connection(), realm, read.values)
    objects = [f"patient:{patient.id}" for patient in found] or ["nobody"]
    note_look(realm, Event.PATIENT_SEARCHED, objects, detail={"by": wanted(read.values)})
    if len(found) == 1:
        return redirect(f"/staff/patients/{found[0].id}", 303)
    return _home(read, found=found)


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


def _home(read: FormRead, *, status: int = 200, found: tuple[Patient, ...] | None = None) -> tuple[str, int]:
    kinds = types_of(current_principal(), Operation.WRITE_RECORD)
    newcomers = [kind for kind in kinds if not kind.is_proved]
    return page("staff/home.html", status=status, form=SEARCH, read=read, found=found, newcomer_types=newcomers)
