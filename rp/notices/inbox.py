"""The notices in somebody's cabinet, newest first."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, func, select, update

from ground.database import table_of
from rp.keys.safe import Keys
from rp.notices.models import NoticeChoiceRow, PublicationRow
from rp.notices.telling import TABLE, place_of, place_of_publication
from rp.notices.topics import Channel, Topic
from rp.patients.directory import Patient
from rp.realm import Realm

PAGE_LENGTH = 20

_PUBLICATIONS, _CHOICES = table_of(PublicationRow), table_of(NoticeChoiceRow)
_OWN = TABLE.c.patient_id == bindparam("patient")
_READ = (
    select(TABLE, _PUBLICATIONS.c.sealed.label("published"))
    .outerjoin(_PUBLICATIONS, _PUBLICATIONS.c.id == TABLE.c.publication_id)
    .where(_OWN)
)
_PAGE = _READ.order_by(TABLE.c.number.desc()).limit(bindparam("limit")).offset(bindparam("skipped"))
_ONE = _READ.where(TABLE.c.id == bindparam("notice"))
_IS_UNREAD = TABLE.c.read_at.is_(None)
_COUNT = select(func.count(), func.count().filter(_IS_UNREAD)).select_from(TABLE).where(_OWN)
_MARK = update(TABLE).where(_OWN, _IS_UNREAD)


@dataclass(frozen=True)
class Notice:
    """One notice, opened. `link` is the page of ours that it is about; empty where there is none."""

    id: str
    topic: Topic
    subject: str = field(repr=False)
    text: str = field(repr=False)
    link: str = field(repr=False)
    created_at: int
    is_unread: bool


@dataclass(frozen=True)
class Count:
    """How many notices somebody has, and how many of them they have not read."""

    total: int
    unread: int


def count(connection: Connection, patient_id: str) -> Count:
    """Cheap enough for every page."""
    total, unread = connection.execute(_COUNT, {"patient": patient_id}).one()
    return Count(total, unread)


def page_of(connection: Connection, realm: Realm, patient_id: str, *, number: int) -> Sequence[Notice]:
    """The notices of a page; the first page has the number 1."""
    bounds = {"patient": patient_id, "limit": PAGE_LENGTH, "skipped": (number - 1) * PAGE_LENGTH}
    keys = Keys(connection, realm)
    return [_notice(realm, keys, row) for row in connection.execute(_PAGE, bounds).all()]


def find(connection: Connection, realm: Realm, patient_id: str, notice_id: str) -> Notice | None:
    """The notice of that id, if it is this person's."""
    row = connection.execute(_ONE, {"patient": patient_id, "notice": notice_id}).first()
    return None if row is None else _notice(realm, Keys(connection, realm), row)


def mark_read(connection: Connection, realm: Realm, patient_id: str, *, notice_id: str | None = None) -> None:
    """From now on this notice, or every one there is, counts as read."""
    statement = _MARK if notice_id is None else _MARK.where(TABLE.c.id == notice_id)
    connection.execute(statement, {"patient": patient_id, "read_at": realm.clock.now()})


def forget(connection: Connection, realm: Realm, patient: Patient) -> None:
    """Remove all notices and choices of a person who is removed, and what was sent to them. Before their key is destroyed."""
    connection.execute(delete(TABLE).where(_OWN), {"patient": patient.id})
    connection.execute(delete(_CHOICES).where(_CHOICES.c.patient_id == patient.id))
    for channel, address in ((Channel.EMAIL, patient.person.email), (Channel.SMS, patient.person.phone)):
        if address:
            realm.outbox.forget(connection, channel=channel, address=address)


def _notice(realm: Realm, keys: Keys, row: Row[Any]) -> Notice:
    if row.publication_id is None:
        fields = keys.open_fields(place_of(row.patient_id, row.id), row.sealed)
    else:
        fields = realm.vault.open_fields(place_of_publication(row.publication_id), row.published)
    return Notice(
        id=row.id,
        topic=Topic(row.topic),
        subject=fields["subject"],
        text=fields["text"],
        link=fields.get("link", ""),
        created_at=row.created_at,
        is_unread=row.read_at is None,
    )
