"""Token introspection for resource servers (RFC 7662)."""

from typing import Any

from authlib.oauth2.rfc7662 import IntrospectionEndpoint

from ground.wire import BadRequest
from idp.clients import registry
from idp.consent import disclosures
from idp.oauth.server import ClientRecord
from idp.protocol.claims import released
from idp.protocol.client import Client
from idp.protocol.scopes import ACTING_FOR
from idp.protocol.vocabulary import CONFIDENTIAL_AUTHENTICATIONS
from idp.realm import Realm
from idp.tokens import access
from idp.tokens.access import VerifiedAccessToken
from idp.tokens.holder import Holder, holder_of

IDENTITY = ("snils", "birthdate", "verified", "roles")
"""What a resource is told of the person behind a token: by what the registry knows them, and whether it may serve them."""


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
        return token if token is not None and _stands(realm, token) else None

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
            members |= self._told(verified, caller, IDENTITY)
        return members | self._told(verified, caller, (ACTING_FOR,))

    def _told(self, verified: VerifiedAccessToken, caller: Client, names: tuple[str, ...]) -> dict[str, Any]:
        """A token holder may never have opened the resource in a browser: it learns of the person here."""
        realm: Realm = self.server.realm
        if verified.grant.is_own:
            return {}
        holder = _holder(realm, verified)
        told = released(holder.claims, names) if holder else {}
        disclosures.write_down(
            realm,
            family_id=verified.family_id,
            citizen_id=verified.grant.citizen_id,
            client_id=caller.client_id,
            channel="check",
            claims=told,
        )
        return told


def _stands(realm: Realm, token: VerifiedAccessToken) -> bool:
    """Is there still whoever it was granted by: the person, or the system where it is its own?"""
    if not token.grant.is_own:
        return _holder(realm, token) is not None
    with realm.database.read() as connection:
        return registry.find(connection, token.grant.client_id) is not None


def _holder(realm: Realm, token: VerifiedAccessToken) -> Holder | None:
    with realm.database.read() as connection:
        client = registry.find(connection, token.grant.client_id)
        return holder_of(realm, connection, token.grant, client)
