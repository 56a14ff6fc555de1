"""Requests that a client pushed and a browser has not brought yet (RFC 9126).

    pushed ──taken by a browser of its client──▶ used
       └────────────── a minute and a half ──────────▶ expired

Taking is one conditional UPDATE. The reference is kept as its hash: who reads the table can begin no request.
"""

import hashlib

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from ground.chance import draw_token
from ground.database import table_of
from idp.errors import RequestRefused
from idp.interaction.models import PushedRequest
from idp.interaction.pause import from_fields, to_fields
from idp.protocol.authorization_request import AuthorizationRequest
from idp.protocol.request_object import PUSHED_PREFIX
from idp.realm import Realm

PUSHED = table_of(PushedRequest)
FORGET_SECONDS = 3600
TAKE = (
    update(PUSHED)
    .where(
        PUSHED.c.reference_hash == bindparam("reference"),
        PUSHED.c.client_id == bindparam("client"),
        PUSHED.c.used_at.is_(None),
        PUSHED.c.expires_at > bindparam("now"),
    )
    .values(used_at=bindparam("now"))
)


def push(realm: Realm, connection: Connection, request: AuthorizationRequest) -> str:
    """Store a judged request and return the `request_uri` that stands for it once."""
    reference = draw_token(realm.chance, "pushed request")
    reference_hash = hash_reference(reference)
    now = realm.clock.now()
    connection.execute(delete(PUSHED).where(PUSHED.c.expires_at < now - FORGET_SECONDS))
    connection.execute(
        insert(PUSHED),
        {
            "reference_hash": reference_hash,
            "client_id": request.client_id,
            "sealed": realm.vault.seal_fields(_place(reference_hash), to_fields(request)),
            "created_at": now,
            "expires_at": now + realm.settings.lifetimes.pushed_request,
        },
    )
    return PUSHED_PREFIX + reference


def take(realm: Realm, connection: Connection, request_uri: str, *, client_id: str) -> AuthorizationRequest:
    """The request that this client pushed, the first time it is asked for in time. Raises RequestRefused otherwise, in the
    same words for every reason."""
    reference_hash = hash_reference(request_uri.removeprefix(PUSHED_PREFIX))
    parameters = {"reference": reference_hash, "client": client_id, "now": realm.clock.now()}
    if connection.execute(TAKE, parameters).rowcount != 1:
        raise RequestRefused(
            "invalid_request_uri", "request_uri is unknown, used, expired or of another client", clause="RFC 9126, 2.2"
        )
    sealed = connection.execute(select(PUSHED.c.sealed).where(PUSHED.c.reference_hash == reference_hash)).scalar_one()
    return from_fields(realm.vault.open_fields(_place(reference_hash), sealed))


def _place(reference_hash: bytes) -> str:
    return f"pushed_requests:{reference_hash.hex()}"


def hash_reference(reference: str) -> bytes:
    """A reference is 256 random bits, so one SHA-256 is enough to store it by."""
    return hashlib.sha256(reference.encode()).digest()
