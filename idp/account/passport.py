"""A passport, with what it is checked by: judged field by field as somebody types it, and checked as a test stand can.

Nobody is asked about it here: a real provider would ask the ministry. Form, dates and check digits are looked at, and that none
of it is another's; one number always fails, so that a refusal can be seen: 000404.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import Connection

from ground.web.language import gettext as _
from idp.audit import Event, record
from idp.citizens import children, directory, identifiers
from idp.citizens.ages import age_on, birthday, today
from idp.citizens.children import AGE_OF_PASSPORT
from idp.citizens.directory import CitizenExists
from idp.citizens.identifiers import IdentifierMalformed
from idp.citizens.models import Person, PersonalData
from idp.realm import Realm
from idp.throttling import counters

PASSPORT = ("passport_series", "passport_number", "passport_issued_on")
BY_WHICH = ("birthdate", "snils")
"""What a passport is checked by; asked of whom it is not known."""
DIGITS = {"passport_series": 4, "passport_number": 6}
NEVER_VALID = "000404"
CHECKS, CHECKS_PER_HOUR, HOUR_SECONDS = "passport checks", 10, 3600
FIRST_YEAR = 1900


Refused = Literal["not_valid", "too_often"]
"""Why a check fails. Whether another has it here, or it is not valid, is told to nobody."""


def asked_fields(person: Person) -> tuple[str, ...]:
    """What this person has to type; what is known of them is not asked again, nor can it be changed."""
    return (*PASSPORT, *(name for name in BY_WHICH if getattr(person.data, name) is None))


def judge(realm: Realm, person: Person, form: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """The fields in one spelling, and what is wrong with others, by their names."""
    good: dict[str, str] = {}
    errors: dict[str, str] = {}
    for name in asked_fields(person):
        try:
            good[name] = _spelled(name, form.get(name, "").strip())
        except IdentifierMalformed:
            errors[name] = _wrong(name)
    born, issued = _day(good.get("birthdate", person.data.birthdate)), _day(good.get("passport_issued_on"))
    if "birthdate" in good and born is not None and (sentence := _about_birth(realm, born)):
        errors["birthdate"] = sentence
    if issued is not None and (sentence := _about_issue(realm, issued, born if "birthdate" not in errors else None)):
        errors["passport_issued_on"] = sentence
    return good, errors


def save(realm: Realm, connection: Connection, person: Person, good: Mapping[str, str], *, actor: str) -> Refused | None:
    """Check what was judged and store it, or say why it is refused; that is counted and written down, too."""
    directory.hold(connection, person.id)
    # As the account is now: another page may have changed it since this one began.
    person = directory.find(realm, connection, person.id) or person
    still_asked = {name: value for name, value in good.items() if name in asked_fields(person)}
    refused = _checked(realm, connection, person, still_asked, actor=actor)
    record(realm, connection, Event.DOCUMENT_CHECKED, actor=actor, object=f"citizen:{person.id}", outcome=refused or "done")
    return refused


def _checked(realm: Realm, connection: Connection, person: Person, good: Mapping[str, Any], *, actor: str) -> Refused | None:
    if counters.count_up(realm, connection, CHECKS, person.id, within_seconds=HOUR_SECONDS) > CHECKS_PER_HOUR:
        return "too_often"
    data = replace(person.data, **good)
    if good["passport_number"] == NEVER_VALID or directory.is_passport_of_another(realm, connection, data, besides=person.id):
        return "not_valid"
    children.give_number_up(realm, connection, data, actor=actor)
    try:
        directory.change(realm, connection, replace(person, data=data, document_is_checked=True), actor=actor)
    except CitizenExists:
        return "not_valid"
    return None


def refusal_text(refused: Refused) -> str:
    """What the person reads when the check failed."""
    if refused == "too_often":
        return _("Паспорт проверяли слишком часто. Попробуйте через час.")
    return _("Проверка не прошла: паспорт и СНИЛС не сошлись. Сверьте цифры с документами.")


def masked(data: PersonalData) -> str | None:
    """A passport that only its owner recognises."""
    return f"{data.passport_series} •••{data.passport_number[-3:]}" if data.passport_series and data.passport_number else None


def _spelled(name: str, text: str) -> str:
    if name == "snils":
        return identifiers.snils(text)
    if name in DIGITS:
        digits = text.replace(" ", "")
        if not (len(digits) == DIGITS[name] and digits.isascii() and digits.isdecimal()):
            raise IdentifierMalformed(name)
        return digits
    return day(text).isoformat()


def day(text: str) -> date:
    """A day as `1984-02-14` or `14.02.1984`. Raises IdentifierMalformed."""
    for pattern in ("%Y-%m-%d", "%d.%m.%Y"):
        try:
            return datetime.strptime(text, pattern).date()
        except ValueError:
            continue
    raise IdentifierMalformed("day")


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _wrong(name: str) -> str:
    return {
        "passport_series": _("Серия паспорта: четыре цифры."),
        "passport_number": _("Номер паспорта: шесть цифр."),
        "passport_issued_on": _("Неверный формат даты. Нужно так: 1984-02-14."),
        "birthdate": _("Неверный формат даты. Нужно так: 1984-02-14."),
        "snils": _("СНИЛС не подходит: проверьте все одиннадцать цифр."),
    }[name]


def _about_birth(realm: Realm, born: date) -> str | None:
    if born > today(realm) or born.year < FIRST_YEAR:
        return _("Такого дня рождения быть не может.")
    if age_on(today(realm), born) < AGE_OF_PASSPORT:
        return _("Паспорт выдают с 14 лет.")
    return None


def _about_issue(realm: Realm, issued: date, born: date | None) -> str | None:
    if issued > today(realm):
        return _("Эта дата ещё не наступила.")
    if born is not None and issued < birthday(born, AGE_OF_PASSPORT):
        return _("Паспорт не могли выдать раньше, чем вам исполнилось 14 лет.")
    return None
