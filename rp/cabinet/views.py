"""The pages of the cabinet. Another's record and no record are the same 404."""

from flask import Blueprint, abort, render_template, request
from sqlalchemy import Connection

from rp.access.current import require_session
from rp.access.events import Event, note
from rp.access.guard import guarded
from rp.access.policy import Operation, is_allowed
from rp.access.session import Session
from rp.database import db
from rp.realm import Realm, current_realm
from rp.records.catalogue import BY_NAME
from rp.records.codes import CodeLabels
from rp.records.record_type import Record
from rp.records.store import find_record, place_of, records_of
from rp.records.timeline import antibody_chart, make_groups, record_facts
from rp.records.types.laboratory_test import LABORATORY_TEST
from rp.records.types.laboratory_test.kinds import unit_name
from rp.records.types.laboratory_test.series import antibody_series
from rp.relations.relation import relations_of
from rp.settings import ASSURANCE_LEVELS

blueprint = Blueprint("cabinet", __name__)


@blueprint.get("/")
@guarded(Operation.OPEN_CABINET)
def cabinet() -> str:
    """All records of the person, or those of one type (`?group=`)."""
    realm, session = current_realm(), require_session()
    records = _own_records(realm, session)
    groups = make_groups(records, realm.room(CodeLabels))
    chosen = request.args.get("group")
    if chosen is not None and chosen not in BY_NAME:
        abort(404)
    shown = [group for group in groups if chosen in (None, group.name)]
    series = antibody_series([record for record in records if record.type_name == LABORATORY_TEST.name])
    return render_template(
        "cabinet.html",
        is_registered=session.patient_id is not None,
        is_one_proof=session.acr == ASSURANCE_LEVELS[0],
        groups=groups,
        shown=shown,
        chosen=chosen,
        total=len(records),
        sources=len({record.organisation for record in records}),
        updated_at=max((record.stored_at for record in records), default=None),
        antibodies=antibody_chart(series) if series and chosen in (None, LABORATORY_TEST.name) else None,
        antibody_unit=unit_name(series.unit) if series else "",
    )


@blueprint.get("/records/<record_id>")
@guarded(Operation.READ_RECORD)
def record(record_id: str) -> str:
    """One record of the person."""
    realm, session = current_realm(), require_session()
    connection = db.session.connection()
    place = place_of(connection, record_id[:36])
    found = find_record(connection, realm, record_id) if place and _may_read(connection, session, *place) else None
    if found is None:
        # No record and another's are one answer, and one amount of work.
        _note_reading(realm, session, Event.RECORD_READ, f"record:{record_id if place else 'none'}", outcome="refused")
        abort(404)
    kind = BY_NAME[found.type_name]
    card = kind.card(found, realm.room(CodeLabels))
    _note_reading(realm, session, Event.RECORD_READ, f"record:{found.id}")
    return render_template("record.html", kind=kind, card=card, facts=record_facts(found, card))


def _own_records(realm: Realm, session: Session) -> list[Record]:
    owner = session.patient_id
    connection = db.session.connection()
    if owner is None:
        return []
    relations = relations_of(connection, session.principal, owner)
    if not is_allowed(session.principal, Operation.LIST_RECORDS, relations=relations):
        return []
    records = records_of(connection, realm, owner)
    _note_reading(realm, session, Event.RECORDS_READ, f"patient:{owner}")
    return records


def _may_read(connection: Connection, session: Session, patient_id: str, type_name: str) -> bool:
    relations = relations_of(connection, session.principal, patient_id)
    return is_allowed(session.principal, Operation.READ_RECORD, record_type=type_name, relations=relations)


def _note_reading(realm: Realm, session: Session, event: Event, object: str, *, outcome: str = "done") -> None:
    """Who looked, or tried to, is written down before the page is shown."""
    db.session.rollback()  # the reading is over; SQLite would otherwise hold its snapshot while we write
    with realm.database.write() as connection:
        note(connection, realm, event, actor=session.actor, object=object, outcome=outcome)
