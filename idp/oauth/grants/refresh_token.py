"""The refresh token grant (RFC 6749, 6; OpenID Connect Core 1.0, 12)."""

from dataclasses import replace
from typing import Any

from authlib.oauth2.rfc6749 import InvalidGrantError, InvalidRequestError, InvalidScopeError, UnauthorizedClientError
from authlib.oauth2.rfc6749.grants import BaseGrant
from authlib.oauth2.rfc6749.grants.base import TokenEndpointMixin
from sqlalchemy import Connection

from idp.authentication import incident
from idp.oauth.grants.tokens import answer_with_tokens
from idp.protocol.client import Client
from idp.protocol.scopes import OFFLINE_ACCESS
from idp.protocol.vocabulary import CLIENT_AUTHENTICATIONS
from idp.realm import Realm
from idp.sessions import store
from idp.tokens import refresh
from idp.tokens.holder import holder_of
from idp.tokens.refresh import StoredRefreshToken


class RefreshGrant(BaseGrant, TokenEndpointMixin):
    """Rotates a refresh token. Authlib authenticates the client; its own grant knows neither rotation nor families.

    Without `offline_access` a family lives only as long as the provider's session, and refreshing counts as activity in it.
    """

    GRANT_TYPE = "refresh_token"
    TOKEN_ENDPOINT_AUTH_METHODS = list(CLIENT_AUTHENTICATIONS)  # noqa: RUF012 - Authlib's own attribute

    @classmethod
    def register_at(cls, server: Any) -> None:
        server.register_grant(cls)

    @property
    def realm(self) -> Realm:
        realm: Realm = self.server.realm
        return realm

    def validate_token_request(self) -> None:
        record = self.authenticate_token_endpoint_client()
        if not record.check_grant_type(self.GRANT_TYPE):
            raise UnauthorizedClientError("The client did not register grant_type=refresh_token")
        self.request.client = record
        token = self.request.form.get("refresh_token")
        if not token:
            raise InvalidRequestError("refresh_token is required")
        with self.realm.database.read() as connection:
            stored = refresh.find(self.realm, connection, token)
        if stored is None or stored.grant.client_id != record.client_id:
            raise _refused()
        if stored.is_rotated:
            self._punish(stored)
        self.request.refresh_token = stored

    def create_token_response(self) -> tuple[int, dict[str, Any], list[tuple[str, str]]]:
        stored: StoredRefreshToken = self.request.refresh_token
        client: Client = self.request.client.client
        asked = frozenset(self.request.form.get("scope", "").split())
        if not asked <= stored.grant.scopes:
            raise InvalidScopeError("scope must not grow by refreshing")
        with self.realm.database.write() as connection:
            token = refresh.rotate(self.realm, connection, stored) if self._may_go_on(connection, stored, client) else None
        if token is None:
            with self.realm.database.read() as connection:
                seen_again = refresh.find(self.realm, connection, self.request.form["refresh_token"])
            if seen_again is not None and seen_again.is_rotated:
                self._punish(stored)
            raise _refused()
        grant = replace(stored.grant, scopes=asked) if asked else stored.grant
        answer = answer_with_tokens(
            self.realm, grant, client, family_id=stored.family_id, refresh_token=token, with_id_token="openid" in asked
        )
        return 200, answer, self.TOKEN_RESPONSE_HEADER

    def _may_go_on(self, connection: Connection, stored: StoredRefreshToken, client: Client) -> bool:
        """Is the person still there on the client's terms, and the session too, where the token lives by it?"""
        if not stored.is_alive:
            return False
        if holder_of(self.realm, connection, stored.grant, client) is None:
            return False
        return OFFLINE_ACCESS in stored.grant.scopes or store.keep_alive(self.realm, connection, stored.grant.sid)

    def _punish(self, stored: StoredRefreshToken) -> None:
        with self.realm.database.write() as connection:
            incident.open_by_rule(self.realm, connection, stored.grant.citizen_id, "refresh_reuse")
            refresh.punish_reuse(self.realm, connection, stored)
        raise _refused()


def _refused() -> InvalidGrantError:
    """One answer for every reason: a stranger learns nothing about a token."""
    return InvalidGrantError("Invalid 'refresh_token' in request.")
