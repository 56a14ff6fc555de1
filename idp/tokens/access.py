"""Judging an access token that comes back to us, at userinfo and at introspection."""

from dataclasses import dataclass
from typing import Any

from joserfc import jwt
from sqlalchemy import Connection, bindparam, delete, insert, select

from ground.database import table_of
from idp.audit import Event, record
from idp.keyring.published import NOT_A_TOKEN, verifying_keys
from idp.protocol.vocabulary import ACCESS_TOKEN_ALGORITHM, TEST_MARK
from idp.realm import Realm
from idp.tokens import families
from idp.tokens.families import Grant
from idp.tokens.models import RevokedAccessToken

MAX_TOKEN_LENGTH = 8192
MAX_JTI_LENGTH = 100
LATEST = 2**63 - 1
"""What a column of seconds holds."""
REVOKED = table_of(RevokedAccessToken)
IS_REVOKED = select(REVOKED.c.jti).where(REVOKED.c.jti == bindparam("jti"))


@dataclass(frozen=True)
class VerifiedAccessToken:
    """An access token that is ours, in time and not revoked: its claims and the grant behind it."""

    claims: dict[str, Any]
    grant: Grant

    @property
    def family_id(self) -> str:
        """The authorization that it came of, which its `jti` begins with."""
        return str(self.claims["jti"]).partition(".")[0]

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
    if not _is_well_formed(claims) or claims["exp"] <= realm.clock.now():
        return None
    if TEST_MARK in claims and not realm.settings.is_test:
        return None
    jti = claims["jti"]
    grant = families.find_alive(realm, connection, jti.partition(".")[0])
    if grant is None or connection.execute(IS_REVOKED, {"jti": jti}).first():
        return None
    return VerifiedAccessToken(claims, grant)


def _is_well_formed(claims: dict[str, Any]) -> bool:
    """Are the claims that we use what we write? The test API signs whatever it is told."""
    exp, jti, aud = claims.get("exp"), claims.get("jti"), claims.get("aud")
    return (
        type(exp) is int
        and exp <= LATEST
        and isinstance(jti, str)
        and len(jti) <= MAX_JTI_LENGTH
        and isinstance(aud, list)
        and all(isinstance(name, str) for name in aud)
    )


def revoke(realm: Realm, connection: Connection, token: VerifiedAccessToken, *, actor: str) -> None:
    """Kill this one token; its family lives on. The row is needed until the token would have run out anyway."""
    jti = token.claims["jti"]
    connection.execute(delete(REVOKED).where(REVOKED.c.expires_at <= realm.clock.now()))
    connection.execute(insert(REVOKED), {"jti": jti, "expires_at": token.claims["exp"]})
    record(realm, connection, Event.TOKENS_REVOKED, actor=actor, object=f"token:{jti[:36]}", because="given_back")
