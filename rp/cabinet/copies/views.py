"""The page of copies, and the two files. Each is made anew and kept nowhere; that it was made is written down."""

from flask import Blueprint, Response, abort, render_template

from ground.web.errors import PageProblem
from ground.web.language import gettext as _
from ground.web.language import local_moment
from rp.access.current import current_principal
from rp.access.events import Event, note
from rp.access.guard import guarded
from rp.access.policy import Operation, is_allowed
from rp.copies import bundle, document
from rp.copies.contents import Copy, take_copy
from rp.database import db
from rp.pages.printing import PrintingUnavailable
from rp.realm import Realm, current_realm
from rp.relations.relation import relations_of

SANDBOX = "default-src 'none'; sandbox"
"""Of a file that a browser opens in spite of its disposition."""

blueprint = Blueprint("copies", __name__, url_prefix="/copy")


@blueprint.get("")
@guarded(Operation.TAKE_COPY)
def copies() -> str:
    """What a copy is, and the buttons for it."""
    return render_template("copies/page.html", is_registered=current_principal().patient_id is not None)


@blueprint.post("/records.json")
@guarded(Operation.TAKE_COPY)
def as_bundle() -> Response:
    """The copy for programs."""
    realm = current_realm()
    copy = _taken(realm)
    made = bundle.make_bundle(copy, base=f"{realm.settings.url}/fhir")
    return _handed_out(realm, copy, made, bundle.MEDIA_TYPE, "json")


@blueprint.post("/records.pdf")
@guarded(Operation.TAKE_COPY)
def as_document() -> Response:
    """The copy for people. Where the machine cannot make one, a page says so and leads to the other."""
    realm = current_realm()
    copy = _taken(realm)
    try:
        made = document.make_document(copy, realm)
    except PrintingUnavailable as error:
        raise PageProblem(
            status=503,
            title=_("PDF здесь не сделать"),
            lead=_("На этом сервере нет библиотеки, которая делает PDF. В файле для программ записи те же."),
            actions=((_("К копии записей"), "/copy"),),
            code="printing_unavailable",
            cause=str(error),
        ) from error
    return _handed_out(realm, copy, made, document.MEDIA_TYPE, "pdf")


def _taken(realm: Realm) -> Copy:
    principal, connection = current_principal(), db.session.connection()
    owner = principal.patient_id
    if owner is None:
        abort(404)
    relations = relations_of(connection, principal, owner)
    copy = take_copy(connection, realm, owner) if is_allowed(principal, Operation.TAKE_COPY, relations=relations) else None
    db.session.rollback()
    if copy is None:
        abort(404)
    return copy


def _handed_out(realm: Realm, copy: Copy, made: bytes, media_type: str, ending: str) -> Response:
    detail: dict[str, str | int] = {"records": len(copy.records), "form": ending}
    actor, subject = current_principal().actor, f"patient:{copy.patient.id}"
    with realm.database.write() as connection:
        note(connection, realm, Event.COPY_MADE, actor=actor, object=subject, detail=detail)
    response = Response(made, mimetype=media_type)
    name = f"registry-copy-{local_moment(copy.made_at):%Y-%m-%d}.{ending}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Content-Security-Policy"] = SANDBOX
    return response
