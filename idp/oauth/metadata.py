"""What discovery says about the endpoints of this room."""

from typing import Any

from idp.authentication.methods import METHODS
from idp.authentication.policy import reachable_levels
from idp.protocol.scopes import BANK, SCOPES, claims_of
from idp.protocol.vocabulary import (
    CLIENT_AUTHENTICATIONS,
    CLIENT_SIGNING_ALGORITHMS,
    CONFIDENTIAL_AUTHENTICATIONS,
    DISPLAYS,
    PROMPTS,
    RESPONSE_MODES,
    SECRET_SIGNING_ALGORITHMS,
    SIGNING_ALGORITHMS,
)
from idp.realm import Realm

ASSERTION_ALGORITHMS = (*CLIENT_SIGNING_ALGORITHMS, *SECRET_SIGNING_ALGORITHMS)
CLAIMS = ("sub", "iss", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "sid", "at_hash")


def fragment(realm: Realm) -> dict[str, Any]:
    """OpenID Connect Discovery 1.0, 3; RP-Initiated, Back-Channel (2.1) and Front-Channel Logout 1.0 (3);
    Session Management 1.0, 3.3; RFC 9126, 5; RFC 9207, 3."""
    scopes = [name for name in SCOPES if name != BANK or realm.settings.is_bank]
    return {
        "authorization_endpoint": realm.url("/oauth2/authorize"),
        "pushed_authorization_request_endpoint": realm.url("/oauth2/par"),
        "token_endpoint": realm.url("/oauth2/token"),
        "userinfo_endpoint": realm.url("/oauth2/userinfo"),
        "revocation_endpoint": realm.url("/oauth2/revoke"),
        "introspection_endpoint": realm.url("/oauth2/introspect"),
        "registration_endpoint": realm.url("/oauth2/register"),
        "end_session_endpoint": realm.url("/oauth2/logout"),
        "check_session_iframe": realm.url("/oauth2/session"),
        "backchannel_logout_supported": True,
        "backchannel_logout_session_supported": True,
        "frontchannel_logout_supported": True,
        "frontchannel_logout_session_supported": True,
        "jwks_uri": realm.url("/oauth2/jwks"),
        "scopes_supported": scopes,
        "claims_supported": [*CLAIMS, *claims_of(scopes)],
        "claim_types_supported": ["normal"],
        "response_types_supported": ["code"],
        "response_modes_supported": list(RESPONSE_MODES),
        "grant_types_supported": ["authorization_code", "refresh_token", "client_credentials"],
        "subject_types_supported": ["public", "pairwise"],
        "id_token_signing_alg_values_supported": list(SIGNING_ALGORITHMS),
        "userinfo_signing_alg_values_supported": list(SIGNING_ALGORITHMS),
        "revocation_endpoint_auth_methods_supported": list(CLIENT_AUTHENTICATIONS),
        "token_endpoint_auth_methods_supported": list(CLIENT_AUTHENTICATIONS),
        "token_endpoint_auth_signing_alg_values_supported": list(ASSERTION_ALGORITHMS),
        "revocation_endpoint_auth_signing_alg_values_supported": list(ASSERTION_ALGORITHMS),
        "introspection_endpoint_auth_methods_supported": list(CONFIDENTIAL_AUTHENTICATIONS),
        "introspection_endpoint_auth_signing_alg_values_supported": list(ASSERTION_ALGORITHMS),
        "code_challenge_methods_supported": ["S256"],
        "prompt_values_supported": list(PROMPTS),
        "display_values_supported": list(DISPLAYS),
        "acr_values_supported": list(reachable_levels([method for method in METHODS if method.why_shut(realm) is None])),
        "ui_locales_supported": ["ru", "en"],
        "claims_locales_supported": ["ru"],
        "claims_parameter_supported": True,
        "request_parameter_supported": True,
        "request_uri_parameter_supported": True,
        "require_request_uri_registration": False,
        "request_object_signing_alg_values_supported": ["none", *CLIENT_SIGNING_ALGORITHMS],
        "require_pushed_authorization_requests": False,
        "authorization_response_iss_parameter_supported": True,
    }
