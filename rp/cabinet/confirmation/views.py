"""The section «Подтверждение данных»: looked at, edited in place, confirmed; with a file for what has to be proved."""

from collections.abc import Mapping
from typing import Any

import orjson
from flask import Blueprint, Response, abort, redirect, render_template, request
from sqlalchemy import Connection
from werkzeug.wrappers import Response as WerkzeugResponse

from ground.web.language import local_moment
from rp import documents
from rp.access.current import require_session
from rp.access.events import Event, note
from rp.access.guard import guarded
from rp.access.policy import Operation
from rp.access.session import Session
from rp.cabinet.confirmation.form import (
    confirmation_form,
    contacts_of,
    differences,
    document_of,
)
from rp.cabinet.confirmation.once import new_once, once_of
from rp.cabinet.confirmation.own import IDENTITY_PURPOSE, Own, own_data
from rp.documents import UploadRefused
from rp.forms.form import Form, FormRead
from rp.patients.confirmation import confirm_data
from rp.patients.directory import change_person, hold_patient
from rp.realm import Realm, current_realm
from rp.requests import filing
from rp.requests.kinds.identity import IDENTITY
from rp.requests.store import name_documents

PATH = "/confirmation"
blueprint = Blueprint("confirmation", __name__, url_prefix=PATH)

Answer = WerkzeugResponse | tuple[str, int]


@blueprint.get("")
@guarded(Operation.CONFIRM_IDENTITY)
def show() -> str:
    """What the register knows; with `?edit=1` as fields."""
    realm, session = current_realm(), require_session()
    with realm.database.read() as connection:
        own = own_data(connection, realm, session)
    if own is None:
        return render_template("confirmation/nobody.html")
    with realm.database.write() as connection:
        note(connection, realm, Event.RECORDS_READ, actor=session.actor, object=f"patient:{own.patient.id}")
    return _page(realm, own, is_edited=request.args.get("edit") == "1", is_done=request.args.get("done") == "1")


@blueprint.post("")
@guarded(Operation.CONFIRM_IDENTITY)
def confirm() -> Answer:
    """«Подтвердить», what was edited or what stands there. While something is wrong nothing is taken, and nothing is lost."""
    realm, session, form = current_realm(), require_session(), _form(current_realm())
    with realm.database.write() as connection:
        hold_patient(connection, session.patient_id)
        own = own_data(connection, realm, session)
        if own is None:
            return redirect(PATH, 303)
        read = form.read(request.form if "family_name" in request.form else own.texts)
        if not read.is_valid:
            return _page(realm, own, read=read, is_edited=True), 422
        _take(connection, realm, session, own, read.values)
    return redirect(f"{PATH}?done=1", 303)


@blueprint.post("/check")
@guarded(Operation.CONFIRM_IDENTITY)
def check() -> Response:
    """What is wrong with one field, for the script."""
    try:
        error = _form(current_realm()).read_one(request.form.get("field", ""), request.form.get("value", ""))
    except KeyError:
        abort(404)
    return Response(orjson.dumps({"error": error}), mimetype="application/json")


@blueprint.post("/file")
@documents.takes_files
@guarded(Operation.CONFIRM_IDENTITY)
def upload() -> Answer:
    """«Загрузить файл»: a scan or photo of the identity document."""
    realm, session = current_realm(), require_session()
    with realm.database.read() as connection:
        own = own_data(connection, realm, session)
    if own is None:
        return redirect(PATH, 303)
    try:
        scan = documents.store(realm, own.patient.id, request.files.get("file"), purpose=IDENTITY_PURPOSE, actor=session.actor)
    except UploadRefused as refusal:
        return _page(realm, own, file_error=refusal.message), refusal.status
    if own.pending is not None:
        with realm.database.write() as connection:  # whoever decides has to see it
            name_documents(connection, own.pending.id, [scan.id, *(document.id for document in own.documents)])
    return redirect(f"{PATH}#files", 303)


def _take(connection: Connection, realm: Realm, session: Session, own: Own, values: Mapping[str, Any]) -> None:
    """Contacts at once, the rest as a request, and the word that everything is right."""
    actor, patient = session.actor, own.patient
    contacts = contacts_of(values)
    changed = [name for name, text in contacts.items() if getattr(patient.person, name) != text]
    patient = change_person(connection, realm, patient.id, contacts, author=actor)
    if changed:
        detail = {"fields": " ".join(changed)}
        note(connection, realm, Event.PERSON_CHANGED, actor=actor, object=f"patient:{patient.id}", detail=detail)
    asked = differences(values, patient.person, own.confirmation)
    if own.pending is not None and dict(own.pending.values) != asked:
        filing.withdraw(connection, realm, own.pending, actor=actor)
    if asked and (own.pending is None or dict(own.pending.values) != asked):
        filing.file(
            connection,
            realm,
            kind=IDENTITY.name,
            patient_id=patient.id,
            values=asked,
            author=actor,
            once=once_of(request.form, realm),
            documents=[document.id for document in own.documents],
        )
    kind, number = document_of(values)
    confirm_data(connection, realm, patient, document_kind=kind, document_number=number)
    note(connection, realm, Event.DATA_CONFIRMED, actor=actor, object=f"patient:{patient.id}")


def _form(realm: Realm) -> Form:
    return confirmation_form(today=local_moment(realm.clock.now()).date(), checks_inn=realm.settings.checks_inn)


def _page(
    realm: Realm,
    own: Own,
    *,
    read: FormRead | None = None,
    is_edited: bool = False,
    is_done: bool = False,
    file_error: str | None = None,
) -> str:
    form = _form(realm)
    return render_template(
        "confirmation/page.html",
        own=own,
        form=form,
        read=read or form.empty(**own.texts),
        is_edited=is_edited,
        is_done=is_done and own.confirmation is not None,
        file_error=file_error,
        once=new_once(realm),
    )
