"""Authorization codes: stored by their hash, redeemed by one statement, recognised when they come back."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, exists, insert, select, update

from ground.chance import draw_token
from ground.database import table_of
from idp.audit import Event, record
from idp.protocol.authorization_request import AuthorizationRequest
from idp.realm import Realm
from idp.tokens import families
from idp.tokens.families import FAMILIES, Grant, as_grant
from idp.tokens.models import AuthorizationCode

CODES = table_of(AuthorizationCode)
FIND = (
    select(
        CODES.c.code_hash,
        CODES.c.family_id,
        CODES.c.redirect_uri,
        CODES.c.nonce,
        CODES.c.code_challenge,
        CODES.c.expires_at,
        CODES.c.redeemed_at,
        FAMILIES,
    )
    .join(FAMILIES, FAMILIES.c.id == CODES.c.family_id)
    .where(CODES.c.code_hash == bindparam("code_hash"))
)
REDEEM = (
    update(CODES)
    .where(
        CODES.c.code_hash == bindparam("redeemed_hash"),
        CODES.c.redeemed_at.is_(None),
        CODES.c.expires_at > bindparam("now"),
        # A sign-out between issue and redemption has revoked the family: its code gives nothing, no ID token either.
        exists().where(FAMILIES.c.id == CODES.c.family_id, FAMILIES.c.revoked_at.is_(None)),
    )
    .values(redeemed_at=bindparam("now"))
)


@dataclass(frozen=True)
class StoredCode:
    """A code as it was issued. `code_challenge` is an S256 challenge or None; times are seconds."""

    code_hash: bytes
    family_id: str
    grant: Grant
    redirect_uri: str
    nonce: str | None
    code_challenge: str | None
    expires_at: int
    is_redeemed: bool


def issue(
    realm: Realm,
    connection: Connection,
    request: AuthorizationRequest,
    grant: Grant,
    *,
    make_code: Callable[[str], str] | None = None,
    lifetime_seconds: int | None = None,
) -> str:
    """Store a grant and a code for it; the code itself is returned and kept nowhere.

    `make_code` writes the code of a family in a dialect's own way, and never the same twice.
    """
    family_id = families.begin(realm, connection, grant)
    code = make_code(family_id) if make_code else draw_token(realm.chance, "authorization code")
    now = realm.clock.now()
    connection.execute(
        insert(CODES),
        {
            "code_hash": hash_code(code),
            "family_id": family_id,
            "client_id": grant.client_id,
            "redirect_uri": request.redirect_uri,
            "nonce": request.nonce,
            "code_challenge": request.code_challenge,
            "created_at": now,
            "expires_at": now + (lifetime_seconds or realm.settings.lifetimes.authorization_code),
        },
    )
    record(
        realm,
        connection,
        Event.AUTHORIZATION_ISSUED,
        actor=f"citizen:{grant.citizen_id}",
        object=f"client:{grant.client_id}",
        family=family_id,
        acr=grant.acr,
        **({"acting_for": f"{grant.acting.kind}:{grant.acting.id}"} if grant.acting else {}),
    )
    return code


def hash_code(code: str) -> bytes:
    """A code holds 256 random bits or a signature, so one SHA-256 is enough to store it by."""
    return hashlib.sha256(code.encode()).digest()


def find(connection: Connection, code: str) -> StoredCode | None:
    """The stored code, whatever its state."""
    row = connection.execute(FIND, {"code_hash": hash_code(code)}).first()
    if row is None:
        return None
    return StoredCode(
        code_hash=row.code_hash,
        family_id=row.family_id,
        grant=as_grant(row),
        redirect_uri=row.redirect_uri,
        nonce=row.nonce,
        code_challenge=row.code_challenge,
        expires_at=row.expires_at,
        is_redeemed=row.redeemed_at is not None,
    )


def redeem(realm: Realm, connection: Connection, stored: StoredCode) -> bool:
    """Take the code, if nobody has, it has not run out and its family lives and counts here.

    True for exactly one caller, over all processes and nodes.
    """
    parameters = {"redeemed_hash": stored.code_hash, "now": realm.clock.now()}
    if not stored.grant.counts_in(realm):
        return False
    if connection.execute(REDEEM, parameters).rowcount != 1:
        return False
    record(
        realm,
        connection,
        Event.AUTHORIZATION_REDEEMED,
        actor=f"client:{stored.grant.client_id}",
        object=f"family:{stored.family_id}",
    )
    return True


def punish_replay(realm: Realm, connection: Connection, stored: StoredCode) -> None:
    """A redeemed code came back: somebody else has it, so everything it gave is revoked (RFC 6749, 4.1.2).

    The caller commits this although its answer is an error; a rolled-back revocation is the classic bug.
    """
    actor = f"client:{stored.grant.client_id}"
    record(
        realm,
        connection,
        Event.AUTHORIZATION_REPLAYED,
        actor=actor,
        object=f"family:{stored.family_id}",
        outcome="refused",
    )
    families.revoke(realm, connection, stored.family_id, because="code_replayed", actor=actor)
