"""What an older version sealed by the vault is sealed by the data key of its patient. Done once, by `prepare`, piece by piece.

Whoever dies in between goes on where they stopped: a value says by its first bytes who sealed it.
"""

from collections.abc import Mapping
from typing import Any

import orjson
from sqlalchemy import Connection, func, select, update

from ground.database import table_of
from rp.keys.safe import HEADER, Keys, Place
from rp.patients.directory import Patient, columns_of, person_of
from rp.patients.models import PatientRow
from rp.realm import Realm
from rp.records.catalogue import BY_NAME
from rp.records.models import RecordRow
from rp.records.numbers import number_index
from rp.records.record_type import Record
from rp.records.resource import ResourceReader
from rp.records.store import identity_of

AT_ONCE = 500
SAME_EVENT = "another source had told of the same event"
_PATIENTS, _RECORDS = table_of(PatientRow), table_of(RecordRow)


def reseal_old(realm: Realm) -> int:
    """Seal anew what the vault had sealed, and say how much that was. Raises SealBroken."""
    total = 0
    for some in (_reseal_patients, _reseal_records):
        while True:
            with realm.database.write() as connection:
                count = some(connection, realm)
            total += count
            if count < AT_ONCE:
                break
    return total


def _reseal_patients(connection: Connection, realm: Realm) -> int:
    old = select(_PATIENTS).where(func.substr(_PATIENTS.c.sealed, 1, len(HEADER)) != HEADER).limit(AT_ONCE)
    rows = connection.execute(old).mappings().all()
    keys = Keys(connection, realm)
    keys.make_for(row["id"] for row in rows)
    for row in rows:
        person = person_of(realm.vault.open_fields(f"patients:{row['id']}", row["sealed"]))
        columns = columns_of(keys, realm, Patient(row["id"], person, row["version"], row["insurer_id"]))
        values = {**columns, "changed_at": row["changed_at"] or row["created_at"]}
        connection.execute(update(PatientRow).where(_PATIENTS.c.id == row["id"]).values(values))
    return len(rows)


def _reseal_records(connection: Connection, realm: Realm) -> int:
    old = select(_RECORDS).where(func.substr(_RECORDS.c.sealed, 1, len(HEADER)) != HEADER).limit(AT_ONCE)
    rows = connection.execute(old).mappings().all()
    keys = Keys(connection, realm)
    for row in rows:
        plain = realm.vault.open(f"records:{row['id']}", row["sealed"])
        place = Place(owner=row["patient_id"], table="records", id=row["id"], version=row["version"])
        content = orjson.loads(plain)
        number = content.get("number")
        index = number_index(realm, number) if number else None
        values = {"sealed": keys.seal(place, plain), "number_index": index, "changed_at": row["changed_at"] or row["created_at"]}
        values |= _identity(connection, realm, row, content)
        connection.execute(update(RecordRow).where(_RECORDS.c.id == row["id"]).values(values))
    return len(rows)


def _identity(connection: Connection, realm: Realm, row: Mapping[Any, Any], content: Mapping[str, Any]) -> dict[str, Any]:
    """What makes a record this one, by the rules of now. Where two are one by these rules, the first stays and the other is
    withdrawn: they told of one event."""
    names = ("id", "patient_id", "type_name", "occurred_on", "organisation", "source")
    record = Record(**{name: row[name] for name in names}, stored_at=row["created_at"], content=content)
    kind = BY_NAME[record.type_name]
    draft = kind.read(ResourceReader(kind.as_resource(record)))
    identity_hash = identity_of(realm, record.patient_id, record.type_name, draft)
    if identity_hash == row["identity_hash"]:
        return {}
    if connection.execute(select(_RECORDS.c.id).where(_RECORDS.c.identity_hash == identity_hash)).first() is None:
        return {"identity_hash": identity_hash}
    return {"withdrawn_at": realm.clock.now(), "reason": SAME_EVENT}
