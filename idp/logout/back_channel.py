"""Telling clients, server to server, that a session is over (OpenID Connect Back-Channel Logout 1.0).

What is owed is a row and a job, written in the transaction that ends the session; the job delivers, and its row is the
history. Each try carries a new token: the one before may have run out, or have been seen.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, insert, select, update

from ground.chance import draw_identifier
from ground.database import table_of
from ground.fetch import FetchFailed, FetchRefused
from ground.jobs import Job, TryAgain
from idp.clients import registry
from idp.logout.models import LogoutDelivery
from idp.protocol.client import Client
from idp.realm import Realm
from idp.sessions.store import Session
from idp.tokens import families, minting

JOB = "back-channel logout"
DELIVERIES = table_of(LogoutDelivery)
DELIVERED = (200, 204)
"""A framework may turn the 200 of an empty answer into a 204 (2.8)."""
WORTH_ANOTHER_TRY = (408, 425, 429)


@dataclass(frozen=True)
class Delivery:
    """One line of the history. Times in seconds; `state` as the table says."""

    client_id: str
    sid: str
    state: str
    attempts: int
    last_status: int | None
    last_error: str | None
    created_at: int
    delivered_at: int | None


class _Refused(Exception):
    """The client will not take it, or cannot be told: trying again changes nothing."""

    def __init__(self, error: str, status: int | None = None) -> None:
        super().__init__(error)
        self.status = status


class _Unanswered(Exception):
    """Nothing that counts as an answer came back: worth another try."""

    def __init__(self, error: str, status: int | None = None) -> None:
        super().__init__(error)
        self.status = status


def owe(realm: Realm, connection: Connection, session: Session) -> None:
    """Owe a logout token to every client that was granted something in the session and asked to be told."""
    for client_id in families.clients_of_session(connection, session.sid):
        owe_to(realm, connection, client_id, sid=session.sid, citizen_id=session.citizen_id)


def owe_to(realm: Realm, connection: Connection, client_id: str, *, sid: str, citizen_id: str) -> None:
    """Owe a logout token for one session to one client, if it asked to be told."""
    client = registry.find(connection, client_id)
    if client is None or client.backchannel_logout_uri is None:
        return
    delivery_id = draw_identifier(realm.chance, "logout delivery")
    row = {
        "id": delivery_id,
        "client_id": client_id,
        "sid": sid,
        "citizen_id": citizen_id,
        "state": "waiting",
        "attempts": 0,
        "created_at": realm.clock.now(),
    }
    connection.execute(insert(DELIVERIES), row)
    realm.jobs.enqueue(connection, JOB, {"delivery": delivery_id})


def history(connection: Connection, *, client_id: str, limit: int = 100) -> list[Delivery]:
    """What a client was told, or should have been, the newest first."""
    query = select(DELIVERIES).where(DELIVERIES.c.client_id == client_id)
    rows = connection.execute(query.order_by(DELIVERIES.c.created_at.desc(), DELIVERIES.c.id).limit(limit))
    return [
        Delivery(
            client_id=row.client_id,
            sid=row.sid,
            state=row.state,
            attempts=row.attempts,
            last_status=row.last_status,
            last_error=row.last_error,
            created_at=row.created_at,
            delivered_at=row.delivered_at,
        )
        for row in rows
    ]


def deliver(realm: Realm, job: Job) -> None:
    """Send one logout token and write down what came of it. Raises TryAgain."""
    with realm.database.read() as connection:
        row = connection.execute(select(DELIVERIES).where(DELIVERIES.c.id == job.payload["delivery"])).first()
        client = registry.find(connection, row.client_id) if row else None
    if row is None or row.state != "waiting":
        return
    tried = {"attempts": row.attempts + 1, "tried_at": realm.clock.now()}
    try:
        status = _send(realm, client, row)
    except _Refused as refusal:
        outcome: Mapping[str, Any] = {"state": "refused", "last_status": refusal.status, "last_error": str(refusal)[:200]}
    except _Unanswered as silence:
        state = "given_up" if job.is_last_try else "waiting"
        outcome = {"state": state, "last_status": silence.status, "last_error": str(silence)[:200]}
    else:
        outcome = {"state": "delivered", "last_status": status, "last_error": None, "delivered_at": realm.clock.now()}
    with realm.database.write() as connection:
        connection.execute(update(DELIVERIES).where(DELIVERIES.c.id == row.id), {**tried, **outcome})
    if outcome["state"] in ("waiting", "given_up"):
        raise TryAgain(str(outcome["last_error"]))


def _send(realm: Realm, client: Client | None, row: Any) -> int:
    """The status of an answer that says yes. Raises _Refused, _Unanswered."""
    if client is None or client.backchannel_logout_uri is None:
        raise _Refused("the client has no backchannel_logout_uri any more")
    token = minting.mint_logout_token(realm, client, citizen_id=row.citizen_id, sid=row.sid)
    try:
        answer = realm.fetch.post(client.backchannel_logout_uri, data={"logout_token": token}, allow_redirects=False)
    except FetchRefused as refusal:
        status = refusal.response.status_code if refusal.response is not None else None
        is_final = status is None or 300 <= status < 400
        raise (_Refused if is_final else _Unanswered)(str(refusal), status) from None
    except FetchFailed as error:
        raise _Unanswered(f"no answer ({type(error).__name__})") from None
    if answer.status_code in DELIVERED:
        return answer.status_code
    if answer.status_code >= 500 or answer.status_code in WORTH_ANOTHER_TRY:
        raise _Unanswered(f"the client answers {answer.status_code}", answer.status_code)
    raise _Refused(f"the client answers {answer.status_code}", answer.status_code)
