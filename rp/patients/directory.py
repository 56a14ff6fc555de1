"""Registering, changing and finding patients. What is written here is sealed; what is looked up goes through blind indexes."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from ground.chance import draw_identifier
from ground.database import table_of
from rp.keys.safe import Keys, Place
from rp.patients.models import PatientRow, PatientVersion
from rp.patients.snils import normalise_snils
from rp.realm import Realm

_TABLE, _VERSIONS = table_of(PatientRow), table_of(PatientVersion)
_BY_ID = select(_TABLE).where(_TABLE.c.id == bindparam("id"))
_HOLD = select(_TABLE.c.id).where(_TABLE.c.id == bindparam("id")).with_for_update()
_BY_SNILS = select(_TABLE).where(_TABLE.c.snils_index == bindparam("index"))
_ID_BY_SNILS = select(_TABLE.c.id).where(_TABLE.c.snils_index == bindparam("index"))
_BY_INN = select(_TABLE).where(_TABLE.c.inn_index == bindparam("index"))
_BY_POLICY = select(_TABLE).where(_TABLE.c.policy_index == bindparam("index"))
_BY_NAME = select(_TABLE).where(_TABLE.c.name_index == bindparam("index")).order_by(_TABLE.c.id).limit(50)
_VERSIONS_OF = select(_VERSIONS).where(_VERSIONS.c.patient_id == bindparam("patient_id")).order_by(_VERSIONS.c.version.desc())


class PatientChanged(Exception):
    """Somebody else changed the patient since the version that the change was made from."""


@dataclass(frozen=True)
class Person:
    """What the registry knows of a patient as a person; None is not known.

    СНИЛС is eleven digits, ИНН twelve, the policy (ЕНП) sixteen, the region a number such as 77, the passport series and number
    as in «0000 000017», the telephone E.164.
    """

    family_name: str = field(repr=False)
    given_name: str = field(repr=False)
    middle_name: str | None = field(repr=False)
    birth_date: date = field(repr=False)
    gender: str
    snils: str = field(repr=False)
    region: str
    inn: str | None = field(default=None, repr=False)
    policy: str | None = field(default=None, repr=False)
    passport: str | None = field(default=None, repr=False)
    phone: str | None = field(default=None, repr=False)
    email: str | None = field(default=None, repr=False)

    @property
    def full_name(self) -> str:
        """Family name, given name and middle name."""
        return " ".join(part for part in (self.family_name, self.given_name, self.middle_name) if part)


@dataclass(frozen=True)
class Patient:
    """A registered patient, as of the newest version. `insurer_id` is the organisation that insures the person."""

    id: str
    person: Person = field(repr=False)
    version: int = 1
    insurer_id: str | None = None


@dataclass(frozen=True)
class FormerPerson:
    """What was known of a patient until it was changed; `author` and `reason` are those of this version."""

    version: int
    person: Person = field(repr=False)
    author: str
    reason: str
    changed_at: int


def register_patient(
    connection: Connection, realm: Realm, person: Person, *, insurer_id: str | None = None, author: str = "operator"
) -> tuple[Patient, str]:
    """Register a person, or bring what is known of them up to date. Also tells `added`, `changed` or `known`."""
    known = find_by_snils(connection, realm, person.snils)
    if known is None:
        patient = Patient(draw_identifier(realm.chance, "patient"), person, 1, insurer_id)
        keys = Keys(connection, realm)
        keys.make(patient.id)
        connection.execute(insert(PatientRow), new_row(keys, realm, patient, author=author))
        return patient, "added"
    if known.person == person and known.insurer_id == insurer_id:
        return known, "known"
    changed = replace(known, person=person, insurer_id=insurer_id)
    return _store(connection, realm, known, changed, author=author, reason=""), "changed"


def new_row(keys: Keys, realm: Realm, patient: Patient, *, author: str) -> dict[str, Any]:
    """The row of a new patient, whose data key has been made."""
    now = realm.clock.now()
    return {
        "id": patient.id,
        **columns_of(keys, realm, patient),
        "author": author,
        "reason": "",
        "created_at": now,
        "changed_at": now,
    }


def hold_patient(connection: Connection, patient_id: str | None) -> None:
    """Have whoever else holds this patient wait until the transaction ends."""
    connection.execute(_HOLD, {"id": patient_id})


def change_person(
    connection: Connection,
    realm: Realm,
    patient_id: str,
    changes: Mapping[str, Any],
    *,
    author: str,
    reason: str = "",
    expected_version: int | None = None,
) -> Patient:
    """Change members of `Person`; what was known stays in the history. Of several who do so at once one comes after the other.

    Raises PatientChanged, and KeyError for nobody.
    """
    hold_patient(connection, patient_id)
    known = find_patient(connection, realm, patient_id)
    if known is None:
        raise KeyError(patient_id)
    if expected_version not in (None, known.version):
        raise PatientChanged
    changed = replace(known, person=replace(known.person, **changes))
    if changed == known:
        return known
    return _store(connection, realm, known, changed, author=author, reason=reason)


def find_patient(connection: Connection, realm: Realm, patient_id: str) -> Patient | None:
    """The patient of that id."""
    return _open(connection, realm, connection.execute(_BY_ID, {"id": patient_id}).mappings().first())


def find_by_snils(connection: Connection, realm: Realm, snils: str) -> Patient | None:
    """The patient of that СНИЛС, in any spelling. Raises SnilsRefused."""
    index = snils_index(realm, normalise_snils(snils))
    return _open(connection, realm, connection.execute(_BY_SNILS, {"index": index}).mappings().first())


def id_by_snils(connection: Connection, realm: Realm, snils: str) -> str | None:
    """Who has that СНИЛС (eleven digits), by id alone: nothing is opened, so it takes as long where nobody has it."""
    return connection.execute(_ID_BY_SNILS, {"index": snils_index(realm, snils)}).scalar()


def find_by_inn(connection: Connection, realm: Realm, inn: str) -> Patient | None:
    """The patient of that ИНН, when it is one person's alone."""
    return _only(connection, realm, _BY_INN, realm.vault.blind_index("inn", inn))


