"""What the control plane is told of a client and tells of it, whichever dialect it speaks."""

from base64 import b64encode
from collections.abc import Mapping
from typing import Annotated, Any

from msgspec import UNSET, Meta, Struct, UnsetType
from sqlalchemy import Connection

from idp.clients import certificates, registry
from idp.clients.registry import Registered
from idp.control.operation import Problem, whole
from idp.protocol.client import as_metadata
from idp.protocol.vocabulary import Dialect, EsiaAlgorithm

ClientId = Annotated[str, Meta(max_length=100, pattern=whole(r"[A-Za-z0-9][A-Za-z0-9._~:-]*"))]
Secret = Annotated[str, Meta(max_length=200, pattern=whole(r"[ -~]+"))]
Document = Annotated[str, Meta(max_length=40_000, description="A certificate in PEM, or base64 of its DER")]
Word = Annotated[str, Meta(max_length=200)]


class ClientTerms(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Client metadata (RFC 7591, 2; OpenID Connect Registration 1.0, 2), and what only an operator decides.

    A value that cannot be registered is refused with the code of RFC 7591 in the member `error` of the problem.
    A system of the dialect `esia` has a mnemonic for its `client_id`, certificates (PEM, or base64 of the DER) instead of a
    secret, and `esia_algorithm` for what signs its tokens; of the metadata it has name, redirect URIs and scope.
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
    dialect: Dialect | UnsetType = UNSET
    certificates: list[Document] | UnsetType = UNSET
    esia_algorithm: EsiaAlgorithm | UnsetType = UNSET


class KnownClient(ClientTerms, frozen=True, kw_only=True, forbid_unknown_fields=False):
    """A client: what it registered and what was decided about it. Its secret stands here this once, if it was made now."""

    client_id: str
    client_name: str
    redirect_uris: list[str]
    client_id_issued_at: int


class Clients(Struct, frozen=True, kw_only=True):
    """Every client that is let in, by name."""

    clients: list[KnownClient]


def find(connection: Connection, client_id: str) -> Registered:
    """The client of a path. Raises Problem 404."""
    found = registry.find_registered(connection, client_id)
    if found is None:
        raise Problem(404, "client_unknown", "There is no such client")
    return found


def shown(connection: Connection, known: Registered, secret: str | None = None) -> KnownClient:
    """What is told of a client."""
    client = known.client
    values: Mapping[str, Any] = {
        **as_metadata(client),
        "client_id": client.client_id,
        "client_secret": secret if secret is not None else UNSET,
        "organisation": client.organisation or UNSET,
        "purpose": client.purpose or UNSET,
        "client_id_issued_at": known.created_at,
        "dialect": client.dialect,
    }
    if client.dialect == "esia":
        ders = (each.der for each in certificates.of_client(connection, client.client_id))
        values = {**values, "certificates": [b64encode(der).decode() for der in ders], "esia_algorithm": client.esia_algorithm}
    return KnownClient(**values)
