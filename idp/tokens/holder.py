"""Who stands behind a grant now, and whether it may still be used for them."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from idp.citizens import acting, directory
from idp.citizens.claims import claims_of
from idp.citizens.levels import level_of
from idp.citizens.models import Person
from idp.protocol.claims import names_of
from idp.protocol.client import Client
from idp.protocol.scopes import ACTING_FOR
from idp.realm import Realm
from idp.tokens.families import Grant
from idp.tokens.looked_up import looked_up


@dataclass(frozen=True)
class Holder:
    """The person of a grant, with every claim there is about them in it; `acting_for` among these, where they act for
    somebody."""

    person: Person
    claims: dict[str, Any]


def holder_of(realm: Realm, connection: Connection, grant: Grant, client: Client | None) -> Holder | None:
    """Whom a grant of this client may be used for, or None for nobody.

    Nobody may use one whose person is gone or shut out, whose account is no longer what the client demands, or who no
    longer may act for whom they came: without that name the same token would speak for the person alone, and a client
    that does not look would let them in as somebody else.
    """
    person = directory.find(realm, connection, grant.citizen_id)
    if client is None or person is None or person.is_shut_out:
        return None
    if client.require_confirmed_account and level_of(person) != "confirmed":
        return None
    claims = claims_of(person) | looked_up(realm, connection, person.id, names_of(grant.scopes, grant.claims))
    if grant.acting is not None:
        party = acting.chosen(acting.parties_of(realm, connection, person.id), grant.acting)
        if party is None:
            return None
        claims[ACTING_FOR] = party.claim()
    return Holder(person, claims)
