"""A patient as FHIR R4 Patient, in both directions."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from rp.forms.formats import show_snils
from rp.patients.directory import Patient, Person
from rp.patients.snils import SnilsRefused, normalise_snils

SYSTEM = "urn:propusk:{}"
IDENTIFIERS = {"inn": 12, "policy": 16}
"""Numbers beside СНИЛС, and how many digits each has."""
GENDERS = ("male", "female", "other", "unknown")
MAX_NAME_CHARACTERS = 100
REGION = re.compile(r"[0-9]{2}")


class PatientRefused(ValueError):
    """The resource is nobody whom the register can enter; the text says what is wrong with it, without its contents."""


def as_resource(patient: Patient) -> dict[str, Any]:
    """The patient as FHIR spells one."""
    person = patient.person
    numbers = {"snils": show_snils(person.snils), "inn": person.inn, "policy": person.policy, "passport": person.passport}
    contacts = {"phone": person.phone, "email": person.email}
    members: dict[str, Any] = {
        "identifier": [{"system": SYSTEM.format(name), "value": value} for name, value in numbers.items() if value],
        "name": [{"family": person.family_name, "given": [name for name in (person.given_name, person.middle_name) if name]}],
        "telecom": [{"system": system, "value": value} for system, value in contacts.items() if value],
        "gender": person.gender,
        "birthDate": person.birth_date.isoformat(),
        "address": [{"state": person.region}],
    }
    # What is not known is left out: FHIR has no empty lists (R4, 2.6.2.1).
    return {"resourceType": "Patient", "id": patient.id, **{name: value for name, value in members.items() if value}}


def read_person(resource: Mapping[str, Any]) -> Person:
    """The person of a Patient. Raises PatientRefused."""
    numbers = _valued(resource, "identifier")
    names = [entry for entry in _entries(resource, "name") if entry.get("family")]
    if not names:
        raise PatientRefused("name.family is missing")
    given = [_name(text, "name.given") for text in names[0].get("given") or ()]
    if not given:
        raise PatientRefused("name.given is missing")
    if resource.get("gender") not in GENDERS:
        raise PatientRefused(f"gender must be one of {', '.join(GENDERS)}")
    try:
        birth_date = date.fromisoformat(str(resource.get("birthDate")))
        snils = normalise_snils(numbers.get(SYSTEM.format("snils"), ""))
    except SnilsRefused as error:
        raise PatientRefused(f"identifier: {error}") from None
    except ValueError:
        raise PatientRefused("birthDate must be a date, as in 1984-02-14") from None
    contacts = _valued(resource, "telecom")
    return Person(
        family_name=_name(names[0]["family"], "name.family"),
        given_name=given[0],
        middle_name=given[1] if len(given) > 1 else None,
        birth_date=birth_date,
        gender=str(resource["gender"]),
        snils=snils,
        region=_region(resource),
        inn=_digits(numbers, "inn"),
        policy=_digits(numbers, "policy"),
        passport=numbers.get(SYSTEM.format("passport")),
        phone=contacts.get("phone"),
        email=contacts.get("email"),
    )


def _region(resource: Mapping[str, Any]) -> str:
    for entry in _entries(resource, "address"):
        if isinstance(entry.get("state"), str) and REGION.fullmatch(entry["state"]):
            return str(entry["state"])
    raise PatientRefused("address.state must be the number of a region, as in 77")


def _digits(numbers: Mapping[str, str], name: str) -> str | None:
    number, length = numbers.get(SYSTEM.format(name)), IDENTIFIERS[name]
    if number is not None and not (number.isascii() and number.isdecimal() and len(number) == length):
        raise PatientRefused(f"identifier: {SYSTEM.format(name)} has {length} digits")
    return number


def _name(text: object, path: str) -> str:
    if not isinstance(text, str) or not text.strip() or len(text) > MAX_NAME_CHARACTERS or not text.isprintable():
        raise PatientRefused(f"{path} must be a name of one line")
    return text.strip()


def _valued(resource: Mapping[str, Any], name: str) -> dict[str, str]:
    """The values of a list of {system, value}, by system."""
    entries = _entries(resource, name)
    return {
        str(entry.get("system")): entry["value"].strip()
        for entry in entries
        if isinstance(entry.get("value"), str) and 0 < len(entry["value"]) <= MAX_NAME_CHARACTERS
    }


def _entries(resource: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    value = resource.get(name, [])
    if not isinstance(value, list) or not all(isinstance(entry, Mapping) for entry in value):
        raise PatientRefused(f"{name} must be a list of objects")
    return value
