"""A dose that is missing or wrong: what the person says of it, the paper that proves it, and the request that staff decide."""

from flask import Blueprint, redirect, render_template, request
from werkzeug.wrappers import Response as WerkzeugResponse

from rp import documents
from rp.access.current import require_session
from rp.access.guard import guarded
from rp.access.policy import Operation
from rp.cabinet.confirmation.once import new_once, once_of
from rp.cabinet.confirmation.own import VACCINATION_PURPOSE, Own, own_data
from rp.documents import UploadRefused
from rp.forms.form import FormRead
from rp.realm import Realm, current_realm
from rp.requests import filing
from rp.requests.kind import Asking
from rp.requests.kinds.vaccination_proof import VACCINATION_PROOF

PATH = "/confirmation/vaccination"
blueprint = Blueprint("vaccination_proof", __name__, url_prefix=PATH)

Answer = WerkzeugResponse | tuple[str, int]


@blueprint.get("")
@guarded(Operation.CONFIRM_IDENTITY)
def show() -> Answer:
    """The form, empty."""
    realm = current_realm()
    own = _own(realm)
    return redirect("/confirmation", 303) if own is None else _page(realm, own)


@blueprint.post("")
@documents.takes_files
@guarded(Operation.CONFIRM_IDENTITY)
def send() -> Answer:
    """Keep the paper, then send the request. A paper that is not taken sends nothing, and what was typed stays."""
    realm, session = current_realm(), require_session()
    own = _own(realm)
    if own is None:
        return redirect("/confirmation", 303)
    read, file_error = _read(realm, own), None
    file = request.files.get("file")
    if file is not None and file.filename and read.is_valid:
        try:
            documents.store(realm, own.patient.id, file, purpose=VACCINATION_PURPOSE, actor=session.actor)
        except UploadRefused as refusal:
            return _page(realm, own, read, file_error=refusal.message, status=refusal.status)
    elif not own.proofs:
        file_error = UploadRefused("missing").message
    if file_error is not None or not read.is_valid:
        return _page(realm, own, read, file_error=file_error, status=422)
    with realm.database.write() as connection:
        papers = documents.of(connection, realm, own.patient.id, purpose=VACCINATION_PURPOSE)
        filing.file(
            connection,
            realm,
            kind=VACCINATION_PROOF.name,
            patient_id=own.patient.id,
            values=read.texts,
            author=session.actor,
            once=once_of(request.form, realm),
            documents=[paper.id for paper in papers],
        )
    return redirect("/confirmation#vaccination", 303)


def _own(realm: Realm) -> Own | None:
    with realm.database.read() as connection:
        return own_data(connection, realm, require_session())


def _read(realm: Realm, own: Own) -> FormRead:
    with realm.database.read() as connection:
        return VACCINATION_PROOF.form(Asking(connection, realm, own.patient.id)).read(request.form)


def _page(realm: Realm, own: Own, read: FormRead | None = None, *, file_error: str | None = None, status: int = 200) -> Answer:
    with realm.database.read() as connection:
        form = VACCINATION_PROOF.form(Asking(connection, realm, own.patient.id))
    page = render_template(
        "confirmation/vaccination.html",
        own=own,
        form=form,
        lead=VACCINATION_PROOF.lead(),
        read=read or form.empty(),
        file_error=file_error,
        once=new_once(realm),
    )
    return page, status
