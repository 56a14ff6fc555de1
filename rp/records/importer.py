"""Taking a bundle into the register, in the caller's transaction."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from rp.access.events import Event, note
from rp.realm import Realm
from rp.records.bundle import BundleRefused, read_bundle
from rp.records.store import NumberTaken, add_record


@dataclass(frozen=True)
class ImportReport:
    """What became of a bundle's entries. `known` were in the register already, perhaps from another source."""

    added: int = 0
    known: int = 0
    skipped: tuple[str, ...] = ()


def import_bundle(
    connection: Connection, realm: Realm, data: bytes, *, patient_id: str, source: str, latest: date | None = None
) -> ImportReport:
    """Add the records of a bundle to a patient. Raises BundleRefused: the caller's transaction is to be given up.

    Whom the bundle's own Patient stands for is the caller's knowledge: published examples tell of invented people.
    """
    bundle = read_bundle(data, source=source, latest=latest)
    try:
        added = sum(
            add_record(
                connection, realm, patient_id=patient_id, type_name=type_name, draft=draft, source=source, is_repeated=True
            )
            is not None
            for type_name, draft in bundle.drafts
        )
    except NumberTaken:
        raise BundleRefused(source, ("a УНРЗ of it is that of somebody else's case",)) from None
    if added:
        detail: dict[str, str | int] = {"source": source, "added": added, "known": len(bundle.drafts) - added}
        note(connection, realm, Event.BUNDLE_IMPORTED, actor="operator", object=f"patient:{patient_id}", detail=detail)
    return ImportReport(added, len(bundle.drafts) - added, bundle.skipped)
