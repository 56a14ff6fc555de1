"""The files of a person: listed, handed in, handed back, removed. Another's file and no file are the same 404."""

from typing import Any

from flask import Blueprint, Flask, abort, redirect, render_template, request
from sqlalchemy import Connection
from werkzeug.wrappers import Response

from ground.web.errors import PageProblem
from ground.web.language import format_number
from ground.web.language import gettext as _
from rp.access.current import current_principal, own_principals
from rp.access.events import Event, note
from rp.access.guard import STAFF_LEVEL, guarded, require_level
from rp.access.policy import Operation, is_allowed
from rp.access.principal import STAFF, Principal
from rp.database import db
from rp.documents import keeping
from rp.documents.document import Document, DocumentHeld, DocumentLost
from rp.documents.interest import interests
from rp.documents.names import content_disposition
from rp.documents.receiving import install_receiving, takes_files
from rp.documents.refusals import UploadRefused
from rp.documents.room import room_of
from rp.realm import Realm, current_realm
from rp.relations.relation import relations_of

KEPT = "kept"
"""The purpose of a file that was handed in for nothing in particular."""
MEGABYTE = 1024 * 1024

blueprint = Blueprint("documents", __name__, url_prefix="/documents")


def install_documents(app: Flask) -> None:
    """What the pages of all rooms need to take files and to list them."""
    install_receiving(app)
    app.jinja_env.filters["file_size"] = file_size
    app.jinja_env.globals["upload_megabytes"] = lambda: current_realm().settings.documents.file_megabytes


def file_size(size: int) -> str:
    """A number of bytes as people say it."""
    if size >= MEGABYTE:
        return _("%(number)s МБ", number=format_number(round(size / MEGABYTE, 1)))
    return _("%(number)s КБ", number=format_number(max(1, round(size / 1024)) if size else 0))


def hand_over(document: Document, content: bytes) -> Response:
    """The answer with a file: to be saved under its name, and never to be opened as a page of ours."""
    response = Response(content, mimetype=document.kind.media_type)
    response.headers["Content-Type"] = document.kind.media_type
    response.headers["Content-Disposition"] = content_disposition(document.name, document.kind)
    response.headers["Content-Security-Policy"] = "default-src 'none'; frame-ancestors 'none'; sandbox"
    return response


@blueprint.get("")
@guarded(Operation.KEEP_DOCUMENTS)
def list_documents() -> str:
    """What the person handed in."""
    return _page(current_realm(), current_principal())


@blueprint.post("")
@takes_files
@guarded(Operation.KEEP_DOCUMENTS)
def hand_in() -> Response | tuple[str, int]:
    """Take a file."""
    realm, principal = current_realm(), current_principal()
    if principal.patient_id is None:
        abort(403)
    try:
        keeping.store(realm, principal.patient_id, request.files.get("file"), purpose=KEPT, actor=principal.actor)
    except UploadRefused as refusal:
        return _page(realm, principal, refusal.message), refusal.status
    return redirect("/documents", 303)


@blueprint.get("/<document_id>")
@guarded(Operation.READ_DOCUMENT)
def download(document_id: str) -> Response:
    """Hand a file over, to its owner or to whom it concerns."""
    realm, connection = current_realm(), db.session.connection()
    document = _readable(connection, realm, document_id)
    reader = None if document is None else _reader(connection, realm, document)
    db.session.rollback()  # the reading is over; SQLite would otherwise hold its snapshot while we write
    if reader is not None and reader.role in STAFF:
        require_level(STAFF_LEVEL)
    _note_reading(realm, reader or current_principal(), document, outcome="refused" if reader is None else "done")
    if document is None or reader is None:
        abort(404)
    with realm.database.read() as reading:
        try:
            content = keeping.open_content(reading, realm, document)
        except DocumentLost as lost:
            raise _lost(lost) from lost
    return hand_over(document, content)


@blueprint.post("/<document_id>/remove")
@guarded(Operation.KEEP_DOCUMENTS)
def remove(document_id: str) -> Response:
    """Remove a file of one's own, unless somebody has yet to decide about it."""
    realm, principal = current_realm(), current_principal()
    connection = db.session.connection()
    document = keeping.find(connection, realm, document_id)
    if document is None or not _may_keep(connection, principal, document):
        abort(404)
    db.session.rollback()
    asked = interests()

    def is_held(connection: Connection) -> bool:
        return any(interest.holds(connection, realm, document) for interest in asked)

    try:
        keeping.remove(realm, document, actor=principal.actor, is_held=is_held)
    except DocumentHeld:
        raise _held() from None
    return redirect(_way_back(), 303)


def _readable(connection: Connection, realm: Realm, document_id: str) -> Document | None:
    """The document, if there is one and its patient is somebody whose documents this browser may ask for; else nothing is opened,
    and it takes as long as for no document."""
    owner = keeping.owner_of(connection, document_id)
    if owner is None:
        return None
    for principal in own_principals():
        relations = relations_of(connection, principal, owner)
        if is_allowed(principal, Operation.READ_DOCUMENT, relations=relations):
            return keeping.find(connection, realm, document_id)
    return None


def _reader(connection: Connection, realm: Realm, document: Document) -> Principal | None:
    """Who of those that this browser stands for may read the document: its owner, or one to whom a room says it was handed."""
    for principal in own_principals():
        relations = relations_of(connection, principal, document.patient_id)
        if not is_allowed(principal, Operation.READ_DOCUMENT, relations=relations):
            continue
        is_at_work = principal.role in STAFF
        if not is_at_work or any(interest.may_read(connection, realm, principal, document) for interest in interests()):
            return principal
    return None


def _may_keep(connection: Connection, principal: Principal, document: Document) -> bool:
    relations = relations_of(connection, principal, document.patient_id)
    return is_allowed(principal, Operation.KEEP_DOCUMENTS, relations=relations)


def _page(realm: Realm, principal: Principal, error: str | None = None) -> str:
    patient_id = principal.patient_id
    with realm.database.read() as connection:
        around: dict[str, Any] = {
            "documents": keeping.of(connection, realm, patient_id) if patient_id else [],
            "room": room_of(connection, realm, patient_id or ""),
        }
    return render_template("documents/list.html", can_upload=patient_id is not None, error=error, **around)


def _note_reading(realm: Realm, principal: Principal, document: Document | None, *, outcome: str) -> None:
    """Who looked, or tried to, is written down before the file is handed over. No file and another's are one amount of work."""
    with realm.database.write() as connection:
        thing = f"document:{document.id if document else 'none'}"
        note(connection, realm, Event.DOCUMENT_READ, actor=principal.actor, object=thing, outcome=outcome)


def _way_back() -> str:
    """The page of ours that the person came from."""
    back = request.form.get("back", "")
    is_ours = back.startswith("/") and not back.startswith(("//", "/\\")) and back.isprintable() and len(back) <= 500
    return back if is_ours else "/documents"


def _lost(lost: DocumentLost) -> PageProblem:
    return PageProblem(
        status=500,
        title=_("Файл не открывается"),
        lead=_("Он повреждён или пропал у нас, не у вас. Назовите поддержке номер этой ошибки."),
        advice=(_("Если файл у вас сохранился, загрузите его ещё раз."),),
        actions=((_("К моим файлам"), "/documents"),),
        cause=str(lost),
    )


def _held() -> PageProblem:
    return PageProblem(
        status=409,
        title=_("Файл пока нельзя удалить"),
        lead=_("Он приложен к заявлению, по которому ещё нет решения."),
        advice=(_("Дождитесь решения или отзовите заявление."),),
        actions=((_("К моим файлам"), "/documents"),),
    )
