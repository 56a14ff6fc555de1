"""Information systems of a test stand: registered, changed and retired at run time."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any

from msgspec import UNSET, Meta, Struct, UnsetType
from sqlalchemy import Connection

from idp.clients import registry
from idp.clients.registry import Registered
from idp.clients.sector import check_sector
from idp.control.operation import ACTOR, Answer, Call, Operation, Problem, whole
from idp.oauth.registration import read_terms, retire
from idp.protocol.client import METADATA, Client, as_metadata
from idp.realm import Realm

ClientId = Annotated[str, Meta(max_length=100, pattern=whole(r"[A-Za-z0-9][A-Za-z0-9._~:-]*"))]
Secret = Annotated[str, Meta(max_length=200, pattern=whole(r"[ -~]+"))]
Word = Annotated[str, Meta(max_length=200)]


class ClientTerms(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Client metadata (RFC 7591, 2; OpenID Connect Registration 1.0, 2), and what only an operator decides.

    A value that cannot be registered is refused with the code of RFC 7591 in the member `error` of the problem.
    """

    client_id: ClientId | UnsetType = UNSET
    client_secret: Secret | UnsetType = UNSET
    organisation: Word | UnsetType = UNSET
    purpose: Word | UnsetType = UNSET
    client_name: str | UnsetType | None = UNSET
    redirect_uris: list[str] | UnsetType | None = UNSET
    post_logout_redirect_uris: list[str] | UnsetType | None = UNSET
    token_endpoint_auth_method: str | UnsetType | None = UNSET
    token_endpoint_auth_signing_alg: str | UnsetType | None = UNSET
    grant_types: list[str] | UnsetType | None = UNSET
    response_types: list[str] | UnsetType | None = UNSET
    application_type: str | UnsetType | None = UNSET
    scope: str | UnsetType | None = UNSET
    jwks: dict[str, Any] | UnsetType | None = UNSET
    jwks_uri: str | UnsetType | None = UNSET
    id_token_signed_response_alg: str | UnsetType | None = UNSET
    userinfo_signed_response_alg: str | UnsetType | None = UNSET
    request_object_signing_alg: str | UnsetType | None = UNSET
    request_uris: list[str] | UnsetType | None = UNSET
    require_pushed_authorization_requests: bool | UnsetType | None = UNSET
    require_pkce: bool | UnsetType | None = UNSET
    second_factor: str | UnsetType | None = UNSET
    require_confirmed_account: bool | UnsetType | None = UNSET
    subject_type: str | UnsetType | None = UNSET
    sector_identifier_uri: str | UnsetType | None = UNSET
    default_max_age: int | UnsetType | None = UNSET
    require_auth_time: bool | UnsetType | None = UNSET
    default_acr_values: list[str] | UnsetType | None = UNSET
    initiate_login_uri: str | UnsetType | None = UNSET
    client_uri: str | UnsetType | None = UNSET
    logo_uri: str | UnsetType | None = UNSET
    policy_uri: str | UnsetType | None = UNSET
    tos_uri: str | UnsetType | None = UNSET
    contacts: list[str] | UnsetType | None = UNSET
    backchannel_logout_uri: str | UnsetType | None = UNSET
    backchannel_logout_session_required: bool | UnsetType | None = UNSET
    frontchannel_logout_uri: str | UnsetType | None = UNSET
    frontchannel_logout_session_required: bool | UnsetType | None = UNSET


class KnownClient(ClientTerms, frozen=True, kw_only=True, forbid_unknown_fields=False):
    """A client: what it registered and what was decided about it. Its secret stands here this once, if it was made now."""

    client_id: str
    client_name: str
    redirect_uris: list[str]
    client_id_issued_at: int


class Clients(Struct, frozen=True, kw_only=True):
    """Every client that is let in, by name."""

    clients: list[KnownClient]


def enumerate_clients(realm: Realm, _call: Call) -> Answer:
    with realm.database.read() as connection:
        found = [known for known in registry.everything(connection) if known.disabled_at is None]
    return Answer(200, Clients(clients=[_shown(known) for known in found]))


def enter(realm: Realm, call: Call) -> Answer:
    """Register a client, under a name and a secret of the caller's choice if they say so."""
    terms: ClientTerms = call.body
    wanted = read_terms(realm, _metadata(terms))
    check_sector(realm, wanted)
    given = None if terms.client_secret is UNSET else terms.client_secret
    wanted = _decide(replace(wanted, client_id=terms.client_id or ""), terms)
    _check_secret(wanted, given)
    with realm.database.write() as connection:
        if wanted.client_id and registry.was_registered(connection, wanted.client_id):
            raise Problem(409, "client_exists", "There is or was a client of this name, and a name is never given again")
        client, secret = registry.register(realm, connection, wanted, actor=ACTOR, secret=given)
    return Answer(201, _shown(Registered(client, realm.clock.now(), None), secret))


def read(realm: Realm, call: Call) -> Answer:
    with realm.database.read() as connection:
        return Answer(200, _shown(_find(connection, call.path["client_id"])))


def change(realm: Realm, call: Call) -> Answer:
    """Change the terms that the body names; null takes one away. A new secret is told if the client had to get one."""
    terms: ClientTerms = call.body
    if not isinstance(terms.client_id, UnsetType) and terms.client_id != call.path["client_id"]:
        raise Problem(422, "body_invalid", "A client keeps its name", "client_id must be that of the path, or be left out")
    with realm.database.read() as connection:
        found = _find(connection, call.path["client_id"])
    wanted = read_terms(realm, {**as_metadata(found.client), **_metadata(terms)})
    check_sector(realm, wanted)
    given = None if isinstance(terms.client_secret, UnsetType) else terms.client_secret
    with realm.database.write() as connection:
        present = _find(connection, found.client.client_id).client
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
    return Answer(200, _shown(replace(found, client=client), secret))


def remove(realm: Realm, call: Call) -> Answer:
    """Let a client in no more and revoke what it was given. Its name is never given again."""
    with realm.database.write() as connection:
        client = _find(connection, call.path["client_id"]).client
        retire(realm, connection, client.client_id, actor=ACTOR)
    return Answer(204)


def _find(connection: Connection, client_id: str) -> Registered:
    found = registry.find_registered(connection, client_id)
    if found is None:
        raise Problem(404, "client_unknown", "There is no such client")
    return found


def _metadata(terms: ClientTerms) -> dict[str, Any]:
    """What of the body is judged by the rules of registration."""
    given = ((name, getattr(terms, name)) for name, _ in METADATA)
    return {name: value for name, value in given if value is not UNSET}


def _decide(client: Client, terms: ClientTerms) -> Client:
    return replace(client, organisation=terms.organisation or client.organisation, purpose=terms.purpose or client.purpose)


def _check_secret(client: Client, secret: str | None) -> None:
    if secret is not None and not client.has_secret:
        detail = f"a client that authenticates by {client.authentication} has none"
        raise Problem(422, "body_invalid", "The client needs no client_secret", detail)


def _shown(known: Registered, secret: str | None = None) -> KnownClient:
    values: Mapping[str, Any] = {
        **as_metadata(known.client),
        "client_id": known.client.client_id,
        "client_secret": secret if secret is not None else UNSET,
        "organisation": known.client.organisation or UNSET,
        "purpose": known.client.purpose or UNSET,
        "client_id_issued_at": known.created_at,
    }
    return KnownClient(**values)


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
