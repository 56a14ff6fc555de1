"""Claims that stand in no field of the person's own: they are looked up where somebody is told them."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection

from idp.authority import used
from idp.citizens import organisations
from idp.protocol.scopes import HAS_SIGNATURE, ORGANISATIONS
from idp.realm import Realm


def looked_up(realm: Realm, connection: Connection, citizen_id: str, names: Collection[str]) -> dict[str, Any]:
    """Of the named claims those that are looked up. Who acts for nobody has an empty list of organisations."""
    claims: dict[str, Any] = {}
    if ORGANISATIONS in names:
        acting = organisations.of_member(connection, citizen_id)
        claims[ORGANISATIONS] = [{"ogrn": each.ogrn, "name": each.name, "position": each.position} for each in acting]
    if HAS_SIGNATURE in names:
        claims[HAS_SIGNATURE] = used.has_good_one(realm, connection, citizen_id)
    return claims
