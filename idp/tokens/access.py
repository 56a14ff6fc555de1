"""Judging an access token that comes back to us, at userinfo and at introspection."""

from dataclasses import dataclass
from typing import Any

from joserfc import jwt
from sqlalchemy import Connection

from idp.keyring.published import NOT_A_TOKEN, verifying_keys
from idp.protocol.vocabulary import ACCESS_TOKEN_ALGORITHM
from idp.realm import Realm
from idp.tokens import families
from idp.tokens.families import Grant

MAX_TOKEN_LENGTH = 8192


@dataclass(frozen=True)
class VerifiedAccessToken:
    """An access token that is ours, in time and not revoked: its claims and the grant behind it."""

    claims: dict[str, Any]
    grant: Grant

    @property
    def audience(self) -> list[str]:
        return list(self.claims["aud"])


def judge(realm: Realm, connection: Connection, unverified_token: str) -> VerifiedAccessToken | None:
    """The token if it may be used now, else None: one answer for every reason (RFC 7662, 2.2; RFC 6750, 3.1)."""
    if len(unverified_token) > MAX_TOKEN_LENGTH:
        return None
    try:
        token = jwt.decode(unverified_token, verifying_keys(realm), algorithms=[ACCESS_TOKEN_ALGORITHM])
    except NOT_A_TOKEN:
        return None
    claims = token.claims
    if token.header.get("typ") != "at+jwt" or claims.get("iss") != realm.issuer:
        return None
    if not isinstance(claims.get("exp"), int) or claims["exp"] <= realm.clock.now():
        return None
    grant = families.find_alive(connection, str(claims.get("jti")).partition(".")[0])
    return VerifiedAccessToken(claims, grant) if grant else None
