"""The copy as a PDF that a person can read."""

from dataclasses import dataclass
from datetime import date

from flask import render_template

from ground.web.language import format_day
from ground.web.language import gettext as _
from rp.copies.contents import Copy
from rp.pages.printing import print_page
from rp.patients.directory import Person
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


def make_document(copy: Copy, labels: CodeLabels) -> bytes:
    """The PDF, in the language of the request. Raises PrintingUnavailable."""
    groups = [
        PrintedGroup(
            kind.title(),
            kind.empty(),
            tuple(_printed(record, labels) for record in copy.records if record.type_name == kind.name),
        )
        for kind in RECORD_TYPES
    ]
    person = person_facts(copy.patient.person)
    return print_page(render_template("copies/document.html", made_at=copy.made_at, person=person, groups=groups))


def person_facts(person: Person) -> list[tuple[str, str]]:
    """What the register knows of the person themselves, as pairs of term and value."""
    name = " ".join(part for part in (person.family_name, person.given_name, person.middle_name) if part)
    digits = person.snils
    snils = f"{digits[:3]}-{digits[3:6]}-{digits[6:9]} {digits[9:]}"
    gender = {"female": _("женский"), "male": _("мужской")}.get(person.gender, _("не указан"))
    return [
        (_("Фамилия, имя, отчество"), name),
        (_("Дата рождения"), format_day(person.birth_date)),
        (_("Пол"), gender),
        (_("СНИЛС"), snils),
        (_("Регион"), person.region),
    ]


def _printed(record: Record, labels: CodeLabels) -> PrintedRecord:
    card = BY_NAME[record.type_name].card(record, labels)
    ended = ((_("Окончание"), format_day(card.ended_on)),) if card.ended_on and card.ended_on != record.occurred_on else ()
    marks = ((_("Состояние"), ", ".join(mark.text for mark in card.marks)),) if card.marks else ()
    where = ((_("Где"), record.organisation),)
    return PrintedRecord(record.occurred_on, card.title, (*where, *ended, *card.facts, *marks, (_("Источник"), record.source)))
