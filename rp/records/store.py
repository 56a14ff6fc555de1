"""Storing, changing and finding records. An event is stored once, however many sources tell of it; nothing is overwritten.

version 1 ──changed──▶ version 2 ──changed──▶ … ──withdrawn──▶ the last one   (every former version stays in `record_versions`)
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from ground.chance import draw_identifier
from ground.database import table_of
from rp.keys.safe import Keys, Place
from rp.realm import Realm
from rp.records.erased import RECORD, WRONG, is_erased, remember_erased
from rp.records.models import RecordRow, RecordVersion
from rp.records.numbers import find_by_number, number_index
from rp.records.record_type import Draft, Record

MAX_REASON_CHARACTERS = 500

_TABLE, _VERSIONS = table_of(RecordRow), table_of(RecordVersion)
_OF_PATIENT = (
    select(_TABLE)
    .where(_TABLE.c.patient_id == bindparam("patient_id"), _TABLE.c.withdrawn_at.is_(None))
    .order_by(_TABLE.c.occurred_on.desc(), _TABLE.c.created_at.desc(), _TABLE.c.id)
)
_IDS_OF_PATIENT = select(_TABLE.c.id).where(_TABLE.c.patient_id == bindparam("patient_id"))
_PLACE = select(_TABLE.c.patient_id, _TABLE.c.type_name).where(_TABLE.c.id == bindparam("id"), _TABLE.c.withdrawn_at.is_(None))
_BY_ID = select(_TABLE).where(_TABLE.c.id == bindparam("id"))
_IDENTITY = select(_TABLE.c.identity_hash).where(_TABLE.c.id == bindparam("record_id"))
_BY_IDENTITY = select(_TABLE.c.id).where(_TABLE.c.identity_hash == bindparam("identity_hash"))
_VERSIONS_OF = select(_VERSIONS).where(_VERSIONS.c.record_id == bindparam("record_id")).order_by(_VERSIONS.c.version.desc())
REASON = "reason of the version"
"""What somebody wrote as the reason is theirs and the patient's, so it is sealed with the content and stands in no column."""
_FORMER = ("version", "occurred_on", "organisation", "source", "sealed", "author", "reason", "changed_at")


class VersionConflict(Exception):
    """Somebody else changed the record since the version that the change was made from."""


class NumberTaken(Exception):
    """The register has another record of that register number (УНРЗ)."""


class AlreadyKnown(Exception):
    """The register has another record of what this one would become."""


def add_record(
    connection: Connection,
    realm: Realm,
    *,
    patient_id: str,
    type_name: str,
    draft: Draft,
    source: str,
    author: str = "operator",
    organisation_id: str | None = None,
    reason: str = "",
    is_repeated: bool = False,
) -> Record | None:
    """Store a record; None when its event is known already, whoever told of it, or was erased.

    A source that `is_repeated` tells the same again and again, and does not bring back what was withdrawn or put right.
    Raises NumberTaken, NoDataKey.
    """
    identity_hash = identity_of(realm, patient_id, type_name, draft)
    if connection.execute(_BY_IDENTITY, {"identity_hash": identity_hash}).first() is not None:
        return None
    if is_erased(connection, RECORD, identity_hash):
        return None
    if is_repeated and is_erased(connection, WRONG, identity_hash):
        return None
    number = draft.content.get("number")
    if number and find_by_number(connection, realm, number) is not None:
        raise NumberTaken
    record = Record(
        id=draw_identifier(realm.chance, "record"),
        patient_id=patient_id,
        type_name=type_name,
        occurred_on=draft.occurred_on,
        organisation=draft.organisation,
        source=source[:200],
        stored_at=realm.clock.now(),
        content=draft.content,
        author=author,
        organisation_id=organisation_id,
        reason=reason[:MAX_REASON_CHARACTERS],
        changed_at=realm.clock.now(),
    )
    connection.execute(insert(RecordRow), new_row(Keys(connection, realm), record, identity_hash))
    return record


def known_record(connection: Connection, realm: Realm, patient_id: str, type_name: str, draft: Draft) -> str | None:
    """The id of the record that tells of the draft's event already."""
    identity_hash = identity_of(realm, patient_id, type_name, draft)
    found: str | None = connection.execute(_BY_IDENTITY, {"identity_hash": identity_hash}).scalar()
    return found


def new_row(keys: Keys, record: Record, identity_hash: bytes) -> dict[str, Any]:
    """The row of a new record."""
    number = record.content.get("number")
    return {
        "id": record.id,
        "patient_id": record.patient_id,
        "type_name": record.type_name,
        "occurred_on": record.occurred_on,
        "organisation": record.organisation,
        "organisation_id": record.organisation_id,
        "source": record.source,
        "version": record.version,
        "sealed": keys.seal_fields(
            _place(record), {**record.content, REASON: record.reason} if record.reason else record.content
        ),
        "identity_hash": identity_hash,
        "number_index": number_index(keys.realm, number) if number else None,
        "author": record.author,
        "reason": "",
        "created_at": record.stored_at,
        "changed_at": record.changed_at,
        "withdrawn_at": None,
    }


def identity_of(realm: Realm, patient_id: str, type_name: str, draft: Draft) -> bytes:
    """What is equal for two tellings of one event."""
    identity = json.dumps([patient_id, type_name, *draft.identity], ensure_ascii=False)
    return realm.vault.blind_index("record identity", identity)


