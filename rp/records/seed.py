"""The seed of the register: its organisations, which test people are its patients, and whose each bundle is."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from rp.access.events import Event, note
from rp.organisations.directory import KINDS, STAFF_ROLES, NewOrganisation, enter_organisation, find_by_ogrn
from rp.patients.directory import Patient, Person, find_by_snils, register_patient
from rp.patients.snils import SnilsRefused, normalise_snils
from rp.realm import Realm
from rp.records.erased import PATIENT, is_erased
from rp.records.importer import ImportReport, import_bundle


class SeedRefused(Exception):
    """The seed file is not what it must be; the text names the place."""


@dataclass(frozen=True)
class SeededPatient:
    """One patient of the seed file with the files of their bundles, and the ОГРН of who insures them."""

    key: str
    person: Person
    bundles: tuple[Path, ...]
    insurer: str | None


@dataclass(frozen=True)
class Seed:
    """What the seed file enters."""

    organisations: tuple[NewOrganisation, ...]
    patients: tuple[SeededPatient, ...]


def read_seed(realm: Realm) -> Seed:
    """`config/seed/registry.toml`. Raises SeedRefused."""
    file = realm.home.seed / "registry.toml"
    try:
        document = tomllib.loads(file.read_text(encoding="utf-8"))
        return Seed(
            tuple(_read_organisation(entry) for entry in document.get("organisations", ())),
            tuple(_read_patient(realm, key, entry) for key, entry in document["patients"].items()),
        )
    except FileNotFoundError:
        raise SeedRefused(f"{file} is missing") from None
    except (tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as error:
        raise SeedRefused(f"{file}: {error}") from None


def _read_organisation(entry: dict[str, Any]) -> NewOrganisation:
    name = str(entry["name"])
    if entry["kind"] not in KINDS:
        raise SeedRefused(f"organisation {name}: kind must be one of {', '.join(KINDS)}")
    staff = []
    for member in entry.get("staff", ()):
        if member["role"] not in STAFF_ROLES:
            raise SeedRefused(f"organisation {name}: a role must be one of {', '.join(STAFF_ROLES)}")
        try:
            staff.append((normalise_snils(member["snils"]), str(member["role"]), str(member["name"])))
        except SnilsRefused as error:
            raise SeedRefused(f"organisation {name}: {error}") from None
    return NewOrganisation(
        kind=entry["kind"],
        name=name,
        ogrn=entry["ogrn"],
        region=entry["region"],
        clients=tuple(entry.get("clients", ())),
        staff=tuple(staff),
    )


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
        **{name: entry.get(name) for name in ("inn", "policy", "passport", "phone", "email")},
    )
    bundles = tuple(realm.home.config_path(path) for path in entry.get("bundles", ()))
    return SeededPatient(key, person, bundles, entry.get("insurer"))


def _register(connection: Connection, realm: Realm, seeded: SeededPatient) -> tuple[Patient, str]:
    known = find_by_snils(connection, realm, seeded.person.snils)
    if known is not None and known.version > 1:
        return known, "known"  # people have changed it since, and a start of the stand does not undo that
    insurer = find_by_ogrn(connection, seeded.insurer) if seeded.insurer else None
    return register_patient(connection, realm, seeded.person, insurer_id=insurer.id if insurer else None)


def load_seed(connection: Connection, realm: Realm) -> Iterator[tuple[str, str, ImportReport]]:
    """Enter the seeded organisations, register the seeded patients and take their bundles: key, what became of the person, what
    became of the records. A patient who is there already stays as the register has them.

    Raises SeedRefused, BundleRefused.
    """
    seed = read_seed(realm)
    for new in seed.organisations:
        organisation, is_news = enter_organisation(connection, realm, new)
        if is_news:
            note(connection, realm, Event.ORGANISATION_ENTERED, actor="operator", object=f"organisation:{organisation.id}")
    for seeded in seed.patients:
        if is_erased(connection, PATIENT, realm.vault.blind_index("snils", seeded.person.snils)):
            continue  # they asked to be forgotten, and a start of the stand does not undo that
        patient, outcome = _register(connection, realm, seeded)
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
