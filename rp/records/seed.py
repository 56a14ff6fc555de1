"""The seed of the register: which test people are its patients, and whose each bundle is."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from rp.access.events import Event, note
from rp.patients.directory import Person, register_patient
from rp.patients.snils import SnilsRefused, normalise_snils
from rp.realm import Realm
from rp.records.importer import ImportReport, import_bundle


class SeedRefused(Exception):
    """The seed file is not what it must be; the text names the place."""


@dataclass(frozen=True)
class SeededPatient:
    """One patient of the seed file with the files of their bundles."""

    key: str
    person: Person
    bundles: tuple[Path, ...]


def read_seed(realm: Realm) -> tuple[SeededPatient, ...]:
    """The patients of `config/seed/registry.toml`. Raises SeedRefused."""
    file = realm.home.seed / "registry.toml"
    try:
        document = tomllib.loads(file.read_text(encoding="utf-8"))
        return tuple(_read_patient(realm, key, entry) for key, entry in document["patients"].items())
    except FileNotFoundError:
        raise SeedRefused(f"{file} is missing") from None
    except (tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as error:
        raise SeedRefused(f"{file}: {error}") from None


def _read_patient(realm: Realm, key: str, entry: dict[str, Any]) -> SeededPatient:
    try:
        snils = normalise_snils(entry["snils"])
    except SnilsRefused as error:
        raise SeedRefused(f"patient {key}: {error}") from None
    birth_date = entry["birth_date"]
    if type(birth_date) is not date:
        raise SeedRefused(f"patient {key}: birth_date must be a date")
    person = Person(
        family_name=entry["family_name"],
        given_name=entry["given_name"],
        middle_name=entry.get("middle_name"),
        birth_date=birth_date,
        gender=entry["gender"],
        snils=snils,
        region=entry["region"],
    )
    return SeededPatient(key, person, tuple(realm.home.config_path(path) for path in entry.get("bundles", ())))


def load_seed(connection: Connection, realm: Realm) -> Iterator[tuple[str, str, ImportReport]]:
    """Register the seeded patients and take their bundles: key, what became of the person, what became of the records.

    Raises SeedRefused, BundleRefused.
    """
    for seeded in read_seed(realm):
        patient, outcome = register_patient(connection, realm, seeded.person)
        if outcome != "known":
            note(connection, realm, Event.PATIENT_REGISTERED, actor="operator", object=f"patient:{patient.id}", outcome=outcome)
        total = ImportReport()
        for path in seeded.bundles:
            try:
                data = path.read_bytes()
            except FileNotFoundError:
                raise SeedRefused(f"patient {seeded.key}: {path} is missing") from None
            report = import_bundle(connection, realm, data, patient_id=patient.id, source=path.name)
            total = ImportReport(total.added + report.added, total.known + report.known, total.skipped + report.skipped)
        yield seeded.key, outcome, total
