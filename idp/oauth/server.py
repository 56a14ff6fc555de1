"""Authlib's authorization server, fed with our own small request and answering with our own small response.

One value for each realm: Authlib asks for a client without a request at hand. What Authlib is lax about is decided
before it (authorization requests) or in the grants.
"""

from collections.abc import Collection, Mapping
from typing import Any

import orjson
from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import AuthorizationServer, InvalidRequestError, OAuth2Request
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload

from ground.wire import BadRequest, Request, Response
from idp.clients import authentication, registry
from idp.errors import RequestRefused
from idp.protocol.client import Client
from idp.realm import Realm


class ClientRecord:
    """A client with the questions that Authlib asks of one (its ClientMixin)."""

    def __init__(self, client: Client) -> None:
        self.client = client

    @property
    def client_id(self) -> str:
        return self.client.client_id

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type in self.client.grant_types


class WireRequest(OAuth2Request):
    """Our request as Authlib's: only the form is read, never the query (RFC 6749, 2.3.1)."""

    def __init__(self, request: Request) -> None:
        # Authlib refuses plain http except on a few names; which transport is allowed is our settings' decision.
        super().__init__(request.method, f"https://issuer.invalid{request.path}", headers=dict(request.headers))
        self.wire = request
        self.payload = BasicOAuth2Payload(request.form)

    @property
    def form(self) -> Mapping[str, str]:
        return self.wire.form


class ProviderServer(AuthorizationServer):
    """The authorization server of one realm."""

    def __init__(self, realm: Realm) -> None:
        super().__init__()
        self.realm = realm

    def query_client(self, client_id: str) -> ClientRecord | None:
        with self.realm.database.read() as connection:
            client = registry.find(connection, client_id)
        return ClientRecord(client) if client else None

    def authenticate_client(self, request: WireRequest, methods: Collection[str], endpoint: str = "token") -> ClientRecord:
        """Our own rules instead of Authlib's: it tries one method after another until one succeeds."""
        try:
            client = authentication.authenticate(self.realm, request.wire, accepted=methods)
        except RequestRefused as refusal:
            raise OAuth2Error(refusal.description, status_code=refusal.status, error=refusal.code) from None
        request.auth_method = client.authentication
        return ClientRecord(client)

    def send_signal(self, name: str, *args: Any, **options: Any) -> None:
        """We write a journal instead of sending signals."""

    def create_oauth2_request(self, request: Request) -> WireRequest:
        return WireRequest(request)

    def handle_response(self, status: int, body: Any, headers: list[tuple[str, str]]) -> Response:
        kept = tuple((name, value) for name, value in headers if name.lower() not in ("content-type", "cache-control"))
        if not isinstance(body, dict):
            body = dict(body)
        challenge = (("WWW-Authenticate", 'Basic realm="propusk", charset="UTF-8"'),) if status == 401 else ()
        named = {name.lower() for name, _ in kept}
        kept += tuple(header for header in challenge if header[0].lower() not in named)
        return Response(status, (("Content-Type", "application/json"), ("Cache-Control", "no-store"), *kept), orjson.dumps(body))


def refuse(bad: BadRequest) -> Response:
    """The JSON error for bytes that are no OAuth request (RFC 6749, 5.2)."""
    error = InvalidRequestError(bad.description)
    return Response.of_json(dict(error.get_body()), status=bad.status, headers=bad.headers)
