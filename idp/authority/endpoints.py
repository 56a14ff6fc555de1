"""Where the signing authority of a test stand is asked: its root, the list of revoked certificates, and OCSP.

Certificates name these addresses. Nothing is to be stored: a test may move the clock, or revoke, between two questions.
"""

import base64
import binascii
from collections.abc import Callable, Mapping

from cryptography.hazmat.primitives import serialization

from ground.wire import Request, Response
from idp.authority.revocation import answer_request, make_list
from idp.authority.signing_root import open_signing_root
from idp.pages.access import Access, open_to
from idp.realm import Realm

OCSP_PATH = "/authority/ocsp/"
READING = ("GET", "HEAD")


@open_to(Access.ANYBODY)
def root_certificate(realm: Realm, request: Request) -> Response:
    """`/authority/root.pem`: what whoever wants to verify a citizen's signature trusts."""
    if request.method not in READING:
        return _not_allowed(READING)
    return _answer(
        request, open_signing_root(realm).certificate.public_bytes(serialization.Encoding.PEM), "application/x-pem-file"
    )


@open_to(Access.ANYBODY)
def revocation_list(realm: Realm, request: Request) -> Response:
    """`/authority/crl` (RFC 5280, 5), made for this moment."""
    if request.method not in READING:
        return _not_allowed(READING)
    with realm.database.read() as connection:
        document = make_list(realm, connection, open_signing_root(realm))
    return _answer(request, document, "application/pkix-crl")


@open_to(Access.ANYBODY)
def ocsp_by_post(realm: Realm, request: Request) -> Response:
    """`/authority/ocsp` (RFC 6960, A.1)."""
    if request.method != "POST":
        return _not_allowed(("POST",))
    return _ocsp(realm, request, request.body)


@open_to(Access.ANYBODY)
def ocsp_by_get(realm: Realm, request: Request) -> Response:
    """`/authority/ocsp/{the request in base64}` (RFC 6960, A.1)."""
    if request.method not in READING:
        return _not_allowed(READING)
    encoded = request.path.removeprefix(OCSP_PATH)
    try:
        asked = base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True)
    except (binascii.Error, ValueError):
        asked = b""  # understood by nobody, and answered so
    return _ocsp(realm, request, asked)


ENDPOINTS: Mapping[str, Callable[[Realm, Request], Response]] = {
    "/authority/root.pem": root_certificate,
    "/authority/crl": revocation_list,
    "/authority/ocsp": ocsp_by_post,
}
TREES: Mapping[str, Callable[[Realm, Request], Response]] = {OCSP_PATH: ocsp_by_get}
"""For everything beneath an address: base64 has slashes."""


def _ocsp(realm: Realm, request: Request, asked: bytes) -> Response:
    with realm.database.read() as connection:
        document = answer_request(realm, connection, open_signing_root(realm), asked)
    return _answer(request, document, "application/ocsp-response")


def _answer(request: Request, document: bytes, media_type: str) -> Response:
    headers = (("Content-Type", media_type), ("Cache-Control", "no-store"))
    if request.method == "HEAD":
        return Response(200, (*headers, ("Content-Length", str(len(document)))))
    return Response(200, headers, document)


def _not_allowed(methods: tuple[str, ...]) -> Response:
    names = " or ".join(methods)
    return Response.of_json(
        {"error": "invalid_request", "error_description": f"ask this with {names}"},
        status=405,
        headers=[("Allow", ", ".join(methods))],
    )
