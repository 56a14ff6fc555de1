"""How much a patient may keep: a count that only moves while there is room, so that no race finds more."""

from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, select, update
from sqlalchemy.dialects import postgresql, sqlite

from ground.database import table_of
from rp.documents.models import DocumentRoomRow
from rp.documents.refusals import UploadRefused
from rp.realm import Realm

MEGABYTE = 1024 * 1024
_TABLE = table_of(DocumentRoomRow)
_OF_PATIENT = select(_TABLE).where(_TABLE.c.patient_id == bindparam("patient"))
_TAKE = (
    update(_TABLE)
    .where(
        _TABLE.c.patient_id == bindparam("patient"),
        _TABLE.c.documents < bindparam("most_documents"),
        _TABLE.c.size + bindparam("more") <= bindparam("most_bytes"),
    )
    .values(documents=_TABLE.c.documents + 1, size=_TABLE.c.size + bindparam("more"))
)
_GIVE_BACK = (
    update(_TABLE)
    .where(_TABLE.c.patient_id == bindparam("patient"))
    .values(documents=_TABLE.c.documents - 1, size=_TABLE.c.size - bindparam("fewer"))
)


@dataclass(frozen=True)
class Room:
    """What a patient keeps, and may."""

    documents: int
    size: int
    most_documents: int
    most_bytes: int

    def check(self, more: int) -> None:
        """Is there room for another of so many bytes? Raises UploadRefused."""
        if self.documents >= self.most_documents or self.size + more > self.most_bytes:
            raise UploadRefused(
                "quota", files=self.documents, most_files=self.most_documents, most_megabytes=self.most_bytes // MEGABYTE
            )


def room_of(connection: Connection, realm: Realm, patient_id: str) -> Room:
    """What a patient keeps now."""
    row = connection.execute(_OF_PATIENT, {"patient": patient_id}).first()
    most = (realm.settings.documents.per_person, realm.settings.documents.megabytes_per_person * MEGABYTE)
    documents, size = (row.documents, row.size) if row is not None else (0, 0)
    return Room(documents, size, *most)


def take_room(connection: Connection, realm: Realm, patient_id: str, size: int) -> None:
    """Count one more document of so many bytes. Raises UploadRefused."""
    dialect = {"sqlite": sqlite, "postgresql": postgresql}[connection.dialect.name]
    first = dialect.insert(_TABLE).values(patient_id=patient_id, documents=0, size=0)
    connection.execute(first.on_conflict_do_nothing())
    room = room_of(connection, realm, patient_id)
    values = {"patient": patient_id, "more": size, "most_documents": room.most_documents, "most_bytes": room.most_bytes}
    if connection.execute(_TAKE, values).rowcount != 1:
        room_of(connection, realm, patient_id).check(size)


def give_back(connection: Connection, patient_id: str, size: int) -> None:
    """Count one document of so many bytes less."""
    connection.execute(_GIVE_BACK, {"patient": patient_id, "fewer": size})
