"""A discovery document of the dialect, by switch: ESIA has none, and some libraries cannot be set up without one.

It names the endpoints of v2 and v3 and the issuer of the dialect. Its key set is the common one, which has no keys of GOST.
"""

from ground.wire import Request, Response
from idp.pages.access import Access, open_to
from idp.protocol.esia.scopes import NAMES
from idp.realm import Realm


@open_to(Access.ANYBODY)
def serve_discovery(realm: Realm, request: Request) -> Response:
    """The document, or 404 as at ESIA."""
    if not realm.settings.esia.has_discovery:
        return Response(404)
    if request.method not in ("GET", "HEAD"):
        return Response.of_json({"error": "invalid_request"}, status=405, headers=[("Allow", "GET, HEAD")])
    document = {
        "issuer": realm.settings.esia.issuer,
        "authorization_endpoint": realm.url("/aas/oauth2/v2/ac"),
        "token_endpoint": realm.url("/aas/oauth2/v3/te"),
        "end_session_endpoint": realm.url("/idp/ext/Logout"),
        "jwks_uri": realm.url("/oauth2/jwks"),
        "scopes_supported": list(NAMES),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token", "client_credentials"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256", "GOST3410_2012_256"],
        "code_challenge_methods_supported": ["S256", *(["St256"] if realm.settings.esia.st256_challenge else [])],
    }
    return Response.of_json(document)
