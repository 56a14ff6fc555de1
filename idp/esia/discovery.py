"""`/aas/.well-known/openid-configuration`: an extension, off by default. ESIA has no such document, and generic stacks want one.

It speaks of v2 and v3. The keys are those of the standard key set: its RS256 keys sign for both dialects, and the GOST keys have
certificates in `/public/esia.zip` only.
"""

from typing import Any

from ground.wire import Request, Response
from idp.esia.archive import PATH as ARCHIVE
from idp.pages.access import Access, open_to
from idp.protocol.esia.scopes import SCOPES
from idp.realm import Realm

PATH = "/aas/.well-known/openid-configuration"
READING = ("GET", "HEAD")


@open_to(Access.ANYBODY)
def serve_discovery(realm: Realm, request: Request) -> Response:
    """The document, where the switch is on; else there is nothing here, as at ESIA."""
    if not realm.settings.esia.has_discovery:
        return Response(404)
    if request.method not in READING:
        return Response(405, (("Allow", ", ".join(READING)),))
    answer = Response.of_json(_document(realm))
    return answer if request.method == "GET" else Response(200, (*answer.headers, ("Content-Length", str(len(answer.body)))))


def _document(realm: Realm) -> dict[str, Any]:
    esia = realm.settings.esia
    return {
        "issuer": esia.issuer,
        "authorization_endpoint": realm.url("/aas/oauth2/v2/ac"),
        "token_endpoint": realm.url("/aas/oauth2/v3/te"),
        "end_session_endpoint": realm.url("/idp/ext/Logout"),
        "jwks_uri": realm.url("/oauth2/jwks"),
        "certificates_uri": realm.url(ARCHIVE),
        "scopes_supported": [name for name, scope in SCOPES.items() if scope.about != "withdrawn"],
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token", "client_credentials"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256", "GOST3410_2012_256"],
        "code_challenge_methods_supported": ["S256", *(["St256"] if esia.st256_challenge else [])],
        "claims_parameter_supported": False,
        "request_parameter_supported": False,
        "request_uri_parameter_supported": False,
    }
