"""The well-known documents, as prepared bytes with an entity tag."""

import hashlib
from collections.abc import Callable, Sequence
from typing import Any

import orjson

from ground.wire import Request, Response
from idp.keyring.published import key_set
from idp.pages.access import Access, open_to
from idp.realm import Realm

Fragment = Callable[[Realm], dict[str, Any]]


def metadata(realm: Realm, fragments: Sequence[Fragment]) -> dict[str, Any]:
    """The provider metadata (OpenID Connect Discovery 1.0, 3; RFC 8414, 2)."""
    document: dict[str, Any] = {"issuer": realm.issuer}
    for fragment in fragments:
        document |= fragment(realm)
    return realm.seams.discovery_document(document)


@open_to(Access.ANYBODY)
def serve_metadata(realm: Realm, request: Request, fragments: Sequence[Fragment]) -> Response:
    """`/.well-known/openid-configuration`; made once for each realm."""
    body = realm.remember("discovery document", lambda: orjson.dumps(metadata(realm, fragments)))
    return _cached(request, body, seconds=300)


@open_to(Access.ANYBODY)
def serve_key_set(realm: Realm, request: Request) -> Response:
    """The JWK Set. Cached for a minute only, so that a rotated key is soon seen."""
    return _cached(request, orjson.dumps(realm.seams.key_set(key_set(realm))), seconds=60)


def _cached(request: Request, body: bytes, *, seconds: int) -> Response:
    if request.method not in ("GET", "HEAD"):
        return Response.of_json(
            {"error": "invalid_request", "error_description": "read this with GET"}, status=405, headers=[("Allow", "GET, HEAD")]
        )
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = (
        ("Content-Type", "application/json"),
        ("Cache-Control", f"public, max-age={seconds}"),
        ("ETag", tag),
    )
    if tag in request.headers.get("if-none-match", ""):
        return Response(304, headers)
    if request.method == "HEAD":
        return Response(200, (*headers, ("Content-Length", str(len(body)))))
    return Response(200, headers, body)
