"""A system's own token: for data of organisations, and to renew what somebody consented to. Nobody has to belong to anything."""

from collections.abc import Mapping

from sqlalchemy import Connection

from ground.chance import draw_identifier
from idp.citizens import oids
from idp.consent import ledger
from idp.esia.grants.minted import Taken
from idp.protocol.client import Client
from idp.protocol.esia.errors import EsiaRefused
from idp.protocol.esia.tokens import OwnScope, read_own_scope
from idp.realm import Realm


def take(realm: Realm, client: Client, parameters: Mapping[str, str]) -> Taken:
    """Judge the scopes, every one of which has to be good. Raises EsiaRefused: 007006 or 007019."""
    asked = [read_own_scope(text) for text in dict.fromkeys(parameters["scope"].split())]
    if not asked:
        raise EsiaRefused("007013", cause="scope is blank")
    with realm.database.read() as connection:
        for scope in asked:
            _check(connection, client, scope)
    return Taken(client, sid=draw_identifier(realm.chance, "own token"), scope=" ".join(scope.text for scope in asked))


def _check(connection: Connection, client: Client, scope: OwnScope) -> None:
    if scope.is_of_organisation:
        if scope.name not in client.scopes:
            raise EsiaRefused("007019", cause=f"{scope.name} was not granted to the system")
        if oids.organisation_of(connection, scope.oid) is None:
            raise EsiaRefused("007006", cause="org_oid is of no organisation")
        return
    citizen_id = oids.citizen_of(connection, scope.oid)
    given = ledger.of_citizen(connection, citizen_id) if citizen_id is not None else ()
    if not any(each.client_id == client.client_id and each.withdrawn_at is None for each in given):
        raise EsiaRefused("007019", cause="nobody of this oid has consented to anything at the system")