def change_record(
    connection: Connection,
    realm: Realm,
    *,
    record_id: str,
    draft: Draft,
    expected_version: int,
    author: str,
    reason: str,
) -> Record:
    """Write the next version of a record. Raises VersionConflict, AlreadyKnown, and KeyError for no record."""
    known = find_record(connection, realm, record_id)
    if known is None:
        raise KeyError(record_id)
    identity_hash = identity_of(realm, known.patient_id, known.type_name, draft)
    other = connection.execute(_BY_IDENTITY, {"identity_hash": identity_hash}).scalar()
    if other not in (None, record_id):
        raise AlreadyKnown(other)
    changed = replace(
        known,
        occurred_on=draft.occurred_on,
        organisation=draft.organisation,
        content=draft.content,
        version=expected_version + 1,
        author=author,
        reason=reason[:MAX_REASON_CHARACTERS],
        changed_at=realm.clock.now(),
    )
    former = connection.execute(_IDENTITY, {"record_id": record_id}).scalar_one()
    if former != identity_hash:
        remember_erased(connection, realm, WRONG, former)  # sources go on telling of what was wrong
    row = new_row(Keys(connection, realm), changed, identity_hash)
    _next_version(connection, record_id, expected_version, row)
    return changed


def withdraw_record(
    connection: Connection, realm: Realm, *, record_id: str, expected_version: int, author: str, reason: str
) -> None:
    """Say that a record was entered by mistake. Raises VersionConflict, and KeyError for no record."""
    known = find_record(connection, realm, record_id)
    if known is None:
        raise KeyError(record_id)
    now = realm.clock.now()
    changed = replace(known, version=expected_version + 1, author=author, reason=reason[:MAX_REASON_CHARACTERS], changed_at=now)
    # The event may be told again by people, and rightly then.
    former = connection.execute(_IDENTITY, {"record_id": record_id}).scalar_one()
    remember_erased(connection, realm, WRONG, former)
    identity_hash = realm.vault.blind_index("withdrawn record", record_id)
    row = {**new_row(Keys(connection, realm), changed, identity_hash), "number_index": None, "withdrawn_at": now}
    _next_version(connection, record_id, expected_version, row)


def records_of(connection: Connection, realm: Realm, patient_id: str) -> list[Record]:
    """All records of a patient, newest event first."""
    keys = Keys(connection, realm)
    return [_open(keys, row) for row in connection.execute(_OF_PATIENT, {"patient_id": patient_id}).mappings().all()]


def record_ids_of(connection: Connection, patient_id: str) -> list[str]:
    """The ids of all records of a patient, also of those that were withdrawn."""
    return list(connection.execute(_IDS_OF_PATIENT, {"patient_id": patient_id}).scalars())


def place_of(connection: Connection, record_id: str) -> tuple[str, str] | None:
    """Whose record it is, and of which type; None for no record. Nothing is opened, so whose it is costs the same to find out."""
    row = connection.execute(_PLACE, {"id": record_id}).first()
    return None if row is None else (row.patient_id, row.type_name)


def find_record(connection: Connection, realm: Realm, record_id: str) -> Record | None:
    """The record of that id, whoever's it is: the caller asks the policy. None for one that was withdrawn."""
    row = connection.execute(_BY_ID, {"id": record_id}).mappings().first()
    return None if row is None or row["withdrawn_at"] is not None else _open(Keys(connection, realm), row)


def versions_of(connection: Connection, realm: Realm, record: Record) -> list[Record]:
    """The former versions of a record, newest first."""
    keys = Keys(connection, realm)
    rows = connection.execute(_VERSIONS_OF, {"record_id": record.id}).mappings().all()
    return [_former(keys, record, row) for row in rows]


def _next_version(connection: Connection, record_id: str, expected_version: int, row: Mapping[str, Any]) -> None:
    """Put the row into the history and the next version in its place, if it is still the version that is expected."""
    is_expected = (_TABLE.c.id == record_id, _TABLE.c.version == expected_version, _TABLE.c.withdrawn_at.is_(None))
    former = select(_TABLE.c.id, *(_TABLE.c[name] for name in _FORMER)).where(*is_expected)
    connection.execute(insert(RecordVersion).from_select(("record_id", *_FORMER), former))
    values = {name: value for name, value in row.items() if name not in ("id", "patient_id", "created_at")}
    if connection.execute(update(RecordRow).where(*is_expected).values(values)).rowcount != 1:
        raise VersionConflict


def _open(keys: Keys, row: Mapping[Any, Any]) -> Record:
    record = Record(
        id=row["id"],
        patient_id=row["patient_id"],
        type_name=row["type_name"],
        occurred_on=row["occurred_on"],
        organisation=row["organisation"],
        source=row["source"],
        stored_at=row["created_at"],
        content={},
        version=row["version"],
        author=row["author"],
        organisation_id=row["organisation_id"],
        reason=row["reason"],
        changed_at=row["changed_at"],
    )
    return _with_content(keys, record, row["sealed"])


def _former(keys: Keys, record: Record, row: Mapping[Any, Any]) -> Record:
    former = replace(
        record,
        occurred_on=row["occurred_on"],
        organisation=row["organisation"],
        source=row["source"],
        content={},
        version=row["version"],
        author=row["author"],
        reason=row["reason"],
        changed_at=row["changed_at"],
    )
    return _with_content(keys, former, row["sealed"])


def _with_content(keys: Keys, record: Record, sealed: bytes) -> Record:
    content = keys.open_fields(_place(record), sealed)
    reason = content.pop(REASON, record.reason)
    return replace(record, content=content, reason=reason)


def _place(record: Record) -> Place:
    return Place(owner=record.patient_id, table="records", id=record.id, version=record.version)
