"""Token revocation (RFC 7009): a client gives a token back."""

from typing import Any

from authlib.oauth2.rfc6749 import InvalidGrantError, InvalidRequestError, TokenEndpoint

from idp.oauth.server import ClientRecord
from idp.protocol.vocabulary import CLIENT_AUTHENTICATIONS
from idp.realm import Realm
from idp.tokens import access, families, refresh


class Revocation(TokenEndpoint):
    """A refresh token is given back with its whole family, an access token alone (2.1).

    A token we do not know is answered like one we revoked (2.2); another client's is refused and lives on.
    """

    ENDPOINT_NAME = "revocation"
    CLIENT_AUTH_METHODS = list(CLIENT_AUTHENTICATIONS)  # noqa: RUF012 - Authlib's own attribute

    def create_endpoint_response(self, request: Any) -> tuple[int, dict[str, Any], list[tuple[str, str]]]:
        client: ClientRecord = self.authenticate_endpoint_client(request)
        token = request.form.get("token")
        if not token:
            raise InvalidRequestError("token is required")
        self._revoke(token, client.client_id)
        return 200, {}, []

    def _revoke(self, token: str, client_id: str) -> None:
        realm: Realm = self.server.realm
        actor = f"client:{client_id}"
        with realm.database.read() as connection:
            stored = refresh.find(realm, connection, token)
            verified = None if stored else access.judge(realm, connection, token)
        grant = stored.grant if stored else verified.grant if verified else None
        if grant is None:
            return
        if grant.client_id != client_id:
            raise InvalidGrantError("the token was issued to another client")
        with realm.database.write() as connection:
            if stored is not None:
                families.revoke(realm, connection, stored.family_id, because="given_back", actor=actor)
            elif verified is not None:
                access.revoke(realm, connection, verified, actor=actor)
