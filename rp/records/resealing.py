"""What an older version sealed by the vault is sealed by the data key of its patient. Done once, by `prepare`, piece by piece.

Whoever dies in between goes on where they stopped: a value says by its first bytes who sealed it.
"""

import orjson
from sqlalchemy import Connection, func, select, update

from ground.database import table_of
from rp.keys.safe import HEADER, Keys, Place
from rp.patients.directory import Patient, columns_of, person_of
from rp.patients.models import PatientRow
from rp.realm import Realm
from rp.records.models import RecordRow
from rp.records.numbers import number_index

AT_ONCE = 500
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
        number = orjson.loads(plain).get("number")
        index = number_index(realm, number) if number else None
        values = {"sealed": keys.seal(place, plain), "number_index": index, "changed_at": row["changed_at"] or row["created_at"]}
        connection.execute(update(RecordRow).where(_RECORDS.c.id == row["id"]).values(values))
    return len(rows)
