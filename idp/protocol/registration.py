"""What a client may register, and what of it we keep (RFC 7591, 2; OpenID Connect Registration 1.0, 2).

Metadata we do not support are left out, and the answer says what was registered (RFC 7591, 3.2.1); values that would
make the client insecure or useless are refused.
"""

from collections.abc import Mapping
from typing import Any, TypeVar

from idp.errors import RequestRefused
from idp.protocol.client import Client
from idp.protocol.redirect_uri import RedirectUriUnusable, check_registrable, host_of
from idp.protocol.scopes import SCOPES
from idp.protocol.vocabulary import CLIENT_AUTHENTICATIONS, ID_TOKEN_ALGORITHMS

MAX_URIS = 50
MAX_NAME_LENGTH = 200
SUPPORTED_GRANTS = ("authorization_code",)
SUPPORTED_RESPONSES = ("code",)
METADATA = "RFC 7591, 2"

Word = TypeVar("Word", bound=str)


def read(metadata: Any, *, is_test: bool) -> Client:
    """The client that the metadata describe, still without a name and a secret of ours. Raises RequestRefused."""
    if not isinstance(metadata, Mapping):
        raise _refused("the body must be a JSON object")
    application_type = _choice(metadata, "application_type", ("web", "native"), "web")
    redirect_uris = _uris(metadata, "redirect_uris", application_type=application_type, is_test=is_test)
    if not redirect_uris:
        raise RequestRefused("invalid_redirect_uri", "redirect_uris must list at least one URI", clause="RFC 7591, 3.2.2")
    scopes = frozenset(_text(metadata, "scope", " ".join(SCOPES)).split()) & SCOPES.keys()
    return Client(
        client_id="",
        name=_text(metadata, "client_name", "").strip()[:MAX_NAME_LENGTH] or host_of(redirect_uris[0]),
        redirect_uris=redirect_uris,
        post_logout_redirect_uris=_uris(
            metadata, "post_logout_redirect_uris", application_type=application_type, is_test=is_test
        ),
        authentication=_choice(metadata, "token_endpoint_auth_method", CLIENT_AUTHENTICATIONS, "client_secret_basic"),
        scopes=scopes,
        grant_types=_kept(metadata, "grant_types", SUPPORTED_GRANTS),
        response_types=_kept(metadata, "response_types", SUPPORTED_RESPONSES),
        application_type=application_type,
        id_token_algorithm=_choice(metadata, "id_token_signed_response_alg", ID_TOKEN_ALGORITHMS, "RS256"),
        require_pkce=metadata.get("require_pkce") is True,
        default_levels=tuple(_list(metadata, "default_acr_values")),
    )


def _uris(metadata: Mapping[str, Any], name: str, *, application_type: str, is_test: bool) -> tuple[str, ...]:
    uris = _list(metadata, name)
    for uri in uris:
        try:
            check_registrable(uri, application_type=application_type, is_test=is_test)
        except RedirectUriUnusable as reason:
            raise RequestRefused("invalid_redirect_uri", f"{name}: {reason}", clause="RFC 7591, 3.2.2") from None
    return tuple(dict.fromkeys(uris))


def _kept(metadata: Mapping[str, Any], name: str, supported: tuple[str, ...]) -> tuple[str, ...]:
    """Of a list of abilities those we have; none left is refused, because the client could do nothing."""
    if name not in metadata:
        return supported
    kept = tuple(value for value in _list(metadata, name) if value in supported)
    if not kept:
        raise _refused(f"{name} must contain {' or '.join(supported)}")
    return kept


def _choice(metadata: Mapping[str, Any], name: str, supported: tuple[Word, ...], default: Word) -> Word:
    value = metadata.get(name, default)
    for known in supported:
        if value == known:
            return known
    raise _refused(f"{name} must be one of {', '.join(supported)}")


def _list(metadata: Mapping[str, Any], name: str) -> list[str]:
    value = metadata.get(name, [])
    if (
        not isinstance(value, list)
        or len(value) > MAX_URIS
        or not all(isinstance(item, str) and "\0" not in item for item in value)
    ):
        raise _refused(f"{name} must be an array of at most {MAX_URIS} strings")
    return value


def _text(metadata: Mapping[str, Any], name: str, default: str) -> str:
    value = metadata.get(name, default)
    if not isinstance(value, str) or "\0" in value:
        raise _refused(f"{name} must be a string without NUL")
    return value


def _refused(description: str) -> RequestRefused:
    return RequestRefused("invalid_client_metadata", description, clause=METADATA)
