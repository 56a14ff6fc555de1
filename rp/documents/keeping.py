"""Documents stored, found, opened and removed. A document is there when its row is: the file came first and goes last."""

import hashlib
from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select
from werkzeug.datastructures import FileStorage

from ground.chance import draw_identifier
from ground.database import table_of
from ground.jobs import Job
from ground.sealing import SealBroken
from rp.access.events import Event, note
from rp.documents.cleaning import clean
from rp.documents.document import Document, DocumentHeld, DocumentLost
from rp.documents.files import Shelf
from rp.documents.judging import Kind, judge
from rp.documents.models import DocumentRoomRow, DocumentRow
from rp.documents.names import tidy_name
from rp.documents.refusals import UploadRefused
from rp.documents.room import MEGABYTE, give_back, room_of, take_room
from rp.documents.scanning import scan
from rp.keys.safe import Keys, Place
from rp.realm import Realm

JOB = "document.files"
"""The kind of the job that removes files whose rows are gone."""
TOMBSTONE = "document"

_TABLE = table_of(DocumentRow)
_ROOMS = table_of(DocumentRoomRow)
_BY_ID = select(_TABLE).where(_TABLE.c.id == bindparam("id"))
_OF_PATIENT = (
    select(_TABLE).where(_TABLE.c.patient_id == bindparam("patient_id")).order_by(_TABLE.c.created_at.desc(), _TABLE.c.id)
)


def store(realm: Realm, patient_id: str, file: FileStorage | None, *, purpose: str, actor: str) -> Document:
    """Store what somebody sent, outside any transaction. Raises UploadRefused, which the journal tells too."""
    try:
        return _store(realm, patient_id, file, purpose=purpose, actor=actor)
    except UploadRefused as refusal:
        details = {name: value for name, value in refusal.details.items() if name == "signature"}
        detail: dict[str, str | int] = {"reason": refusal.reason, "purpose": purpose, **details}
        with realm.database.write() as connection:
            note(
                connection,
                realm,
                Event.DOCUMENT_STORED,
                actor=actor,
                object=f"patient:{patient_id}",
                outcome="refused",
                detail=detail,
            )
        raise


def _store(realm: Realm, patient_id: str, file: FileStorage | None, *, purpose: str, actor: str) -> Document:
    content, name = _received(realm, file)
    kind = judge(content, most_bytes=realm.settings.documents.file_megabytes * MEGABYTE)
    with realm.database.read() as connection:  # nobody without room keeps the processor busy
        room_of(connection, realm, patient_id).check(0)
    if realm.settings.clamd_socket is not None:
        scan(content, realm.home.resolve(realm.settings.clamd_socket))
    cleaned = clean(content, kind)
    del content
    document = Document(
        id=draw_identifier(realm.chance, "document"),
        patient_id=patient_id,
        purpose=purpose,
        kind=kind,
        size=len(cleaned),
        created_at=realm.clock.now(),
        name=tidy_name(name, kind),
        sha256=hashlib.sha256(cleaned).hexdigest(),
    )
    with realm.database.read() as connection:
        sealed = Keys(connection, realm).seal(_file_place(document), cleaned)
    shelf = _shelf(realm)
    with shelf.arriving():
        shelf.put(document.id, sealed)
        try:
            with realm.database.write() as connection:
                _insert(connection, realm, document, actor=actor)
        except BaseException:
            shelf.remove(document.id)
            raise
    return document


def of(connection: Connection, realm: Realm, patient_id: str, *, purpose: str | None = None) -> list[Document]:
    """The documents of a patient, those for one purpose where it is named, newest first."""
    keys = Keys(connection, realm)
    rows = connection.execute(_OF_PATIENT, {"patient_id": patient_id}).mappings().all()
    return [_open(keys, row) for row in rows if purpose in (None, row["purpose"])]


def owner_of(connection: Connection, document_id: str) -> str | None:
    """Whose document it is. Nothing is opened, so to find out takes as long where there is none."""
    row = connection.execute(_BY_ID, {"id": document_id[:36]}).first()
    return None if row is None else str(row.patient_id)


def find(connection: Connection, realm: Realm, document_id: str) -> Document | None:
    """The document of that id, whosever it is: the caller asks who may see it."""
    row = connection.execute(_BY_ID, {"id": document_id}).mappings().first() if len(document_id) <= 36 else None
    return None if row is None else _open(Keys(connection, realm), row)


