"""A registered client, as the rules see it."""

from dataclasses import dataclass, field

from idp.protocol.vocabulary import ClientAuthentication


@dataclass(frozen=True)
class Client:
    """What a client registered (RFC 7591, 2) and what we decided about it.

    `secret_hash` is the SHA-256 of its secret, or None for a public client. `resource` is the identifier of the API
    that this client serves as a resource server, if it does (RFC 8707, 2).
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
    id_token_algorithm: str = "RS256"
    require_pkce: bool = False
    resource: str | None = None
    organisation: str = ""
    purpose: str = ""
    default_levels: tuple[str, ...] = field(default=())

    @property
    def is_public(self) -> bool:
        """Can the client keep no secret? (RFC 6749, 2.1)"""
        return self.authentication == "none"

    @property
    def must_use_pkce(self) -> bool:
        """PKCE is required of public clients and of those that registered `require_pkce` (RFC 9700, 2.1.1)."""
        return self.is_public or self.require_pkce
