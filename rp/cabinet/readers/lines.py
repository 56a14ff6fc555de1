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
    Event.API_READ: lazy_gettext("Записи, через программу"),
    Event.IDENTITY_READ: lazy_gettext("Данные о личности, через программу"),
    Event.PATIENT_SEARCHED: lazy_gettext("Искали вас в регистре"),
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


def line_of(
    connection: Connection, entry: Entry, *, own_actor: str, titles: Mapping[str, str], relatives: Mapping[str, str]
) -> Line:
    """An entry as the person reads it. `titles` are those of their records, by the object of the journal; `relatives` are what
    they call those who speak for them, by the actor."""
    who, capacity = _who(connection, entry.actor, own_actor, relatives)
    sentence = SENTENCES.get(Event(entry.action), OTHER_READING).message
    title = titles.get(entry.object, _("её больше нет"))
    return Line(who, capacity, _(sentence, title=title), entry.at, entry.outcome == "refused")


def _who(connection: Connection, actor: str, own_actor: str, relatives: Mapping[str, str]) -> tuple[str, str]:
    if actor == own_actor:
        return _("Вы"), ""
    if actor in relatives:
        return relatives[actor], _("действует за вас")
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
