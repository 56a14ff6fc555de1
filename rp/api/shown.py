"""How the API shows records and people."""

from collections.abc import Iterable
from typing import Any

from rp.patients.directory import Patient
from rp.realm import Realm
from rp.records.catalogue import BY_NAME
from rp.records.codes import CodeLabels
from rp.records.record_type import Record


def shown_records(realm: Realm, records: Iterable[Record]) -> list[dict[str, Any]]:
    """Records as the API lists them."""
    return [shown_record(realm, record) for record in records]


def shown_record(realm: Realm, record: Record) -> dict[str, Any]:
    """One record: what all have, and what its type adds."""
    labels, kind = realm.room(CodeLabels), BY_NAME[record.type_name]
    return {
        "id": record.id,
        "type": record.type_name,
        "version": record.version,
        "occurred_on": record.occurred_on.isoformat(),
        "organisation": record.organisation,
        "title": kind.card(record, labels).title,
        **kind.as_json(record, labels),
    }


def shown_person(patient: Patient) -> dict[str, Any]:
    """Who somebody is. A member that the register does not know is null."""
    person = patient.person
    return {
        "id": patient.id,
        "family_name": person.family_name,
        "given_name": person.given_name,
        "middle_name": person.middle_name,
        "birth_date": person.birth_date.isoformat(),
        "gender": person.gender,
        "snils": person.snils,
        "inn": person.inn,
    }
