"""A registered client, as the rules see it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from idp.protocol.scopes import OFFLINE_ACCESS
from idp.protocol.vocabulary import ClientAuthentication, Dialect, EsiaAlgorithm, SecondFactor


@dataclass(frozen=True)
class Client:
    """What a client registered (RFC 7591, 2; OpenID Connect Registration 1.0, 2) and what we decided about it.

    `secret_hash` is the SHA-256 of its secret, or None for a public client. `resource` is the identifier of the API that
    this client serves as a resource server, if it does (RFC 8707, 2). `sector` is the host for which its pairwise
    subjects are made, `dialect` how it speaks, and `esia_algorithm` what a system of the ESIA dialect is given its codes
    and tokens signed with. Without `second_factor` the provider's own setting holds. Where it demands a confirmed account,
    a person whose account is not is refused before there is a code. An algorithm that is None was not registered, so the
    thing it signs is not signed or not fixed.
    """

    client_id: str
    name: str
    redirect_uris: tuple[str, ...]
    authentication: ClientAuthentication
    secret_hash: bytes | None = None
    scopes: frozenset[str] = frozenset()
    post_logout_redirect_uris: tuple[str, ...] = ()
    grant_types: tuple[str, ...] = ("authorization_code",)
    response_types: tuple[str, ...] = ("code",)
    application_type: str = "web"
    authentication_algorithm: str | None = None
    jwks: Mapping[str, Any] | None = None
    jwks_uri: str | None = None
    id_token_algorithm: str = "RS256"
    userinfo_algorithm: str | None = None
    request_object_algorithm: str | None = None
    request_uris: tuple[str, ...] = ()
    require_pushed_requests: bool = False
    require_pkce: bool = False
    second_factor: SecondFactor | None = None
    require_confirmed_account: bool = False
    subject_type: str = "public"
    sector_identifier_uri: str | None = None
    sector: str = ""
    default_max_age: int | None = None
    require_auth_time: bool = False
    default_levels: tuple[str, ...] = ()
    initiate_login_uri: str | None = None
    client_uri: str | None = None
    logo_uri: str | None = None
    policy_uri: str | None = None
    tos_uri: str | None = None
    contacts: tuple[str, ...] = ()
    backchannel_logout_uri: str | None = None
    backchannel_logout_session_required: bool = False
    frontchannel_logout_uri: str | None = None
    frontchannel_logout_session_required: bool = False
    resource: str | None = None
    organisation: str = ""
    purpose: str = ""
    dialect: Dialect = "openid"
    esia_algorithm: EsiaAlgorithm = "RS256"

    @property
    def is_public(self) -> bool:
        """Can the client keep no secret? (RFC 6749, 2.1)"""
        return self.authentication == "none"

    @property
    def grantable_scopes(self) -> frozenset[str]:
        """The scopes it can be given: `offline_access` is empty words for a client that cannot refresh."""
        return self.scopes if "refresh_token" in self.grant_types else self.scopes - {OFFLINE_ACCESS}

    @property
    def must_use_pkce(self) -> bool:
        """PKCE is required of public clients and of those that registered `require_pkce` (RFC 9700, 2.1.1)."""
        return self.is_public or self.require_pkce

    @property
    def has_secret(self) -> bool:
        """Does the client prove who it is by a secret that we share?"""
        return self.authentication in ("client_secret_basic", "client_secret_post", "client_secret_jwt")

    @property
    def signs_with_secret(self) -> bool:
        """Do we need the value of the secret, not only its hash?"""
        return self.authentication == "client_secret_jwt"


METADATA: tuple[tuple[str, str], ...] = (
    ("client_name", "name"),
    ("redirect_uris", "redirect_uris"),
    ("post_logout_redirect_uris", "post_logout_redirect_uris"),
    ("token_endpoint_auth_method", "authentication"),
    ("token_endpoint_auth_signing_alg", "authentication_algorithm"),
    ("grant_types", "grant_types"),
    ("response_types", "response_types"),
    ("application_type", "application_type"),
    ("scope", "scopes"),
    ("jwks", "jwks"),
    ("jwks_uri", "jwks_uri"),
    ("id_token_signed_response_alg", "id_token_algorithm"),
    ("userinfo_signed_response_alg", "userinfo_algorithm"),
    ("request_object_signing_alg", "request_object_algorithm"),
    ("request_uris", "request_uris"),
    ("require_pushed_authorization_requests", "require_pushed_requests"),
    ("require_pkce", "require_pkce"),
    ("second_factor", "second_factor"),
    ("require_confirmed_account", "require_confirmed_account"),
    ("subject_type", "subject_type"),
    ("sector_identifier_uri", "sector_identifier_uri"),
    ("default_max_age", "default_max_age"),
    ("require_auth_time", "require_auth_time"),
    ("default_acr_values", "default_levels"),
    ("initiate_login_uri", "initiate_login_uri"),
    ("client_uri", "client_uri"),
    ("logo_uri", "logo_uri"),
    ("policy_uri", "policy_uri"),
    ("tos_uri", "tos_uri"),
    ("contacts", "contacts"),
    ("backchannel_logout_uri", "backchannel_logout_uri"),
    ("backchannel_logout_session_required", "backchannel_logout_session_required"),
    ("frontchannel_logout_uri", "frontchannel_logout_uri"),
    ("frontchannel_logout_session_required", "frontchannel_logout_session_required"),
)
"""The name of each registered value on the wire, and of the field that holds it. `require_pkce`, `second_factor` and
`require_confirmed_account` are ours: they only make us stricter, so a client may register them by itself."""


def as_metadata(client: Client) -> dict[str, Any]:
    """The client's registered metadata, as the wire spells them; what was not registered is left out."""
    document: dict[str, Any] = {}
    for name, attribute in METADATA:
        value = getattr(client, attribute)
        if isinstance(value, frozenset):
            value = " ".join(sorted(value))
        elif isinstance(value, tuple):
            value = list(value)
        if value is not None and value is not False and value != []:
            document[name] = value
    return document


def from_metadata(document: Mapping[str, Any], **decided: Any) -> Client:
    """The client that `as_metadata` described, with what we decided about it."""
    values: dict[str, Any] = {"redirect_uris": ()}
    for name, attribute in METADATA:
        if name not in document:
            continue
        value = document[name]
        if attribute == "scopes":
            value = frozenset(value.split())
        elif isinstance(value, list):
            value = tuple(value)
        values[attribute] = value
    return Client(**(values | decided))
