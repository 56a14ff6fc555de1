"""Consents that were signed: the text exactly as it was agreed to, and the signature over it.

Kept for the person who signed, and for whoever has to be shown one day what was agreed to. It gives no right: the ledger does.
"""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select

from ground.chance import draw_identifier
from ground.database import table_of
from idp.consent.models import SignedConsent
from idp.realm import Realm

SIGNED = table_of(SignedConsent)


@dataclass(frozen=True)
class Kept:
    """One signed consent. `text` and `signature` (a detached CMS message, DER) are the very bytes; the moment is in seconds."""

    id: str
    client_name: str
    text: bytes
    signature: bytes
    serial: str
    signed_at: int


def keep(
    realm: Realm,
    connection: Connection,
    *,
    citizen_id: str,
    client_id: str,
    client_name: str,
    text: bytes,
    signature: bytes,
    serial: str,
) -> str:
    """Keep a signed consent and return its id."""
    signed_id = draw_identifier(realm.chance, "signed consent")
    fields = {"client_name": client_name, "text": text.decode(), "signature": base64.b64encode(signature).decode("ascii")}
    row = {
        "id": signed_id,
        "citizen_id": citizen_id,
        "client_id": client_id,
        "serial": serial,
        "signed_at": realm.clock.now(),
        "sealed": realm.vault.seal_fields(f"signed_consents:{signed_id}", fields),
    }
    connection.execute(insert(SIGNED), row)
    return signed_id


def of_person(realm: Realm, connection: Connection, citizen_id: str) -> Sequence[Kept]:
    """What this person has signed, the latest first."""
    query = select(SIGNED).where(SIGNED.c.citizen_id == citizen_id).order_by(SIGNED.c.signed_at.desc(), SIGNED.c.id)
    return [_open(realm, row) for row in connection.execute(query)]


def find(realm: Realm, connection: Connection, citizen_id: str, signed_id: str) -> Kept | None:
    """One signed consent of this person; None where there is no such one of theirs."""
    if "\0" in signed_id:  # PostgreSQL would raise
        return None
    query = select(SIGNED).where(SIGNED.c.citizen_id == citizen_id, SIGNED.c.id == signed_id)
    row = connection.execute(query).first()
    return _open(realm, row) if row else None


def forget(connection: Connection, citizen_id: str) -> None:
    """Remove what a citizen signed who is removed."""
    connection.execute(delete(SIGNED).where(SIGNED.c.citizen_id == citizen_id))


def _open(realm: Realm, row: Row[Any]) -> Kept:
    fields = realm.vault.open_fields(f"signed_consents:{row.id}", row.sealed)
    return Kept(
        id=row.id,
        client_name=fields["client_name"],
        text=fields["text"].encode(),
        signature=base64.b64decode(fields["signature"]),
        serial=row.serial,
        signed_at=row.signed_at,
    )
