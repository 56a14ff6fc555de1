"""Reading a FHIR R4 Bundle into drafts: all of it is right, or every wrong entry is named and nothing is taken."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from rp.records.catalogue import BY_RESOURCE
from rp.records.record_type import Draft
from rp.records.resource import EntryRefused, EntrySkipped, ResourceReader

MAX_BUNDLE_BYTES = 5 * 1024 * 1024
MAX_ENTRIES = 5000
BUNDLE_TYPES = frozenset({"collection", "document", "searchset", "batch", "transaction", "history", "message"})
WITHOUT_RECORDS = frozenset(
    {"Organization", "Practitioner", "PractitionerRole", "Location", "Specimen", "Composition", "Provenance"}
)
"""Resources that a bundle of records may carry along and that are no records."""


class BundleRefused(Exception):
    """The bundle is not taken. `problems` names what is wrong, one line each, with the number of the entry (from 1)."""

    def __init__(self, source: str, problems: tuple[str, ...]) -> None:
        super().__init__("\n".join(f"{source}: {problem}" for problem in problems))
        self.problems = problems


@dataclass(frozen=True)
class ReadBundle:
    """The Patient of a bundle, as it came, its drafts with the names of their types, and why entries tell of no record."""

    patient: Mapping[str, Any]
    drafts: tuple[tuple[str, Draft], ...]
    skipped: tuple[str, ...]


def read_bundle(data: bytes, *, source: str, latest: date | None = None) -> ReadBundle:
    """Read and check a bundle. Raises BundleRefused. No record may be of a day after `latest`."""
    entries = _entries(_parse(data, source), source)
    problems: list[str] = []
    drafts: list[tuple[str, Draft]] = []
    skipped: list[str] = []
    patient, patient_names = _patient(entries, source)
    for number, entry in enumerate(entries, start=1):
        resource = entry.get("resource")
        if not isinstance(resource, Mapping) or not isinstance(resource.get("resourceType"), str):
            problems.append(f"entry {number}: resource.resourceType is missing")
            continue
        kind = resource["resourceType"]
        if kind == "Patient" or kind in WITHOUT_RECORDS:
            continue
        try:
            drafts.append(_read_entry(resource, kind, patient_names, latest))
        except EntryRefused as error:
            problems.append(f"entry {number} ({kind[:40]}): {error}")
        except EntrySkipped as reason:
            skipped.append(f"entry {number} ({kind}): {reason}")
    if problems:
        raise BundleRefused(source, tuple(problems))
    return ReadBundle(patient, tuple(drafts), tuple(skipped))


def _read_entry(resource: Mapping[str, Any], kind: str, patient_names: frozenset[str], latest: date | None) -> tuple[str, Draft]:
    record_type = BY_RESOURCE.get(kind)
    if record_type is None:
        raise EntryRefused("the register keeps no such resource")
    reader = ResourceReader(resource, latest=latest)
    if reader.reference("patient", "subject") not in patient_names:
        raise EntryRefused("it is about somebody who is not the bundle's patient")
    return record_type.name, record_type.read(reader)


def _parse(data: bytes, source: str) -> Mapping[str, Any]:
    if len(data) > MAX_BUNDLE_BYTES:
        raise BundleRefused(source, (f"it is larger than {MAX_BUNDLE_BYTES} bytes",))
    try:
        bundle = json.loads(data.decode("utf-8-sig"), parse_float=Decimal, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        raise BundleRefused(source, (f"line {error.lineno}, column {error.colno}: not JSON ({error.msg})",)) from None
    except (UnicodeDecodeError, RecursionError, ValueError) as error:
        raise BundleRefused(source, (f"not JSON ({type(error).__name__})",)) from None
    if not isinstance(bundle, Mapping) or bundle.get("resourceType") != "Bundle":
        raise BundleRefused(source, ("resourceType is not Bundle",))
    if bundle.get("type") not in BUNDLE_TYPES:
        raise BundleRefused(source, ("type is not a type of Bundle",))
    return bundle


def _no_constant(name: str) -> Any:
    raise ValueError(name)


def _entries(bundle: Mapping[str, Any], source: str) -> list[Mapping[str, Any]]:
    entries = bundle.get("entry", [])
    if not isinstance(entries, list) or not all(isinstance(entry, Mapping) for entry in entries):
        raise BundleRefused(source, ("entry is not a list of objects",))
    if len(entries) > MAX_ENTRIES:
        raise BundleRefused(source, (f"it has more than {MAX_ENTRIES} entries",))
    return entries


def _patient(entries: list[Mapping[str, Any]], source: str) -> tuple[Mapping[str, Any], frozenset[str]]:
    """The one patient of the bundle, and how its entries may refer to it (FHIR R4, 2.36.4.1)."""
    patients = [
        entry
        for entry in entries
        if isinstance(entry.get("resource"), Mapping) and entry["resource"].get("resourceType") == "Patient"
    ]
    if len(patients) != 1:
        raise BundleRefused(source, (f"it must be about one Patient, not {len(patients)}",))
    names = {patients[0].get("fullUrl")}
    resource: Mapping[str, Any] = patients[0]["resource"]
    identifier = resource.get("id")
    if isinstance(identifier, str):
        names.add(f"Patient/{identifier}")
    return resource, frozenset(name for name in names if isinstance(name, str))
