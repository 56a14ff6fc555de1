"""Register numbers (УНРЗ): sixteen digits, given once, and found by nobody who does not have them."""

from sqlalchemy import Connection, bindparam, select, update

from ground.database import table_of
from ground.web.language import local_moment
from rp.realm import Realm
from rp.records.models import Counter, RecordRow

COUNTER = "unrz"
_COUNTERS, _RECORDS = table_of(Counter), table_of(RecordRow)
_NEXT = update(_COUNTERS).where(_COUNTERS.c.name == COUNTER).values(value=_COUNTERS.c.value + 1).returning(_COUNTERS.c.value)
_BY_NUMBER = select(_RECORDS.c.id, _RECORDS.c.patient_id).where(_RECORDS.c.number_index == bindparam("number_index"))


def issue_number(connection: Connection, realm: Realm) -> str:
    """The next УНРЗ: a nine, the year, and a count. Two at once wait for one another at the row of the counter."""
    year = local_moment(realm.clock.now()).year % 100
    while True:
        number = f"9{year:02d}{connection.execute(_NEXT).scalar_one():013d}"
        # Another register may have told of a case under this number.
        if find_by_number(connection, realm, number) is None:
            return number


def find_by_number(connection: Connection, realm: Realm, number: str) -> tuple[str, str] | None:
    """The ids of the record of that number and of its patient."""
    row = connection.execute(_BY_NUMBER, {"number_index": number_index(realm, number)}).first()
    return None if row is None else (row.id, row.patient_id)


def number_index(realm: Realm, number: str) -> bytes:
    """By what the record of a number is found."""
    return realm.vault.blind_index("record number", number)
