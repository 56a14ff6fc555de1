"""Telling one person of what they asked for: in their cabinet always, by letter and SMS as they chose.

What was decided, and about what, is read in the cabinet only. A letter and an SMS say that there is something to read: by
whoever's eyes they pass, they tell nothing of anybody's health.
"""

from sqlalchemy import Connection, insert

from ground.chance import draw_identifier
from ground.database import table_of
from rp.keys.safe import Keys, Place
from rp.notices.choices import choices_of
from rp.notices.models import NoticeRow
from rp.notices.topics import Channel, Topic
from rp.patients.directory import Person, find_patient
from rp.realm import Realm

TABLE = table_of(NoticeRow)
SUBJECT = "Новое сообщение в регистре"
LETTER = (
    "В вашем личном кабинете новое сообщение. Прочитать его можно только там, после входа: {url}\n"
    "В письмах мы ничего не пишем о здоровье. Какие письма получать, выберите здесь: {settings_url}"
)
SMS = "Регистр: в личном кабинете новое сообщение. {url}"


def tell(connection: Connection, realm: Realm, patient_id: str, *, subject: str, text: str, link: str = "") -> None:
    """Tell a person news of their own request in the caller's transaction. Whoever is not there any more is told nothing.

    `link` is the page of ours that the news are about, from its first slash. Subject and text may say anything: they are sealed
    for the person, and stay in the cabinet.
    """
    patient = find_patient(connection, realm, patient_id)
    if patient is None:
        return
    notice_id = draw_identifier(realm.chance, "notice")
    fields = {"subject": subject, "text": text, "link": link}
    row = {
        "id": notice_id,
        "patient_id": patient_id,
        "topic": Topic.REQUESTS.value,
        "sealed": Keys(connection, realm).seal_fields(place_of(patient_id, notice_id), fields),
        "created_at": realm.clock.now(),
    }
    connection.execute(insert(TABLE), row)
    url = f"{realm.settings.url}/notices"
    letter, sms = LETTER.format(url=url, settings_url=f"{url}/settings"), SMS.format(url=url)
    channels = {channel for topic, channel in choices_of(connection, patient_id) if topic is Topic.REQUESTS}
    send(connection, realm, patient.person, channels, subject=SUBJECT, letter=letter, sms=sms)


def send(
    connection: Connection, realm: Realm, person: Person, channels: set[Channel], *, subject: str, letter: str, sms: str
) -> None:
    """Put into the outbox what leaves the registry by these channels, as far as the person has an address there."""
    if Channel.EMAIL in channels and person.email:
        realm.outbox.post(connection, channel=Channel.EMAIL, address=person.email, subject=subject, text=letter)
    if Channel.SMS in channels and person.phone:
        realm.outbox.post(connection, channel=Channel.SMS, address=person.phone, text=sms)


def place_of(patient_id: str, notice_id: str) -> Place:
    """What the seal of a notice is bound to."""
    return Place(owner=patient_id, table="notices", id=notice_id, version=1)


def place_of_publication(publication_id: str) -> str:
    """The same for what is published: by the vault, since it is nobody's own."""
    return f"publications:{publication_id}"
