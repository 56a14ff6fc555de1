"""The closed list of what the registry's journal tells."""

from collections.abc import Mapping
from enum import StrEnum

from flask import has_request_context, request
from sqlalchemy import Connection, select

from ground.journal.verification import ANCHORED, PURGED
from rp.database import JOURNAL
from rp.realm import Realm


class Event(StrEnum):
    """Every action the journal knows."""

    SIGN_IN = "sign_in"
    SIGN_OUT = "sign_out"
    ORGANISATION_ENTERED = "organisation_entered"
    PATIENT_REGISTERED = "patient_registered"
    PATIENT_LINKED = "patient_linked"
    PATIENT_UNLINKED = "patient_unlinked"
    LINKING = "linking"
    TERMS_ACCEPTED = "terms_accepted"
    PERSON_CHANGED = "person_changed"
    DATA_CONFIRMED = "data_confirmed"
    RECORDS_READ = "records_read"
    RECORD_READ = "record_read"
    RECORD_WRITTEN = "record_written"
    RECORD_CHANGED = "record_changed"
    RECORD_WITHDRAWN = "record_withdrawn"
    PATIENT_SEARCHED = "patient_searched"
    API_READ = "api_read"
    REPRESENTATION_GRANTED = "representation_granted"
    REPRESENTATION_ENDED = "representation_ended"
    ACTING_BEGUN = "acting_begun"
    ACTING_ENDED = "acting_ended"
    DOCUMENT_STORED = "document_stored"
    DOCUMENT_READ = "document_read"
    DOCUMENT_REMOVED = "document_removed"
    BUNDLE_IMPORTED = "bundle_imported"
    PEOPLE_IMPORTED = "people_imported"
    STATISTICS_IMPORTED = "statistics_imported"
    IDENTITY_READ = "identity_read"
    COPY_MADE = "copy_made"
    SHARING_CHANGED = "sharing_changed"
    CONSENT_GIVEN = "consent_given"
    CONSENT_WITHDRAWN = "consent_withdrawn"
    REQUEST_SENT = "request_sent"
    REQUEST_WITHDRAWN = "request_withdrawn"
    REQUEST_READ = "request_read"
    REQUEST_DECIDED = "request_decided"
    RECORD_ERASED = "record_erased"
    PATIENT_ERASED = "patient_erased"
    HOLD_PLACED = "hold_placed"
    HOLD_LIFTED = "hold_lifted"
    KEYS_EXCHANGED = "keys_exchanged"
    NOTICES_CHOSEN = "notices_chosen"
    NOTICE_PUBLISHED = "notice_published"
    DELIVERY_SCRIPTED = "delivery_scripted"
    REGISTRY_RESET = "registry_reset"
    EPOCH_RAISED = "epoch_raised"
    JOURNAL_PURGED = PURGED
    JOURNAL_ANCHORED = ANCHORED


ONCE_IN_SECONDS = 60
"""Anybody may call any number of times: what strangers are refused is written once in this time for each address."""


def note_stranger(realm: Realm, event: Event, *, object: str, error: str) -> None:
    """Write down that a caller who proved nothing was refused, unless that was written of this address a moment ago.

    Call it outside any transaction.
    """
    actor = f"address:{request.remote_addr}"
    lately = (JOURNAL.c.actor == actor, JOURNAL.c.action == event, JOURNAL.c.at > realm.clock.now() - ONCE_IN_SECONDS)
    with realm.database.read() as connection:
        is_known = connection.execute(select(JOURNAL.c.seq).where(*lately).limit(1)).first() is not None
    if not is_known:
        with realm.database.write() as connection:
            note(connection, realm, event, actor=actor, object=object, outcome="refused", detail={"error": error})


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
    """Write an event in the transaction of its cause. `actor` and `object` are identifiers, never names.

    The address of the request that is being answered, where there is one, goes with it as the detail `from`.
    """
    if has_request_context() and request.remote_addr:
        detail = {**(detail or {}), "from": request.remote_addr}
    realm.journal.append(connection, actor=actor, action=event, object=object, outcome=outcome, detail=detail)