def open_content(connection: Connection, realm: Realm, document: Document) -> bytes:
    """What its file holds. Raises DocumentLost."""
    sealed = _shelf(realm).take(document.id)
    if sealed is None:
        raise DocumentLost(f"the file of document {document.id} is missing")
    try:
        content = Keys(connection, realm).open(_file_place(document), sealed)
    except SealBroken:
        raise DocumentLost(f"the file of document {document.id} is not what was stored") from None
    if hashlib.sha256(content).hexdigest() != document.sha256:
        raise DocumentLost(f"the file of document {document.id} is another one")
    return content


def remove(
    realm: Realm, document: Document, *, actor: str, is_held: Callable[[Connection], bool] = lambda _connection: False
) -> bool:
    """Remove a document and its file, outside any transaction. True for the one who did it.

    Raises DocumentHeld where `is_held` says, in the same transaction, that somebody needs it.
    """
    with realm.database.write() as connection:
        if is_held(connection):
            raise DocumentHeld(document.id)
        if not _remove_row(connection, realm, document.id, document.patient_id, document.size, actor=actor):
            return False
    _shelf(realm).remove(document.id)
    return True


def destroy_of(connection: Connection, realm: Realm, patient_id: str) -> int:
    """Erase all documents of a patient in the caller's transaction; the files go as soon as it is committed. Says how many.

    The tombstone of the patient is the caller's.
    """
    ids = list(connection.execute(select(_TABLE.c.id).where(_TABLE.c.patient_id == patient_id)).scalars())
    connection.execute(delete(DocumentRow).where(_TABLE.c.patient_id == patient_id))
    connection.execute(delete(DocumentRoomRow).where(_ROOMS.c.patient_id == patient_id))
    if ids:
        realm.jobs.enqueue(connection, JOB, {"documents": ids})
    return len(ids)


def remove_again(connection: Connection, realm: Realm, document_id: str, *, actor: str) -> None:
    """What an older copy of the database brought back, though it was removed for good, goes again."""
    row = connection.execute(_BY_ID, {"id": document_id}).mappings().first()
    if row is not None:
        _remove_row(connection, realm, row["id"], row["patient_id"], row["size"], actor=actor)


def remove_files(realm: Realm, job: Job) -> None:
    """Remove the files of documents that are there no more."""
    shelf = _shelf(realm)
    for document_id in job.payload["documents"]:
        shelf.remove(str(document_id))


def _remove_row(connection: Connection, realm: Realm, document_id: str, patient_id: str, size: int, *, actor: str) -> bool:
    """Remove a row, and owe the removal of its file. True when it was there until now."""
    if connection.execute(delete(DocumentRow).where(_TABLE.c.id == document_id)).rowcount != 1:
        return False
    give_back(connection, patient_id, size)
    realm.jobs.enqueue(connection, JOB, {"documents": [document_id]})
    note(connection, realm, Event.DOCUMENT_REMOVED, actor=actor, object=f"document:{document_id}")
    realm.tombstones.bury(connection, TOMBSTONE, document_id)
    return True


def _received(realm: Realm, file: FileStorage | None) -> tuple[bytes, str | None]:
    if file is None or not file.filename:
        raise UploadRefused("missing")
    return file.stream.read(realm.settings.documents.file_megabytes * MEGABYTE + 1), file.filename


def _insert(connection: Connection, realm: Realm, document: Document, *, actor: str) -> None:
    take_room(connection, realm, document.patient_id, document.size)
    fields = {"name": document.name, "sha256": document.sha256}
    row = {
        "id": document.id,
        "patient_id": document.patient_id,
        "purpose": document.purpose,
        "kind": document.kind,
        "size": document.size,
        "sealed": Keys(connection, realm).seal_fields(_row_place(document.patient_id, document.id), fields),
        "created_at": document.created_at,
    }
    connection.execute(insert(DocumentRow), row)
    detail: dict[str, str | int] = {"kind": document.kind, "size": document.size, "purpose": document.purpose}
    note(connection, realm, Event.DOCUMENT_STORED, actor=actor, object=f"document:{document.id}", detail=detail)


def _open(keys: Keys, row: Mapping[Any, Any]) -> Document:
    fields = keys.open_fields(_row_place(row["patient_id"], row["id"]), row["sealed"])
    return Document(
        id=row["id"],
        patient_id=row["patient_id"],
        purpose=row["purpose"],
        kind=Kind(row["kind"]),
        size=row["size"],
        created_at=row["created_at"],
        name=fields["name"],
        sha256=fields["sha256"],
    )


def _shelf(realm: Realm) -> Shelf:
    return Shelf(realm.home.documents)


def _row_place(patient_id: str, document_id: str) -> Place:
    return Place(owner=patient_id, table="documents", id=document_id)


def _file_place(document: Document) -> Place:
    return Place(owner=document.patient_id, table="files of documents", id=document.id)
