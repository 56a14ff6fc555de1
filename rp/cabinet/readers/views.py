"""The page of readers, paged by the number of the event."""

from flask import Blueprint, abort, render_template, request
from sqlalchemy import Connection

from ground.web.language import gettext as _
from rp.access.current import current_principal
from rp.access.extract import extract_about
from rp.access.guard import guarded
from rp.access.policy import Operation, is_allowed
from rp.cabinet.readers.lines import READINGS, Asked, Line, line_of
from rp.database import db
from rp.documents import keeping
from rp.realm import Realm, current_realm
from rp.records.catalogue import BY_NAME
from rp.records.codes import CodeLabels
from rp.records.store import record_ids_of, records_of
from rp.relations.relation import relations_of
from rp.relations.representations import called

ADDRESS = "/readers"
ON_A_PAGE = 30
MAX_DIGITS = 18

blueprint = Blueprint("readers", __name__)


@blueprint.get(ADDRESS)
@guarded(Operation.SEE_READERS)
def readers() -> str:
    """Who looked, the newest first; with `?own=1` also when the person did."""
    realm, principal = current_realm(), current_principal()
    owner, before, with_own = principal.patient_id, _number("before"), request.args.get("own") == "1"
    connection = db.session.connection()
    lines: list[Line] = []
    older = None
    if owner is not None and is_allowed(principal, Operation.SEE_READERS, relations=relations_of(connection, principal, owner)):
        asked = Asked(owner, principal.actor, _titles(connection, realm, owner), called(connection, realm, owner))
        found = extract_about(
            connection,
            {f"patient:{owner}", *asked.titles},
            actions=READINGS,
            but_by=None if with_own else principal.actor,
            before=before,
            limit=ON_A_PAGE,
        )
        lines = [line_of(connection, entry, asked) for entry in found.entries]
        older = found.before
    db.session.rollback()
    return render_template(
        "readers/page.html", address=ADDRESS, lines=lines, older=older, with_own=with_own, is_first=before is None
    )


def _titles(connection: Connection, realm: Realm, owner: str) -> dict[str, str]:
    """What the journal may tell of, by its names there. A record that was withdrawn was looked at too."""
    labels = realm.room(CodeLabels)
    withdrawn = {f"record:{record_id}": _("её больше нет") for record_id in record_ids_of(connection, owner)}
    records = {
        f"record:{record.id}": BY_NAME[record.type_name].card(record, labels).title
        for record in records_of(connection, realm, owner)
    }
    documents = {f"document:{document.id}": document.name for document in keeping.of(connection, realm, owner)}
    return {**withdrawn, **records, **documents}


def _number(name: str) -> int | None:
    text = request.args.get(name)
    if text is None:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) <= MAX_DIGITS):
        abort(400)
    return int(text)
