"""What the journal of the provider may say: a closed list of events, and how one is written.

An event is written in the transaction of its cause. Who, what and with what outcome are identifiers; secrets and
personal data never stand here.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection

from ground.journal.verification import ANCHORED, PURGED
from idp.realm import Realm

_address: ContextVar[str] = ContextVar("address of the request", default="")
"""No member of the realm, because Authlib's server is one value for each realm and knows no request."""


class Event(StrEnum):
    """Every event the provider writes."""

    PASSWORD_CHECKED = "password.checked"
    PROOF_CHECKED = "proof.checked"
    RISK_FOUND = "risk.found"
    SIGN_IN_CANCELLED = "sign_in.cancelled"
    METHOD_ENROLLED = "method.enrolled"
    METHOD_CHANGED = "method.changed"
    METHOD_REMOVED = "method.removed"
    CODE_SENT = "code.sent"
    DEVICE_ANSWERED = "device.answered"
    CODE_CHECKED = "code.checked"
    ACCOUNT_LOCKED = "account.locked"
    ACCOUNT_UNLOCKED = "account.unlocked"
    INCIDENT_OPENED = "incident.opened"
    INCIDENT_CLOSED = "incident.closed"
    ACCESS_REFUSED = "access.refused"
    ROLE_GIVEN = "role.given"
    ROLE_TAKEN = "role.taken"
    MEMBERSHIP_ENDED = "membership.ended"
    SESSION_OPENED = "session.opened"
    SESSION_ENDED = "session.ended"
    LOGOUT_REFUSED = "logout.refused"
    PLACE_FORGOTTEN = "place.forgotten"
    CONSENT_GIVEN = "consent.given"
    CONSENT_WITHDRAWN = "consent.withdrawn"
    CONSENT_REFUSED = "consent.refused"
    CONSENT_SIGNED = "consent.signed"
    AUTHORIZATION_PUSHED = "authorization.pushed"
    AUTHORIZATION_ISSUED = "authorization.issued"
    AUTHORIZATION_REFUSED = "authorization.refused"
    AUTHORIZATION_REDEEMED = "authorization.redeemed"
    AUTHORIZATION_REPLAYED = "authorization.replayed"
    TOKEN_MINTED = "token.minted"
    TOKENS_REFRESHED = "tokens.refreshed"
    SYSTEM_TOKEN_ISSUED = "system_token.issued"
    REFRESH_REUSED = "refresh.reused"
    TOKENS_REVOKED = "tokens.revoked"
    CLIENT_REGISTERED = "client.registered"
    CLIENT_DISABLED = "client.disabled"
    CLIENT_REFUSED = "client.refused"
    CITIZEN_CREATED = "citizen.created"
    CITIZEN_CHANGED = "citizen.changed"
    CITIZEN_REMOVED = "citizen.removed"
    IDENTITY_PROVED = "identity.proved"
    ACCOUNT_CONFIRMED = "account.confirmed"
    DOCUMENT_CHECKED = "document.checked"
    CHILD_ADDED = "child.added"
    CHILD_REMOVED = "child.removed"
    PERSON_VIEWED = "person.viewed"
    PASSWORD_CHANGED = "password.changed"
    RECOVERY_ASKED = "recovery.asked"
    RECOVERY_PROVED = "recovery.proved"
    RECOVERY_ENDED = "recovery.ended"
    PASSWORD_RESET = "password.reset"
    RECORDING_VIEWED = "recording.viewed"
    RECORDING_REMOVED = "recording.removed"
    KEY_MADE = "key.made"
    CERTIFICATE_ISSUED = "certificate.issued"
    CERTIFICATE_REVOKED = "certificate.revoked"
    CONTROL_OPENED = "control.opened"
    CLOCK_MOVED = "clock.moved"
    DELIVERY_SCRIPTED = "delivery.scripted"
    REALM_RESET = "realm.reset"
    EPOCH_RAISED = "epoch.raised"
    BURIED_AGAIN = "buried.again"
    TOKEN_REFUSED = "token.refused"
    JOURNAL_READ = "journal.read"
    JOURNAL_PURGED = PURGED
    JOURNAL_ANCHORED = ANCHORED


@contextmanager
def asked_from(address: str) -> Iterator[None]:
    """What is written inside the block was caused by a request from this address."""
    token = _address.set(address)
    try:
        yield
    finally:
        _address.reset(token)


def address_of_request() -> str:
    """The address of the request that is being answered; empty where there is none."""
    return _address.get()


def record(
    realm: Realm,
    connection: Connection,
    event: Event,
    *,
    actor: str,
    object: str,
    outcome: str = "done",
    **detail: Any,
) -> None:
    """Write one event in the caller's transaction. `actor` and `object` are `citizen:<id>`, `client:<id>` and the like.

    The address of the request that is being answered, where there is one, goes with it as the detail `from`.
    """
    address = address_of_request()
    if address:
        detail["from"] = address
    if realm.acts_for_test:
        detail["made_by"] = "test api"
    realm.journal.append(connection, actor=actor[:200], action=event.value, object=object[:200], outcome=outcome, detail=detail)
