"""Storing and finding records. An event is stored once, however many sources tell of it."""

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select

from ground.chance import draw_identifier
from rp.realm import Realm
from rp.records.models import RecordRow
from rp.records.record_type import Draft, Record

_TABLE = RecordRow.__table__
_OF_PATIENT = (
    select(_TABLE)
    .where(_TABLE.c.patient_id == bindparam("patient_id"))
    .order_by(_TABLE.c.occurred_on.desc(), _TABLE.c.created_at.desc(), _TABLE.c.id)
)
_BY_ID = select(_TABLE).where(_TABLE.c.id == bindparam("id"))
_BY_IDENTITY = select(_TABLE.c.id).where(_TABLE.c.identity_hash == bindparam("identity_hash"))


def add_record(connection: Connection, realm: Realm, *, patient_id: str, type_name: str, draft: Draft, source: str) -> bool:
    """Store a record unless its event is known. True when it is news."""
    identity = json.dumps([patient_id, type_name, *draft.identity], ensure_ascii=False)
    identity_hash = realm.vault.blind_index("record identity", identity)
    if connection.execute(_BY_IDENTITY, {"identity_hash": identity_hash}).first() is not None:
        return False
    record_id = draw_identifier(realm.chance, "record")
    row = {
        "id": record_id,
        "patient_id": patient_id,
        "type_name": type_name,
        "occurred_on": draft.occurred_on,
        "organisation": draft.organisation,
        "source": source[:200],
        "sealed": realm.vault.seal_fields(_place(record_id), draft.content),
        "identity_hash": identity_hash,
        "created_at": realm.clock.now(),
    }
    connection.execute(insert(RecordRow), row)
    return True


def records_of(connection: Connection, realm: Realm, patient_id: str) -> list[Record]:
    """All records of a patient, newest event first."""
    return [_open(realm, row) for row in connection.execute(_OF_PATIENT, {"patient_id": patient_id}).mappings()]


def find_record(connection: Connection, realm: Realm, record_id: str) -> Record | None:
    """The record of that id, whoever's it is: the caller asks the policy."""
    row = connection.execute(_BY_ID, {"id": record_id}).mappings().first()
    return None if row is None else _open(realm, row)


def _open(realm: Realm, row: Mapping[Any, Any]) -> Record:
    return Record(
        id=row["id"],
        patient_id=row["patient_id"],
        type_name=row["type_name"],
        occurred_on=row["occurred_on"],
        organisation=row["organisation"],
        source=row["source"],
        stored_at=row["created_at"],
        content=realm.vault.open_fields(_place(row["id"]), row["sealed"]),
    )


def _place(record_id: str) -> str:
    return f"records:{record_id}"
