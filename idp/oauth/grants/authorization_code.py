"""The authorization code grant (RFC 6749, 4.1.3; OpenID Connect Core 1.0, 3.1.3)."""

from typing import Any

from authlib.oauth2.rfc6749 import InvalidGrantError
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant
from authlib.oauth2.rfc7636 import CodeChallenge

from idp.authentication import incident
from idp.oauth.grants.tokens import answer_with_tokens
from idp.protocol.client import Client
from idp.protocol.scopes import spell
from idp.protocol.vocabulary import CLIENT_AUTHENTICATIONS
from idp.realm import Realm
from idp.tokens import codes, refresh
from idp.tokens.codes import StoredCode
from idp.tokens.holder import holder_of


class StrictChallenge(CodeChallenge):
    """PKCE with S256 only, and a verifier asked of every code that was issued with a challenge (RFC 7636, 4.6).

    Whether there has to be a challenge is decided at the authorization endpoint, for every kind of client.
    """

    SUPPORTED_CODE_CHALLENGE_METHOD = ["S256"]  # noqa: RUF012 - Authlib's own attribute, read and never changed

    def __init__(self) -> None:
        super().__init__(required=False)

    def get_authorization_code_challenge(self, authorization_code: "CodeAtAuthlib") -> str | None:
        return authorization_code.stored.code_challenge

    def get_authorization_code_challenge_method(self, authorization_code: "CodeAtAuthlib") -> str:
        return "S256"


class CodeAtAuthlib:
    """A stored code with the questions that Authlib asks of one (its AuthorizationCodeMixin)."""

    def __init__(self, stored: StoredCode) -> None:
        self.stored = stored

    def get_redirect_uri(self) -> str:
        return self.stored.redirect_uri

    def get_scope(self) -> str:
        return spell(self.stored.grant.scopes)


class CodeGrant(AuthorizationCodeGrant):
    """Redeems a code. Authlib authenticates the client and compares redirect URI and verifier; the rest is ours.

    A wrong verifier or redirect URI leaves the code alive: who sends one is not the client, and must not be able to burn
    the client's code. The code is taken by one conditional UPDATE in the transaction that answers.
    """

    TOKEN_ENDPOINT_AUTH_METHODS = list(CLIENT_AUTHENTICATIONS)  # noqa: RUF012 - as above

    @classmethod
    def register_at(cls, server: Any) -> None:
        server.register_grant(cls, [StrictChallenge()])

    @property
    def realm(self) -> Realm:
        realm: Realm = self.server.realm
        return realm

    def query_authorization_code(self, code: str, client: Any) -> CodeAtAuthlib | None:
        """A code of this client, in whatever state. One that was redeemed before takes its whole family down."""
        with self.realm.database.read() as connection:
            stored = codes.find(connection, code)
        if stored is None or stored.grant.client_id != client.client_id:
            return None
        if stored.is_redeemed:
            self._punish(stored)
        return CodeAtAuthlib(stored)

    def create_token_response(self) -> tuple[int, dict[str, Any], list[tuple[str, str]]]:
        stored: StoredCode = self.request.authorization_code.stored
        client: Client = self.request.client.client
        refresh_token = None
        with self.realm.database.write() as connection:
            holder = holder_of(self.realm, connection, stored.grant, client)
            is_ours = holder is not None and codes.redeem(self.realm, connection, stored)
            if is_ours and "refresh_token" in client.grant_types:
                begun_at = self.realm.clock.now()
                refresh_token = refresh.issue(self.realm, connection, family_id=stored.family_id, family_begun_at=begun_at)
        if not is_ours:
            with self.realm.database.read() as connection:
                seen_again = codes.find(connection, self.request.form["code"])
            if seen_again is not None and seen_again.is_redeemed:
                self._punish(stored)
            raise InvalidGrantError("Invalid 'code' in request.")
        answer = answer_with_tokens(
            self.realm,
            stored.grant,
            client,
            family_id=stored.family_id,
            refresh_token=refresh_token,
            nonce=stored.nonce,
            with_id_token="openid" in stored.grant.scopes,
        )
        return 200, answer, self.TOKEN_RESPONSE_HEADER

    def _punish(self, stored: StoredCode) -> None:
        with self.realm.database.write() as connection:
            incident.open_by_rule(self.realm, connection, stored.grant.citizen_id, "code_replay")
            codes.punish_replay(self.realm, connection, stored)
        raise InvalidGrantError("Invalid 'code' in request.")
