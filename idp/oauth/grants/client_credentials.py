"""The client credentials grant (RFC 6749, 4.4): a token that a system has for itself, and by no person.

Which systems may have one, and for what, their operator decides: nobody registers it by themselves.
"""

from typing import Any

from authlib.oauth2.rfc6749 import InvalidScopeError, UnauthorizedClientError
from authlib.oauth2.rfc6749.grants import BaseGrant
from authlib.oauth2.rfc6749.grants.base import TokenEndpointMixin

from idp.audit import Event, record
from idp.errors import RequestRefused
from idp.oauth.grants.tokens import answer_with_tokens
from idp.protocol.client import Client
from idp.protocol.scopes import granted_to_system, spell
from idp.protocol.vocabulary import CONFIDENTIAL_AUTHENTICATIONS
from idp.realm import Realm
from idp.tokens import families


class ClientGrant(BaseGrant, TokenEndpointMixin):
    """Gives an access token of a system's own. There is no refresh token: the system proves who it is again (4.4.3)."""

    GRANT_TYPE = "client_credentials"
    TOKEN_ENDPOINT_AUTH_METHODS = list(CONFIDENTIAL_AUTHENTICATIONS)  # noqa: RUF012 - Authlib's own attribute

    @classmethod
    def register_at(cls, server: Any) -> None:
        server.register_grant(cls)

    @property
    def realm(self) -> Realm:
        realm: Realm = self.server.realm
        return realm

    def validate_token_request(self) -> None:
        record_of_client = self.authenticate_token_endpoint_client()
        if not record_of_client.check_grant_type(self.GRANT_TYPE):
            raise UnauthorizedClientError("The client may have no tokens of its own")
        self.request.client = record_of_client

    def create_token_response(self) -> tuple[int, dict[str, Any], list[tuple[str, str]]]:
        client: Client = self.request.client.client
        try:
            scopes = granted_to_system(self.request.form.get("scope", ""), client.scopes)
        except RequestRefused as refusal:
            raise InvalidScopeError(refusal.description) from None
        with self.realm.database.write() as connection:
            family_id, grant = families.of_system(self.realm, connection, client.client_id, scopes)
            actor, what = f"client:{client.client_id}", f"family:{family_id}"
            record(self.realm, connection, Event.SYSTEM_TOKEN_ISSUED, actor=actor, object=what, scope=spell(scopes))
        return 200, answer_with_tokens(self.realm, grant, client, family_id=family_id), self.TOKEN_RESPONSE_HEADER
