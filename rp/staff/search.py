"""Finding a patient: by one number, or by name and birth date. There is no list of people to look through."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from ground.web.language import gettext as _
from rp.forms.form import Field, Form
from rp.forms.formats import FieldRefused, read_day, read_inn, read_name, read_policy, read_snils
from rp.patients.directory import Patient, find_by_inn, find_by_name, find_by_policy, find_by_snils, find_patient
from rp.realm import Realm
from rp.records.numbers import find_by_number

NUMBER_DIGITS = 16
MAX_FOUND = 20


def _read_number(text: str) -> tuple[tuple[str, str], ...]:
    """What the number can be, as pairs of kind and value: its length tells, but a policy and a УНРЗ have one length."""
    digits = "".join(character for character in text if character not in " -")
    if not digits.isascii() or not digits.isdecimal():
        raise FieldRefused(_("Здесь только цифры: СНИЛС, ИНН, полис или УНРЗ."))
    match len(digits):
        case 11:
            return (("snils", read_snils(digits)),)
        case 12:
            return (("inn", read_inn(digits)),)
        case 16:
            return (*_policy(digits), ("number", digits))
    raise FieldRefused(_("В СНИЛС 11 цифр, в ИНН 12, в полисе и УНРЗ по 16."))


def _policy(digits: str) -> tuple[tuple[str, str], ...]:
    try:
        return (("policy", read_policy(digits)),)
    except FieldRefused:
        return ()


def _enough(values: Mapping[str, Any]) -> Mapping[str, str]:
    """A number is enough; without it name and birth date are wanted, all of them."""
    if values["number"]:
        return {}
    names = {"family_name": _("Введите фамилию."), "given_name": _("Введите имя."), "birth_date": _("Введите дату рождения.")}
    missing = {name: sentence for name, sentence in names.items() if not values[name]}
    return {"number": _("Введите номер или фамилию, имя и дату рождения.")} if len(missing) == len(names) else missing


SEARCH = Form(
    (
        Field(
            "number",
            lambda: _("СНИЛС, ИНН, полис или УНРЗ"),
            read=_read_number,
            widget="digits",
            is_required=False,
            max_characters=30,
        ),
        Field("family_name", lambda: _("Фамилия"), read=read_name, is_required=False, max_characters=100),
        Field("given_name", lambda: _("Имя"), read=read_name, is_required=False, max_characters=100),
        Field(
            "birth_date",
            lambda: _("Дата рождения"),
            read=read_day,
            widget="date",
            hint=lambda: _("Год, месяц, день: 1984-02-14"),
            is_required=False,
            max_characters=10,
        ),
    ),
    checks=(_enough,),
)


def wanted(values: Mapping[str, Any]) -> str:
    """By what was searched, for the journal; never the value itself."""
    return "+".join(kind for kind, _digits in values["number"]) if values["number"] else "name"


def find_patients(connection: Connection, realm: Realm, values: Mapping[str, Any]) -> tuple[Patient, ...]:
    """Who is meant; by a number nobody or one, by name perhaps several."""
    if not values["number"]:
        found = find_by_name(
            connection,
            realm,
            family_name=values["family_name"],
            given_name=values["given_name"],
            birth_date=values["birth_date"],
        )
        return found[:MAX_FOUND]
    for kind, number in values["number"]:
        patient = _find(connection, realm, kind, number)
        if patient is not None:
            return (patient,)
    return ()


def _find(connection: Connection, realm: Realm, kind: str, number: str) -> Patient | None:
    match kind:
        case "snils":
            return find_by_snils(connection, realm, number)
        case "inn":
            return find_by_inn(connection, realm, number)
        case "policy":
            return find_by_policy(connection, realm, number)
    record = find_by_number(connection, realm, number)
    return find_patient(connection, realm, record[1]) if record else None
