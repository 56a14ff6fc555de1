"""What a client may register, and what of it we keep (RFC 7591, 2; OpenID Connect Registration 1.0, 2).

Metadata we do not support are left out, language-tagged names (`client_name#ru`) among them, and the answer says what was
registered (RFC 7591, 3.2.1); values that would make the client insecure or useless are refused.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit

from idp.errors import RequestRefused
from idp.protocol.client import Client
from idp.protocol.client_keys import check_key_set
from idp.protocol.redirect_uri import MAX_LENGTH, RedirectUriUnusable, check_registrable, host_of, is_test_host
from idp.protocol.scopes import REGISTRABLE, SCOPES
from idp.protocol.vocabulary import (
    CLIENT_AUTHENTICATIONS,
    CLIENT_SIGNING_ALGORITHMS,
    LEVELS,
    SECOND_FACTORS,
    SECRET_SIGNING_ALGORITHMS,
    SIGNING_ALGORITHMS,
)

MAX_ITEMS: Final = 50
MAX_NAME_LENGTH: Final = 200
MAX_SECONDS: Final = 10 * 365 * 24 * 3600
SUPPORTED_GRANTS: Final = ("authorization_code", "refresh_token")
SUPPORTED_RESPONSES: Final = ("code",)
METADATA: Final = "RFC 7591, 2"
SECTOR: Final = "OpenID Connect Registration 1.0, 5"

Word = TypeVar("Word", bound=str)


def read(metadata: Any, *, is_test: bool, may_fetch: Callable[[str], bool]) -> Client:
    """The client that the metadata describe, still without a name and a secret of ours. Raises RequestRefused.

    `may_fetch` knows the hosts that we talk to. A file at `sector_identifier_uri` is still to be fetched and judged.
    """
    if not isinstance(metadata, Mapping):
        raise _refused("the body must be a JSON object")
    if "software_statement" in metadata:
        raise RequestRefused("invalid_software_statement", "no signer of software statements is trusted here", clause=METADATA)
    return _Reading({name: value for name, value in metadata.items() if value is not None}, is_test, may_fetch).client()


def check_sector_file(document: Any, client: Client) -> None:
    """Judge what is found at the `sector_identifier_uri`: it must list every redirect URI. Raises RequestRefused."""
    if not isinstance(document, list) or not set(client.redirect_uris) <= {uri for uri in document if isinstance(uri, str)}:
        description = "the file at sector_identifier_uri must be a JSON array that lists every redirect_uri"
        raise RequestRefused("invalid_client_metadata", description, clause=SECTOR)


class _Reading:
    """One set of metadata being read; a member that is null counts as left out (RFC 7592, 2.2)."""

    def __init__(self, metadata: Mapping[str, Any], is_test: bool, may_fetch: Callable[[str], bool]) -> None:
        self.metadata = metadata
        self.is_test = is_test
        self.may_fetch = may_fetch
        self.application_type = self.choice("application_type", ("web", "native"), "web")

    def client(self) -> Client:
        redirect_uris = self.redirect_uris("redirect_uris")
        if not redirect_uris:
            raise RequestRefused("invalid_redirect_uri", "redirect_uris must list at least one URI", clause="RFC 7591, 3.2.2")
        authentication = self.choice("token_endpoint_auth_method", CLIENT_AUTHENTICATIONS, "client_secret_basic")
        jwks, jwks_uri = self.keys(are_needed=authentication == "private_key_jwt")
        subject_type = self.choice("subject_type", ("public", "pairwise"), "public")
        sector_identifier_uri = self.fetched_uri("sector_identifier_uri")
        return Client(
            client_id="",
            name=self.name() or host_of(redirect_uris[0]),
            redirect_uris=redirect_uris,
            post_logout_redirect_uris=self.redirect_uris("post_logout_redirect_uris"),
            authentication=authentication,
            authentication_algorithm=self.authentication_algorithm(authentication),
            scopes=self.scopes(),
            grant_types=self.kept("grant_types", SUPPORTED_GRANTS, needed="authorization_code"),
            response_types=self.kept("response_types", SUPPORTED_RESPONSES, needed="code"),
            application_type=self.application_type,
            jwks=jwks,
            jwks_uri=jwks_uri,
            id_token_algorithm=self.choice("id_token_signed_response_alg", SIGNING_ALGORITHMS, "RS256"),
            userinfo_algorithm=self.optional_choice("userinfo_signed_response_alg", SIGNING_ALGORITHMS),
            request_object_algorithm=self.optional_choice("request_object_signing_alg", ("none", *CLIENT_SIGNING_ALGORITHMS)),
            request_uris=tuple(dict.fromkeys(self.web_uri("request_uris", uri) for uri in self.strings("request_uris"))),
            require_pushed_requests=self.flag("require_pushed_authorization_requests"),
            require_pkce=self.flag("require_pkce"),
            second_factor=self.optional_choice("second_factor", SECOND_FACTORS),
            require_confirmed_account=self.flag("require_confirmed_account"),
            subject_type=subject_type,
            sector_identifier_uri=sector_identifier_uri,
            sector=_sector(redirect_uris, sector_identifier_uri) if subject_type == "pairwise" else "",
            default_max_age=self.seconds("default_max_age"),
            require_auth_time=self.flag("require_auth_time"),
            default_levels=tuple(level for level in LEVELS if level in self.strings("default_acr_values")),
            initiate_login_uri=self.optional_uri("initiate_login_uri"),
            client_uri=self.optional_uri("client_uri"),
            logo_uri=self.optional_uri("logo_uri"),
            policy_uri=self.optional_uri("policy_uri"),
            tos_uri=self.optional_uri("tos_uri"),
            contacts=tuple(contact[:MAX_NAME_LENGTH] for contact in self.strings("contacts")),
            backchannel_logout_uri=self.fetched_uri("backchannel_logout_uri"),
            backchannel_logout_session_required=self.flag("backchannel_logout_session_required"),
            frontchannel_logout_uri=self.logout_frame(redirect_uris),
            frontchannel_logout_session_required=self.flag("frontchannel_logout_session_required"),
        )

    def name(self) -> str:
        """As people will see it, without characters that hide or turn round what stands beside them."""
        shown = "".join(character for character in self.text("client_name") if character.isprintable())
        return shown.strip()[:MAX_NAME_LENGTH]

    def redirect_uris(self, name: str) -> tuple[str, ...]:
        uris = self.strings(name)
        for uri in uris:
            try:
                check_registrable(uri, application_type=self.application_type, is_test=self.is_test)
            except RedirectUriUnusable as reason:
                raise RequestRefused("invalid_redirect_uri", f"{name}: {reason}", clause="RFC 7591, 3.2.2") from None
        return tuple(dict.fromkeys(uris))

    def keys(self, *, are_needed: bool) -> tuple[Mapping[str, Any] | None, str | None]:
        if "jwks" in self.metadata and "jwks_uri" in self.metadata:
            raise _refused("jwks and jwks_uri must not both be given")
        jwks = check_key_set(self.metadata["jwks"]) if "jwks" in self.metadata else None
        jwks_uri = self.fetched_uri("jwks_uri")
        if are_needed and jwks is None and jwks_uri is None:
            raise _refused("private_key_jwt needs jwks or jwks_uri")
        return jwks, jwks_uri

    def authentication_algorithm(self, authentication: str) -> str | None:
        """Kept only where the method signs something."""
        supported = {"private_key_jwt": CLIENT_SIGNING_ALGORITHMS, "client_secret_jwt": SECRET_SIGNING_ALGORITHMS}
        if authentication not in supported:
            return None
        return self.optional_choice("token_endpoint_auth_signing_alg", supported[authentication])

    def scopes(self) -> frozenset[str]:
        scopes = frozenset(REGISTRABLE & set(self.text("scope", " ".join(SCOPES)).split()))
        if not scopes:
            raise _refused("scope must contain at least one of scopes_supported")
        return scopes

    def kept(self, name: str, supported: tuple[str, ...], *, needed: str) -> tuple[str, ...]:
        """Of a list of abilities those we have; without the needed one the client could do nothing."""
        kept = tuple(value for value in supported if value in self.strings(name)) if name in self.metadata else (needed,)
        if needed not in kept:
            raise _refused(f"{name} must contain {needed}")
        return kept

    def choice(self, name: str, supported: tuple[Word, ...], default: Word) -> Word:
        return self.optional_choice(name, supported) or default

    def optional_choice(self, name: str, supported: tuple[Word, ...]) -> Word | None:
        if name not in self.metadata:
            return None
        for known in supported:
            if self.metadata[name] == known:
                return known
        raise _refused(f"{name} must be one of {', '.join(supported)}")

    def logout_frame(self, redirect_uris: tuple[str, ...]) -> str | None:
        """It must be of the same origin as a redirect URI (Front-Channel Logout 1.0, 2)."""
        uri = self.optional_uri("frontchannel_logout_uri")
        if uri is not None and urlsplit(uri)[:2] not in {urlsplit(redirect_uri)[:2] for redirect_uri in redirect_uris}:
            raise _refused("frontchannel_logout_uri must have scheme, host and port of a redirect_uri")
        return uri

    def fetched_uri(self, name: str) -> str | None:
        """A URI where we will call ourselves, and therefore one of a host that we may call."""
        uri = self.optional_uri(name)
        if uri is not None and not self.may_fetch(uri):
            raise _refused(f"{name}: its host is not one that this provider fetches from (setting fetch_hosts)")
        return uri

    def optional_uri(self, name: str) -> str | None:
        return self.web_uri(name, self.metadata[name]) if name in self.metadata else None

    def web_uri(self, name: str, value: Any) -> str:
        if not isinstance(value, str) or len(value) > MAX_LENGTH or not value.isascii() or not value.isprintable():
            raise _refused(f"{name} must be a URI of at most {MAX_LENGTH} ASCII characters")
        try:
            parts = urlsplit(value)
            host, _ = parts.hostname or "", parts.port
        except ValueError:
            raise _refused(f"{name} must be a URI") from None
        is_plain = parts.scheme == "http" and self.is_test and is_test_host(host)
        if not host or parts.username is not None or set(value) & set(' "<>\\') or not (parts.scheme == "https" or is_plain):
            raise _refused(f"{name} must be an absolute https URI (on a test stand http to loopback or *.test will do)")
        return value

    def flag(self, name: str) -> bool:
        value = self.metadata.get(name, False)
        if not isinstance(value, bool):
            raise _refused(f"{name} must be true or false")
        return value

    def seconds(self, name: str) -> int | None:
        value = self.metadata.get(name)
        if value is not None and (isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MAX_SECONDS):
            raise _refused(f"{name} must be a number of seconds")
        return value

    def strings(self, name: str) -> list[str]:
        value = self.metadata.get(name, [])
        if not isinstance(value, list) or len(value) > MAX_ITEMS or not all(isinstance(item, str) for item in value):
            raise _refused(f"{name} must be an array of at most {MAX_ITEMS} strings")
        return value

    def text(self, name: str, default: str = "") -> str:
        value = self.metadata.get(name, default)
        if not isinstance(value, str) or "\0" in value:
            raise _refused(f"{name} must be a string")
        return value


def _sector(redirect_uris: tuple[str, ...], sector_identifier_uri: str | None) -> str:
    """The host for which the client's pairwise subjects are made (OpenID Connect Core 1.0, 8.1)."""
    if sector_identifier_uri is not None:
        return urlsplit(sector_identifier_uri).hostname or ""
    hosts = {urlsplit(uri).hostname or "" for uri in redirect_uris}
    if len(hosts) > 1 or hosts == {""}:
        raise RequestRefused(
            "invalid_client_metadata",
            "pairwise subjects for redirect_uris of several hosts, or of none, need a sector_identifier_uri",
            clause=SECTOR,
        )
    return hosts.pop()


def _refused(description: str) -> RequestRefused:
    return RequestRefused("invalid_client_metadata", description, clause=METADATA)
