"""Who looked at what, in words. The journal says it in identifiers; organisations are named, their people are not."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from ground.web.language import LazyText, lazy_gettext
from ground.web.language import gettext as _
from rp.access.events import Event
from rp.access.extract import Entry
from rp.access.principal import Role
from rp.organisations.directory import find_workplace, organisation_of_client

SENTENCES: Mapping[Event, LazyText] = {
    Event.RECORDS_READ: lazy_gettext("Все записи"),
    Event.RECORD_READ: lazy_gettext("Одну запись: %(title)s"),
    Event.API_READ: lazy_gettext("Записи"),
    Event.IDENTITY_READ: lazy_gettext("Данные о личности"),
    Event.PATIENT_SEARCHED: lazy_gettext("Искали вас в регистре"),
    Event.REQUEST_READ: lazy_gettext("Ваше заявление"),
    Event.DOCUMENT_READ: lazy_gettext("Ваш документ: %(title)s"),
    Event.COPY_MADE: lazy_gettext("Копию всех записей"),
}
OTHER_READING = lazy_gettext("Ваши данные")
READINGS = frozenset({event for event in Event if event.endswith("_read")} | {Event.COPY_MADE, Event.PATIENT_SEARCHED})
"""What is a look at somebody's data. An event that is called so is one, also where it has no sentence of its own yet."""
ROLES: Mapping[str, LazyText] = {
    Role.DOCTOR: lazy_gettext("врач"),
    Role.LABORATORY: lazy_gettext("лаборант"),
    Role.REGISTRAR: lazy_gettext("регистратор"),
}


@dataclass(frozen=True)
class Line:
    """One look: who, in what capacity, at what, when. A look that was refused says so."""

    who: str
    capacity: str
    what: str
    at: int
    was_refused: bool


@dataclass(frozen=True)
class Asked:
    """Whose page it is: the patient of the records, who looks at the page, and by the journal's names the titles of the things
    and what the patient calls those who speak for them."""

    owner: str
    own_actor: str
    titles: Mapping[str, str]
    relatives: Mapping[str, str]


def line_of(connection: Connection, entry: Entry, asked: Asked) -> Line:
    """An entry as the person reads it."""
    who, capacity = _who(connection, entry.actor, asked)
    sentence = SENTENCES.get(Event(entry.action), OTHER_READING).message
    title = asked.titles.get(entry.object, "")
    return Line(who, capacity, _(sentence, title=title), entry.at, entry.outcome == "refused")


def _who(connection: Connection, actor: str, asked: Asked) -> tuple[str, str]:
    if actor == asked.own_actor:
        return _("Вы"), ""
    if actor == f"patient:{asked.owner}":
        return _("Владелец записей"), ""
    if actor in asked.relatives:
        return asked.relatives[actor], _("действует за вас")
    kind, _colon, name = actor.partition(":")
    if kind == "staff":
        place = find_workplace(connection, name)
        return (place.organisation.name, str(ROLES.get(place.role, ""))) if place else (_("Сотрудник"), "")
    if kind == "client":
        organisation = organisation_of_client(connection, name)
        return (organisation.name, _("программа")) if organisation else (name, _("приложение, которым вы пользуетесь"))
    if kind == "patient":
        return _("Другой человек"), ""
    return _("Администратор регистра"), ""
