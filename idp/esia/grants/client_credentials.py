"""A system's own token: for data of organisations, and to renew what somebody consented to. Nobody has to belong to anything."""

from collections.abc import Mapping

from sqlalchemy import Connection

from ground.chance import draw_identifier
from idp.citizens import oids
from idp.consent import ledger
from idp.esia.grants.minted import Taken
from idp.protocol.client import Client
from idp.protocol.esia.errors import EsiaRefused
from idp.protocol.esia.scopes import PRM_CHG, Asked, check_granted, read_scope
from idp.protocol.esia.tokens import organisation_scope
from idp.realm import Realm


def take(realm: Realm, connection: Connection, client: Client, parameters: Mapping[str, str]) -> Taken:
    """Judge the scopes, every one of which has to be good. Raises EsiaRefused: 007006, 007013 or 007019."""
    asked = read_scope(parameters["scope"])
    for each in asked:
        if each.oid is None or (each.scope.about != "organisation" and each.name != PRM_CHG):
            raise EsiaRefused("007006", cause=f"{each.name} is neither a scope of an organisation nor {PRM_CHG} of a person")
    check_granted(asked, client.scopes)
    spelt = [_granted(connection, client, each, each.oid) for each in asked if each.oid is not None]
    return Taken(client, sid=draw_identifier(realm.chance, "own token"), scope=" ".join(spelt))


def _granted(connection: Connection, client: Client, asked: Asked, oid: int) -> str:
    """The scope as the token spells it."""
    if asked.name != PRM_CHG:
        if oids.organisation_of(connection, oid) is None:
            raise EsiaRefused("007006", cause="org_oid is of no organisation")
        return organisation_scope(asked.name, oid)
    citizen_id = oids.citizen_of(connection, oid)
    given = ledger.of_citizen(connection, citizen_id) if citizen_id is not None else ()
    if not any(each.client_id == client.client_id and each.withdrawn_at is None for each in given):
        raise EsiaRefused("007019", cause="nobody of this oid has consented to anything at the system")
    return f"{PRM_CHG}?oid={oid}"
