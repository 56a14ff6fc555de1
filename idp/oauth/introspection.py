"""Token introspection for resource servers (RFC 7662)."""

from typing import Any

from authlib.oauth2.rfc7662 import IntrospectionEndpoint

from ground.wire import BadRequest
from idp.citizens import directory
from idp.oauth.server import ClientRecord
from idp.protocol.client import Client
from idp.protocol.vocabulary import CONFIDENTIAL_AUTHENTICATIONS
from idp.realm import Realm
from idp.tokens import access
from idp.tokens.access import VerifiedAccessToken


class Introspection(IntrospectionEndpoint):
    """Answers the client a token was issued to and the resource it is meant for; to others no token is active."""

    CLIENT_AUTH_METHODS = list(CONFIDENTIAL_AUTHENTICATIONS)  # noqa: RUF012 - Authlib's own attribute

    def check_params(self, request: Any, client: ClientRecord) -> None:
        """A hint of any kind is only a hint (RFC 7662, 2.1)."""
        if not request.form.get("token"):
            raise BadRequest("token is required")

    def query_token(self, token_string: str, token_type_hint: str | None) -> VerifiedAccessToken | None:
        realm: Realm = self.server.realm
        with realm.database.read() as connection:
            token = access.judge(realm, connection, token_string)
            person = directory.find(realm, connection, token.grant.citizen_id) if token else None
        return None if person is None or person.is_shut_out else token

    def check_permission(self, token: VerifiedAccessToken, client: ClientRecord, request: Any) -> bool:
        request.is_resource = client.client.resource is not None and client.client.resource in token.audience
        return request.is_resource or token.grant.client_id == client.client_id

    def authenticate_token(self, request: Any, client: ClientRecord) -> tuple[VerifiedAccessToken, Client] | None:
        token: VerifiedAccessToken | None = super().authenticate_token(request, client)
        return (token, client.client) if token else None

    def create_introspection_payload(self, token: tuple[VerifiedAccessToken, Client] | None) -> dict[str, Any]:
        if token is None:
            return {"active": False}
        verified, caller = token
        members = {"active": True, "token_type": "Bearer", **verified.claims}
        if caller.resource is not None and caller.resource in verified.audience:
            members |= self._identity(verified)
        return members

    def _identity(self, verified: VerifiedAccessToken) -> dict[str, Any]:
        """By what the registry knows a person: a token holder may never have opened it in a browser."""
        realm: Realm = self.server.realm
        with realm.database.read() as connection:
            person = directory.find(realm, connection, verified.grant.citizen_id)
        claims = person.claims() if person else {}
        return {name: claims[name] for name in ("snils", "birthdate") if claims.get(name)}