def find_by_policy(connection: Connection, realm: Realm, policy: str) -> Patient | None:
    """The patient of that policy number, when it is one person's alone."""
    return _only(connection, realm, _BY_POLICY, realm.vault.blind_index("policy", policy))


def find_by_name(
    connection: Connection, realm: Realm, *, family_name: str, given_name: str, birth_date: date
) -> tuple[Patient, ...]:
    """The patients of that name and birth date, whatever the case of the letters and «ё»."""
    index = name_index(realm, family_name, given_name, birth_date)
    rows = connection.execute(_BY_NAME, {"index": index}).mappings().all()
    return tuple(patient for row in rows if (patient := _open(connection, realm, row)) is not None)


def versions_of_person(connection: Connection, realm: Realm, patient_id: str) -> tuple[FormerPerson, ...]:
    """What was known of a patient before, newest first."""
    keys = Keys(connection, realm)
    return tuple(
        FormerPerson(
            version=row["version"],
            person=person_of(keys.open_fields(_place(patient_id, row["version"]), row["sealed"])),
            author=row["author"],
            reason=row["reason"],
            changed_at=row["changed_at"],
        )
        for row in connection.execute(_VERSIONS_OF, {"patient_id": patient_id}).mappings()
    )


def snils_index(realm: Realm, snils: str) -> bytes:
    """By what a patient of that СНИЛС (eleven digits) is found."""
    return realm.vault.blind_index("snils", snils)


def name_index(realm: Realm, family_name: str, given_name: str, birth_date: date) -> bytes:
    """By what a patient of that name and birth date is found."""
    names = (" ".join(name.casefold().replace("ё", "е").split()) for name in (family_name, given_name))
    return realm.vault.blind_index("name", "\0".join((*names, birth_date.isoformat())))


def _store(connection: Connection, realm: Realm, known: Patient, changed: Patient, *, author: str, reason: str) -> Patient:
    """Put the row of a patient into the history and write the next version. Raises PatientChanged."""
    patient = replace(changed, version=known.version + 1)
    former = select(_TABLE.c.id, _TABLE.c.version, _TABLE.c.sealed, _TABLE.c.author, _TABLE.c.reason, _TABLE.c.changed_at).where(
        _TABLE.c.id == known.id, _TABLE.c.version == known.version
    )
    columns = ("patient_id", "version", "sealed", "author", "reason", "changed_at")
    connection.execute(insert(PatientVersion).from_select(columns, former))
    values = {**columns_of(Keys(connection, realm), realm, patient), "author": author, "reason": reason}
    statement = update(PatientRow).where(_TABLE.c.id == known.id, _TABLE.c.version == known.version)
    if connection.execute(statement.values(**values, changed_at=realm.clock.now())).rowcount != 1:
        raise PatientChanged
    return patient


def columns_of(keys: Keys, realm: Realm, patient: Patient) -> dict[str, Any]:
    person = patient.person
    fields = {**asdict(person), "birth_date": person.birth_date.isoformat()}
    return {
        "snils_index": snils_index(realm, person.snils),
        "inn_index": realm.vault.blind_index("inn", person.inn) if person.inn else None,
        "policy_index": realm.vault.blind_index("policy", person.policy) if person.policy else None,
        "name_index": name_index(realm, person.family_name, person.given_name, person.birth_date),
        "insurer_id": patient.insurer_id,
        "region": person.region,
        "version": patient.version,
        "sealed": keys.seal_fields(_place(patient.id, patient.version), fields),
    }


def _only(connection: Connection, realm: Realm, query: Any, index: bytes) -> Patient | None:
    rows = connection.execute(query.limit(2), {"index": index}).mappings().all()
    return _open(connection, realm, rows[0]) if len(rows) == 1 else None


def _open(connection: Connection, realm: Realm, row: Mapping[Any, Any] | None) -> Patient | None:
    if row is None:
        return None
    fields = Keys(connection, realm).open_fields(_place(row["id"], row["version"]), row["sealed"])
    return Patient(row["id"], person_of(fields), row["version"], row["insurer_id"])


def person_of(fields: Mapping[str, Any]) -> Person:
    return Person(**{**fields, "birth_date": date.fromisoformat(fields["birth_date"])})


def _place(patient_id: str, version: int) -> Place:
    return Place(owner=patient_id, table="patients", id=patient_id, version=version)
