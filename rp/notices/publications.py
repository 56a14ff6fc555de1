"""Texts for everybody who wants to hear of a topic: published once, told to each subscriber once.

    published ──a job goes through the patients in the order of their ids, a batch in a transaction──▶ finished

The batch and how far it reached are one transaction, so a worker that dies leaves nobody out and tells nobody twice. What
somebody chose counts at the moment they are reached.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from ground.chance import draw_identifier
from ground.database import table_of
from ground.jobs import Job
from rp.access.events import Event, note
from rp.notices.choices import choices_of_all
from rp.notices.models import PublicationRow
from rp.notices.telling import TABLE as NOTICES
from rp.notices.telling import place_of_publication as place_of
from rp.notices.telling import send
from rp.notices.topics import PUBLISHED, Channel, Topic
from rp.patients.directory import find_patient
from rp.patients.models import PatientRow
from rp.realm import Realm

JOB = "publication"
BATCH = 200
BATCHES_OF_A_JOB = 20
"""Then another job goes on: the lease of one is a minute, and others wait for the worker."""
LONGEST_SUBJECT, LONGEST_TEXT = 200, 20_000
LETTER = "{text}\n\nЧитать в кабинете: {url}\nВы получили это письмо, потому что выбрали такую рассылку. Изменить: {settings_url}"
SMS = "Регистр: {subject}. Читать: {url}"
LONGEST_IN_SMS = 100

_TABLE, _PATIENTS = table_of(PublicationRow), table_of(PatientRow)


class PublicationRefused(Exception):
    """A text cannot be published. The sentence says why."""


@dataclass(frozen=True)
class Publication:
    """A published text. `told` are those whom it has reached so far."""

    id: str
    topic: Topic
    subject: str
    text: str
    published_at: int
    told: int
    is_finished: bool


def publish(
    connection: Connection,
    realm: Realm,
    topic: Topic,
    *,
    subject: str,
    text: str,
    actor: str,
    publication_id: str | None = None,
) -> str:
    """Publish a text in the caller's transaction and return its id. Raises PublicationRefused, and IntegrityError for an id that
    was published already: whoever sends one form twice gives it."""
    subject, text = " ".join(subject.split()), text.strip()
    if topic not in PUBLISHED:
        raise PublicationRefused(f"the topic must be one of {', '.join(PUBLISHED)}, not {topic}")
    if not 0 < len(subject) <= LONGEST_SUBJECT:
        raise PublicationRefused(f"the subject must have 1 to {LONGEST_SUBJECT} characters, not {len(subject)}")
    if not 0 < len(text) <= LONGEST_TEXT or "\0" in text + subject:
        raise PublicationRefused(f"the text must have 1 to {LONGEST_TEXT} characters, not {len(text)}, and no NUL among them")
    publication_id = publication_id or draw_identifier(realm.chance, "publication")
    sealed = realm.vault.seal_fields(place_of(publication_id), {"subject": subject, "text": text})
    row = {"id": publication_id, "topic": topic.value, "sealed": sealed, "published_at": realm.clock.now()}
    connection.execute(insert(_TABLE), row)
    realm.jobs.enqueue(connection, JOB, {"publication": publication_id})
    detail = {"topic": topic.value}
    note(connection, realm, Event.NOTICE_PUBLISHED, actor=actor, object=f"publication:{publication_id}", detail=detail)
    return publication_id


def list_published(connection: Connection, realm: Realm, *, limit: int = 50) -> Sequence[Publication]:
    """The newest publications."""
    rows = connection.execute(select(_TABLE).order_by(_TABLE.c.published_at.desc(), _TABLE.c.id).limit(limit))
    return [_publication(realm, row) for row in rows]


def tell_subscribers(realm: Realm, job: Job) -> None:
    """Tell the next subscribers of the publication of a job, and owe the rest."""
    for _ in range(BATCHES_OF_A_JOB):
        with realm.database.write() as connection:
            if not _tell_next(connection, realm, job.payload["publication"]):
                return
    with realm.database.write() as connection:
        realm.jobs.enqueue(connection, JOB, dict(job.payload))


def _tell_next(connection: Connection, realm: Realm, publication_id: str) -> bool:
    """Tell those of the next batch who want to hear of it. False when there is nobody left, or somebody else does it."""
    row = connection.execute(select(_TABLE).where(_TABLE.c.id == publication_id)).first()
    if row is None or row.is_finished:
        return False
    following = select(_PATIENTS.c.id).where(_PATIENTS.c.id > row.reached).order_by(_PATIENTS.c.id).limit(BATCH)
    patient_ids = connection.execute(following).scalars().all()
    publication = _publication(realm, row)
    choices = choices_of_all(connection, patient_ids)
    channels = {each: {channel for topic, channel in choices[each] if topic is publication.topic} for each in patient_ids}
    told = [each for each in patient_ids if channels[each]]
    values = {"told": row.told + len(told)}
    values |= {"reached": patient_ids[-1]} if patient_ids else {"is_finished": True}
    is_next = (_TABLE.c.id == publication_id) & (_TABLE.c.reached == row.reached) & _TABLE.c.is_finished.is_(False)
    if connection.execute(update(_TABLE).where(is_next), values).rowcount != 1:
        return False
    in_cabinet = [_notice(realm, publication, each) for each in told if Channel.CABINET in channels[each]]
    if in_cabinet:
        connection.execute(insert(NOTICES), in_cabinet)
    for each in told:
        if channels[each] - {Channel.CABINET}:
            _send(connection, realm, publication, each, channels[each])
    return bool(patient_ids)


def _send(connection: Connection, realm: Realm, publication: Publication, patient_id: str, channels: set[Channel]) -> None:
    patient = find_patient(connection, realm, patient_id)
    if patient is None:
        return
    url = f"{realm.settings.url}/notices"
    brief = publication.subject.rstrip(".")[:LONGEST_IN_SMS]
    send(
        connection,
        realm,
        patient.person,
        channels,
        subject=publication.subject,
        letter=LETTER.format(text=publication.text, url=url, settings_url=f"{url}/settings"),
        sms=SMS.format(subject=brief, url=url),
    )


def _notice(realm: Realm, publication: Publication, patient_id: str) -> dict[str, object]:
    return {
        "id": draw_identifier(realm.chance, "notice"),
        "patient_id": patient_id,
        "topic": publication.topic.value,
        "publication_id": publication.id,
        "sealed": b"",
        "created_at": realm.clock.now(),
    }


def _publication(realm: Realm, row: Row[Any]) -> Publication:
    words = realm.vault.open_fields(place_of(row.id), row.sealed)
    return Publication(row.id, Topic(row.topic), words["subject"], words["text"], row.published_at, row.told, row.is_finished)
