"""The closed list of what the registry's journal tells."""

from collections.abc import Mapping
from enum import StrEnum

from sqlalchemy import Connection

from rp.realm import Realm


class Event(StrEnum):
    """Every action the journal knows."""

    SIGN_IN = "sign_in"
    SIGN_OUT = "sign_out"
    PATIENT_REGISTERED = "patient_registered"
    PATIENT_LINKED = "patient_linked"
    RECORDS_READ = "records_read"
    RECORD_READ = "record_read"
    API_READ = "api_read"
    BUNDLE_IMPORTED = "bundle_imported"
    STATISTICS_IMPORTED = "statistics_imported"
    EPOCH_RAISED = "epoch_raised"


def note(
    connection: Connection,
    realm: Realm,
    event: Event,
    *,
    actor: str,
    object: str,
    outcome: str = "done",
    detail: Mapping[str, str | int] | None = None,
) -> None:
    """Write an event in the transaction of its cause. `actor` and `object` are identifiers, never names."""
    realm.journal.append(connection, actor=actor, action=event, object=object, outcome=outcome, detail=detail)
