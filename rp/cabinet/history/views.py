"""The page of the history. Its filters stand in the address, so that a filtered page can be kept and sent."""

from urllib.parse import urlencode

from flask import Blueprint, abort, render_template, request

from rp.access.current import require_session
from rp.access.events import Event, note
from rp.access.guard import guarded
from rp.access.policy import Operation, is_allowed
from rp.cabinet.history.filters import filter_form, organisations_of, passes
from rp.database import db
from rp.realm import current_realm
from rp.records.codes import CodeLabels
from rp.records.record_type import Record
from rp.records.store import records_of
from rp.records.timeline import make_years
from rp.relations.relation import relations_of

PAGE_SIZE = 50
MAX_PAGE = 1000

blueprint = Blueprint("history", __name__)


@blueprint.get("/history")
@guarded(Operation.OPEN_CABINET)
def history() -> tuple[str, int]:
    """The records that pass the filters, newest first; all of them when nothing is asked for."""
    realm, number = current_realm(), _page_number()
    records = _own_records()
    form = filter_form(organisations_of(records))
    read = form.read(request.args)
    shown = [record for record in records if passes(record, read.values)] if read.is_valid else []
    pages = max(1, -(-len(shown) // PAGE_SIZE))
    if number > pages:
        abort(404)
    some = shown[(number - 1) * PAGE_SIZE : number * PAGE_SIZE]
    chosen = {name: text for name, text in read.texts.items() if text}
    body = render_template(
        "history/history.html",
        form=form,
        read=read,
        is_filtered=bool(chosen),
        total=len(records),
        count=len(shown),
        years=make_years(some, realm.room(CodeLabels)),
        number=number,
        pages=pages,
        turn=lambda other: f"/history?{urlencode({**chosen, 'page': other})}",
    )
    return body, 200 if read.is_valid else 422


def _own_records() -> list[Record]:
    realm, session, connection = current_realm(), require_session(), db.session.connection()
    owner = session.patient_id
    if owner is None:
        return []
    relations = relations_of(connection, session.principal, owner)
    if not is_allowed(session.principal, Operation.LIST_RECORDS, relations=relations):
        return []
    records = records_of(connection, realm, owner)
    db.session.rollback()  # the reading is over; SQLite would otherwise hold its snapshot while we write
    with realm.database.write() as writing:
        note(writing, realm, Event.RECORDS_READ, actor=session.actor, object=f"patient:{owner}")
    return records


def _page_number() -> int:
    text = request.args.get("page", "1")
    if not text.isascii() or not text.isdecimal() or not 0 < int(text[:6]) <= MAX_PAGE:
        abort(400)
    return int(text[:6])
