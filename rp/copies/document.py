"""The copy as a PDF that a person can read."""

from dataclasses import dataclass
from datetime import date

from flask import render_template

from ground.web.language import format_day
from ground.web.language import gettext as _
from rp.copies.contents import Copy
from rp.forms.formats import show_snils
from rp.pages.printing import Press
from rp.realm import Realm
from rp.records.catalogue import BY_NAME, RECORD_TYPES
from rp.records.codes import CodeLabels
from rp.records.record_type import Record

MEDIA_TYPE = "application/pdf"


@dataclass(frozen=True)
class PrintedRecord:
    """A record as it stands on paper."""

    day: date
    title: str
    facts: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class PrintedGroup:
    """The records of one type; the group that has none says so."""

    title: str
    empty: str
    records: tuple[PrintedRecord, ...]


def make_document(copy: Copy, realm: Realm) -> bytes:
    """The PDF, in the language of the request. Raises PrintingUnavailable."""
    labels = realm.room(CodeLabels)
    groups = [
        PrintedGroup(
            kind.title(),
            kind.empty(),
            tuple(_printed(record, labels) for record in copy.records if record.type_name == kind.name),
        )
        for kind in RECORD_TYPES
    ]
    page = render_template("copies/document.html", made_at=copy.made_at, person=person_facts(copy), groups=groups)
    return realm.room(Press).print(page)


def person_facts(copy: Copy) -> list[tuple[str, str]]:
    """What the register knows of the person themselves, as pairs of term and value. What it does not know is left out."""
    person = copy.patient.person
    gender = {"female": _("женский"), "male": _("мужской")}.get(person.gender, _("не указан"))
    facts = [
        (_("Фамилия, имя, отчество"), person.full_name),
        (_("Дата рождения"), format_day(person.birth_date)),
        (_("Пол"), gender),
        (_("СНИЛС"), show_snils(person.snils)),
        (_("ИНН"), person.inn),
        (_("Полис ОМС"), person.policy),
        (_("Страховая"), copy.insurer.name if copy.insurer else None),
        (_("Паспорт"), person.passport),
        (_("Телефон"), person.phone),
        (_("Почта"), person.email),
        (_("Регион"), person.region),
    ]
    return [(term, value) for term, value in facts if value]


def _printed(record: Record, labels: CodeLabels) -> PrintedRecord:
    card = BY_NAME[record.type_name].card(record, labels)
    ended = ((_("Окончание"), format_day(card.ended_on)),) if card.ended_on and card.ended_on != record.occurred_on else ()
    marks = ((_("Состояние"), ", ".join(mark.text for mark in card.marks)),) if card.marks else ()
    where = ((_("Где"), record.organisation),)
    return PrintedRecord(record.occurred_on, card.title, (*where, *ended, *card.facts, *marks, (_("Источник"), record.source)))
