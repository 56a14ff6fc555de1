"""The certificates that a system of the ESIA dialect signs with: trust is that one stands in this list, and nothing else.

Who issued it is not asked: ESIA's sandbox takes self-signed ones, and so do we.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, insert, select, update

from ground.database import table_of
from idp.audit import Event, record
from idp.clients.models import ClientCertificate
from idp.cms.gost_2012 import streebog256
from idp.realm import Realm
from idp.tombstones import Buried, bury

CERTIFICATES = table_of(ClientCertificate)
OF_CLIENT = (
    select(CERTIFICATES)
    .where(CERTIFICATES.c.client_id == bindparam("client_id"), CERTIFICATES.c.removed_at.is_(None))
    .order_by(CERTIFICATES.c.added_at, CERTIFICATES.c.fingerprint)
)
MOST = 10


class TooManyCertificates(Exception):
    """The system has ten already."""


@dataclass(frozen=True)
class RegisteredCertificate:
    """One certificate: its DER, its SHA-256 in hex, and the hash by which a request names it. Seconds in `added_at`."""

    der: bytes
    fingerprint: str
    streebog_hash: str
    added_at: int


def of_client(connection: Connection, client_id: str) -> Sequence[RegisteredCertificate]:
    """The active certificates of a system, in the order in which they were added."""
    rows = connection.execute(OF_CLIENT, {"client_id": client_id})
    return [RegisteredCertificate(row.der, row.fingerprint.hex(), row.streebog_hash, row.added_at) for row in rows]


def add(realm: Realm, connection: Connection, client_id: str, der: bytes, *, actor: str) -> RegisteredCertificate:
    """Let a system sign with this certificate, too. Raises TooManyCertificates."""
    fingerprint, now = hashlib.sha256(der).digest(), realm.clock.now()
    known = [each for each in of_client(connection, client_id) if each.der == der]
    if known:
        return known[0]
    if len(of_client(connection, client_id)) >= MOST:
        raise TooManyCertificates
    hash_text = streebog256(der).hex().upper()
    which = (CERTIFICATES.c.client_id == client_id, CERTIFICATES.c.fingerprint == fingerprint)
    if connection.execute(update(CERTIFICATES).where(*which), {"added_at": now, "removed_at": None}).rowcount == 0:
        row = {"client_id": client_id, "fingerprint": fingerprint, "der": der, "streebog_hash": hash_text, "added_at": now}
        connection.execute(insert(CERTIFICATES), row)
    detail = {"outcome": "certificate added", "certificate": fingerprint.hex()}
    record(realm, connection, Event.CLIENT_REGISTERED, actor=actor, object=f"client:{client_id}", **detail)
    return RegisteredCertificate(der, fingerprint.hex(), hash_text, now)


def was_added(connection: Connection, client_id: str, der: bytes) -> bool:
    """Has this certificate ever been the system's, removed or not?"""
    which = (CERTIFICATES.c.client_id == client_id, CERTIFICATES.c.fingerprint == hashlib.sha256(der).digest())
    return connection.execute(select(CERTIFICATES.c.client_id).where(*which)).first() is not None


def remove(realm: Realm, connection: Connection, client_id: str, fingerprint: str, *, actor: str) -> bool:
    """What is signed with it is worth nothing from now on. Says whether it was active."""
    which = (
        CERTIFICATES.c.client_id == client_id,
        CERTIFICATES.c.fingerprint == bytes.fromhex(fingerprint),
        CERTIFICATES.c.removed_at.is_(None),
    )
    is_done = connection.execute(update(CERTIFICATES).where(*which), {"removed_at": realm.clock.now()}).rowcount == 1
    if is_done:
        detail = {"outcome": "certificate removed", "certificate": fingerprint}
        record(realm, connection, Event.CLIENT_REGISTERED, actor=actor, object=f"client:{client_id}", **detail)
        bury(realm, connection, Buried.CLIENT_CERTIFICATE, client_id, fingerprint)
    return is_done
