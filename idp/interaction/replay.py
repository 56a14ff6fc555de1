"""Request objects that must not come twice, remembered until they have run out by themselves."""

import hashlib

from sqlalchemy import Connection, delete, insert
from sqlalchemy.exc import IntegrityError

from ground.database import table_of
from idp.errors import RequestRefused
from idp.interaction.models import UsedRequestObject
from idp.protocol.request_object import SingleUse
from idp.realm import Realm
from idp.tombstones import is_of_older_epoch

USED = table_of(UsedRequestObject)
UNDATED_SECONDS = 24 * 3600
"""How long one that never runs out is remembered."""
LONGEST_SECONDS = 7 * 24 * 3600


def use(realm: Realm, connection: Connection, single_use: SingleUse | None, *, client_id: str) -> None:
    """Note that an object of this client is used now. Raises RequestRefused when it has been before (RFC 7519, 4.1.7)."""
    if single_use is None:
        return
    now = realm.clock.now()
    born_at = now - UNDATED_SECONDS if single_use.issued_at is None else single_use.issued_at
    if is_of_older_epoch(connection, born_at):
        raise _used_before()
    connection.execute(delete(USED).where(USED.c.expires_at <= now))
    expires_at = now + UNDATED_SECONDS if single_use.expires_at is None else single_use.expires_at
    row = {
        "object_hash": hashlib.sha256(f"{client_id}\0{single_use.jti}".encode()).digest(),
        "expires_at": min(expires_at, now + LONGEST_SECONDS),
    }
    try:
        with connection.begin_nested():
            connection.execute(insert(USED), row)
    except IntegrityError:
        raise _used_before() from None


def _used_before() -> RequestRefused:
    return RequestRefused("invalid_request_object", "the request object has been used before", clause="RFC 7519, 4.1.7")
