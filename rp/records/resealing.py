"""What an older version sealed by the vault is sealed by the data key of its patient. Done once, by `prepare`, piece by piece.

Whoever dies in between goes on where they stopped: a value says by its first bytes who sealed it.
"""

import json
from decimal import Decimal

from sqlalchemy import Connection, func, select, update

from ground.database import table_of
from rp.keys.safe import HEADER, Keys
from rp.patients.directory import Patient, columns_of, person_of
from rp.patients.models import PatientRow
from rp.realm import Realm
from rp.records.catalogue import BY_NAME
from rp.records.models import RecordRow
from rp.records.record_type import Record
from rp.records.resource import EntryRefused, EntrySkipped, ResourceReader
from rp.records.store import identity_of, new_row

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
    """Oldest first: of two rows that tell of one event, as events are told apart now, the first one stays."""
    old = select(_RECORDS).where(func.substr(_RECORDS.c.sealed, 1, len(HEADER)) != HEADER)
    rows = connection.execute(old.order_by(_RECORDS.c.created_at, _RECORDS.c.id).limit(AT_ONCE)).mappings().all()
    keys = Keys(connection, realm)
    for row in rows:
        fields = realm.vault.open_fields(f"records:{row['id']}", row["sealed"])
        record = Record(
            id=row["id"],
            patient_id=row["patient_id"],
            type_name=row["type_name"],
            occurred_on=row["occurred_on"],
            organisation=row["organisation"],
            source=row["source"],
            stored_at=row["created_at"],
            content=fields,
            version=row["version"],
            changed_at=row["changed_at"] or row["created_at"],
        )
        identity_hash = _identity_now(realm, record) or row["identity_hash"]
        values = new_row(keys, record, identity_hash)
        first = connection.execute(select(_RECORDS.c.id).where(_RECORDS.c.identity_hash == identity_hash)).scalar()
        if first not in (None, record.id):
            gone = realm.vault.blind_index("withdrawn record", record.id)
            values |= {"identity_hash": gone, "number_index": None, "reason": SAME_EVENT}
            values["withdrawn_at"] = realm.clock.now()
        connection.execute(update(RecordRow).where(_RECORDS.c.id == record.id).values(values))
    return len(rows)


def _identity_now(realm: Realm, record: Record) -> bytes | None:
    """By what the record's event is told apart now; None where an older version kept what is no record any more."""
    kind = BY_NAME[record.type_name]
    written = json.loads(json.dumps(kind.as_resource(record)), parse_float=Decimal)
    try:
        draft = kind.read(ResourceReader(written))
    except (EntryRefused, EntrySkipped):
        return None
    return identity_of(realm, record.patient_id, record.type_name, draft)
