"""Forbidding to erase anything of a person, and allowing it again: for whoever looks after the register."""

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from ground.web.language import gettext as _
from rp.access.current import current_principal
from rp.access.events import Event, note
from rp.access.guard import guarded
from rp.access.policy import Operation
from rp.forms.form import Field, Form, FormRead
from rp.realm import Realm, current_realm
from rp.requests.holds import MAX_REASON_CHARACTERS, holds_on, lift_holds, place_hold
from rp.staff.desk import page, patient_for

blueprint = Blueprint("staff_holds", __name__, url_prefix="/staff/patients")
Page = tuple[str, int]

HOLD = Form(
    (
        Field(
            "reason",
            lambda: _("Почему удалять нельзя"),
            widget="long",
            hint=lambda: _("Например: идёт проверка, номер постановления."),
            max_characters=MAX_REASON_CHARACTERS,
            missing=lambda: _("Напишите, почему."),
        ),
    )
)


@blueprint.get("/<patient_id>/hold")
@guarded(Operation.HOLD_DATA)
def hold(patient_id: str) -> Page:
    """What forbids it now."""
    return _page(current_realm(), patient_id, HOLD.empty())


@blueprint.post("/<patient_id>/hold")
@guarded(Operation.HOLD_DATA)
def place(patient_id: str) -> Response | Page:
    """Forbid it, with the reason."""
    realm, read = current_realm(), HOLD.read(request.form)
    if not read.is_valid:
        return _page(realm, patient_id, read, status=422)
    with realm.database.write() as connection:
        found = patient_for(connection, realm, patient_id, Operation.HOLD_DATA)
        place_hold(connection, realm, found.id, reason=read.values["reason"], actor=current_principal().actor)
    return redirect(f"/staff/patients/{found.id}/hold", 303)


@blueprint.post("/<patient_id>/hold/lift")
@guarded(Operation.HOLD_DATA)
def lift(patient_id: str) -> Response:
    """Allow it again."""
    realm = current_realm()
    with realm.database.write() as connection:
        found = patient_for(connection, realm, patient_id, Operation.HOLD_DATA)
        lift_holds(connection, realm, found.id, actor=current_principal().actor)
    return redirect(f"/staff/patients/{found.id}/hold", 303)


def _page(realm: Realm, patient_id: str, read: FormRead, *, status: int = 200) -> Page:
    with realm.database.write() as connection:
        found = patient_for(connection, realm, patient_id, Operation.HOLD_DATA)
        note(connection, realm, Event.RECORDS_READ, actor=current_principal().actor, object=f"patient:{found.id}")
        holds = holds_on(connection, realm, found.id)
        return page("staff_requests/hold.html", status=status, patient=found, holds=holds, form=HOLD, read=read)
