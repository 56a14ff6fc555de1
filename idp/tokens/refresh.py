"""Refresh tokens: each is good once and gives the next; one that comes back takes its whole family down (RFC 9700, 4.14)."""

import hashlib
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, insert, select, update

from ground.chance import draw_token
from ground.database import table_of
from idp.audit import Event, record
from idp.realm import Realm
from idp.tokens import families
from idp.tokens.families import FAMILIES, Grant, as_grant
from idp.tokens.models import RefreshToken

REFRESH_TOKENS = table_of(RefreshToken)
FIND = (
    select(
        REFRESH_TOKENS.c.token_hash,
        REFRESH_TOKENS.c.family_id,
        REFRESH_TOKENS.c.expires_at,
        REFRESH_TOKENS.c.rotated_at,
        FAMILIES,
    )
    .join(FAMILIES, FAMILIES.c.id == REFRESH_TOKENS.c.family_id)
    .where(REFRESH_TOKENS.c.token_hash == bindparam("token_hash"))
)
ROTATE = (
    update(REFRESH_TOKENS)
    .where(
        REFRESH_TOKENS.c.token_hash == bindparam("rotated_hash"),
        REFRESH_TOKENS.c.rotated_at.is_(None),
        REFRESH_TOKENS.c.expires_at > bindparam("now"),
    )
    .values(rotated_at=bindparam("now"))
)
PROLONG = (
    update(REFRESH_TOKENS)
    .where(
        REFRESH_TOKENS.c.token_hash == bindparam("prolonged_hash"),
        REFRESH_TOKENS.c.rotated_at.is_(None),
        REFRESH_TOKENS.c.expires_at > bindparam("now"),
    )
    .values(expires_at=bindparam("until"))
)


@dataclass(frozen=True)
class StoredRefreshToken:
    """A refresh token as it was issued; `is_alive` says whether its family has not been revoked and counts
    here, and it is in time."""

    token_hash: bytes
    family_id: str
    family_begun_at: int
    grant: Grant
    is_rotated: bool
    is_alive: bool


def issue(realm: Realm, connection: Connection, *, family_id: str, family_begun_at: int) -> str:
    """Store a new refresh token of a family and return it; it is kept nowhere.

    It runs out when nobody uses it for its idle time, and never outlives the family's absolute term.
    """
    token = draw_token(realm.chance, "refresh token")
    now = realm.clock.now()
    connection.execute(
        insert(REFRESH_TOKENS),
        {
            "token_hash": hash_token(token),
            "family_id": family_id,
            "created_at": now,
            "expires_at": _end(realm, family_begun_at),
        },
    )
    return token


def find(realm: Realm, connection: Connection, token: str) -> StoredRefreshToken | None:
    """The stored token, whatever its state."""
    row = connection.execute(FIND, {"token_hash": hash_token(token)}).first()
    if row is None:
        return None
    grant = as_grant(row)
    is_in_time = row.revoked_at is None and row.expires_at > realm.clock.now()
    return StoredRefreshToken(
        token_hash=row.token_hash,
        family_id=row.family_id,
        family_begun_at=row.created_at,
        grant=grant,
        is_rotated=row.rotated_at is not None,
        is_alive=is_in_time and grant.counts_in(realm),
    )


def rotate(realm: Realm, connection: Connection, stored: StoredRefreshToken) -> str | None:
    """Take the token and return the next one. Only one caller gets it, over all processes and nodes; others get None."""
    parameters = {"rotated_hash": stored.token_hash, "now": realm.clock.now()}
    if connection.execute(ROTATE, parameters).rowcount != 1:
        return None
    actor = f"client:{stored.grant.client_id}"
    record(realm, connection, Event.TOKENS_REFRESHED, actor=actor, object=f"family:{stored.family_id}")
    return issue(realm, connection, family_id=stored.family_id, family_begun_at=stored.family_begun_at)


def prolong(realm: Realm, connection: Connection, stored: StoredRefreshToken) -> bool:
    """Use a token that stays the same, where they do not rotate: its idle time begins anew. False when it has run out or was
    rotated."""
    until = _end(realm, stored.family_begun_at)
    parameters = {"prolonged_hash": stored.token_hash, "now": realm.clock.now(), "until": until}
    if connection.execute(PROLONG, parameters).rowcount != 1:
        return False
    actor = f"client:{stored.grant.client_id}"
    record(realm, connection, Event.TOKENS_REFRESHED, actor=actor, object=f"family:{stored.family_id}")
    return True


def punish_reuse(realm: Realm, connection: Connection, stored: StoredRefreshToken) -> None:
    """A rotated token came back: somebody has a copy, so the family dies. The caller commits although it answers an error."""
    actor = f"client:{stored.grant.client_id}"
    record(realm, connection, Event.REFRESH_REUSED, actor=actor, object=f"family:{stored.family_id}", outcome="refused")
    families.revoke(realm, connection, stored.family_id, because="refresh_reused", actor=actor)


def _end(realm: Realm, family_begun_at: int) -> int:
    lifetimes = realm.settings.lifetimes
    return min(realm.clock.now() + lifetimes.refresh_idle, family_begun_at + lifetimes.refresh_absolute)


def hash_token(token: str) -> bytes:
    """A refresh token is 256 random bits, so one SHA-256 is enough to store it by."""
    return hashlib.sha256(token.encode()).digest()
