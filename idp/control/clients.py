"""Information systems of a test stand: registered, changed and retired at run time."""

from dataclasses import replace
from typing import Any

from msgspec import UNSET, UnsetType

from idp.clients import registry
from idp.clients.registry import Registered
from idp.clients.sector import check_sector
from idp.control import esia
from idp.control.client_terms import Clients, ClientTerms, KnownClient, find, shown
from idp.control.operation import ACTOR, Answer, Call, Operation, Problem
from idp.oauth.registration import read_terms, retire
from idp.protocol.client import METADATA, Client, as_metadata
from idp.protocol.vocabulary import Dialect
from idp.realm import Realm


def enumerate_clients(realm: Realm, _call: Call) -> Answer:
    with realm.database.read() as connection:
        found = [known for known in registry.everything(connection) if known.disabled_at is None]
        return Answer(200, Clients(clients=[shown(connection, known) for known in found]))


def enter(realm: Realm, call: Call) -> Answer:
    """Register a client, under a name and a secret of the caller's choice if they say so."""
    terms: ClientTerms = call.body
    if terms.dialect == "esia":
        return esia.enter(realm, terms)
    _check_dialect(terms, "openid")
    wanted = read_terms(realm, _metadata(terms))
    check_sector(realm, wanted)
    given = None if terms.client_secret is UNSET else terms.client_secret
    wanted = _decide(replace(wanted, client_id=terms.client_id or ""), terms)
    _check_secret(wanted, given)
    with realm.database.write() as connection:
        if wanted.client_id and registry.was_registered(connection, wanted.client_id):
            raise Problem(409, "client_exists", "There is or was a client of this name, and a name is never given again")
        client, secret = registry.register(realm, connection, wanted, actor=ACTOR, secret=given)
        return Answer(201, shown(connection, Registered(client, realm.clock.now(), None), secret))


def read(realm: Realm, call: Call) -> Answer:
    with realm.database.read() as connection:
        return Answer(200, shown(connection, find(connection, call.path["client_id"])))


def change(realm: Realm, call: Call) -> Answer:
    """Change the terms that the body names; null takes one away. A new secret is told if the client had to get one."""
    terms: ClientTerms = call.body
    if not isinstance(terms.client_id, UnsetType) and terms.client_id != call.path["client_id"]:
        raise Problem(422, "body_invalid", "A client keeps its name", "client_id must be that of the path, or be left out")
    with realm.database.read() as connection:
        found = find(connection, call.path["client_id"])
    _check_dialect(terms, found.client.dialect)
    if found.client.dialect == "esia":
        return esia.change(realm, found, terms)
    wanted = read_terms(realm, {**as_metadata(found.client), **_metadata(terms)})
    check_sector(realm, wanted)
    given = None if isinstance(terms.client_secret, UnsetType) else terms.client_secret
    with realm.database.write() as connection:
        present = find(connection, found.client.client_id).client
        kept = replace(
            wanted,
            client_id=present.client_id,
            secret_hash=present.secret_hash,
            resource=present.resource,
            organisation=present.organisation,
            purpose=present.purpose,
        )
        wanted = _decide(kept, terms)
        _check_secret(wanted, given)
        client, secret = registry.replace_terms(realm, connection, wanted, actor=ACTOR)
        if given is not None:
            secret = registry.renew_secret(realm, connection, client, actor=ACTOR, secret=given)
        return Answer(200, shown(connection, replace(found, client=client), secret))


def remove(realm: Realm, call: Call) -> Answer:
    """Let a client in no more and revoke what it was given. Its name is never given again."""
    with realm.database.write() as connection:
        client = find(connection, call.path["client_id"]).client
        retire(realm, connection, client.client_id, actor=ACTOR)
    return Answer(204)


def _metadata(terms: ClientTerms) -> dict[str, Any]:
    """What of the body is judged by the rules of registration."""
    given = ((name, getattr(terms, name)) for name, _ in METADATA)
    return {name: value for name, value in given if value is not UNSET}


def _check_dialect(terms: ClientTerms, dialect: Dialect) -> None:
    if terms.dialect not in (UNSET, dialect):
        raise Problem(422, "body_invalid", "A client keeps its dialect", f"it speaks {dialect}")
    if dialect == "openid" and (terms.certificates is not UNSET or terms.esia_algorithm is not UNSET):
        detail = "certificates and esia_algorithm are for clients of the dialect esia"
        raise Problem(422, "body_invalid", "The client speaks another dialect", detail)


def _decide(client: Client, terms: ClientTerms) -> Client:
    return replace(client, organisation=terms.organisation or client.organisation, purpose=terms.purpose or client.purpose)


def _check_secret(client: Client, secret: str | None) -> None:
    if secret is not None and not client.has_secret:
        detail = f"a client that authenticates by {client.authentication} has none"
        raise Problem(422, "body_invalid", "The client needs no client_secret", detail)


CLIENT = "/clients/{client_id}"
OPERATIONS = (
    Operation(
        name="list_clients",
        method="GET",
        path="/clients",
        summary="List the clients",
        handle=enumerate_clients,
        answers={200: Clients},
    ),
    Operation(
        name="register_client",
        method="POST",
        path="/clients",
        summary="Register a client",
        handle=enter,
        body=ClientTerms,
        answers={201: KnownClient},
        problems=(409,),
    ),
    Operation(
        name="read_client",
        method="GET",
        path=CLIENT,
        summary="Read what a client registered",
        handle=read,
        answers={200: KnownClient},
    ),
    Operation(
        name="change_client",
        method="PATCH",
        path=CLIENT,
        summary="Change what a client registered",
        handle=change,
        body=ClientTerms,
        answers={200: KnownClient},
    ),
    Operation(
        name="remove_client",
        method="DELETE",
        path=CLIENT,
        summary="Let a client in no more, and revoke its tokens",
        handle=remove,
    ),
)
