"""What a person says when they are asked for consent."""

from typing import Literal

from sqlalchemy import Connection

from idp.audit import Event, record
from idp.consent import ledger
from idp.interaction import pause
from idp.interaction.pause import PausedRequest
from idp.protocol.claims import GrantedClaims
from idp.realm import Realm

Given = Literal["allow", "deny"]


def give_answer(
    realm: Realm,
    connection: Connection,
    paused: PausedRequest,
    given: Given,
    *,
    citizen_id: str,
    claims: GrantedClaims,
) -> None:
    """Store the answer of this person to exactly what the request asks for, these single claims included."""
    client_id = paused.request.client_id
    pause.remember_answer(connection, paused, given, citizen_id=citizen_id)
    if given == "allow":
        ledger.give(realm, connection, citizen_id, client_id, paused.request.scope, claims.names)
    else:
        record(realm, connection, Event.CONSENT_REFUSED, actor=f"citizen:{citizen_id}", object=f"client:{client_id}")
