"""What is dead for good and has to be remembered beside the database: a closed list of kinds, and how one is buried.

Whoever kills calls `bury` in the transaction of the deed, beside the journal row. What a restored copy would bring to life
otherwise is put to death again by `idp.epoch`, kind by kind. Everything that is good once, or for a while (codes, sessions,
tokens, challenges, links, paused requests), needs no tombstone: a new epoch ends all of it.
"""

from enum import StrEnum

from sqlalchemy import Connection, select

from ground.tombstones import EPOCH
from idp.database import WATERMARKS
from idp.realm import Realm

SKEW_SECONDS = 60
"""How far the clock of whoever made something may be before ours."""
EPOCH_BEGAN = select(WATERMARKS.c.at).where(WATERMARKS.c.name == EPOCH)


class Buried(StrEnum):
    """Every kind, with the identifiers that name one."""

    CONSENT = "consent"
    """Withdrawn: citizen, client."""
    CLIENT = "client"
    """Disabled or removed: client."""
    CLIENT_SECRET = "client secret"
    """Replaced: client."""
    CLIENT_CERTIFICATE = "client certificate"
    """Removed: client, SHA-256 of its DER in hex."""
    CERTIFICATE = "certificate"
    """Revoked: serial, citizen."""
    METHOD = "method"
    """Taken away at an account: citizen, method, identifier of the thing."""
    PASSWORD = "password"
    """Changed or taken away: citizen."""
    CONTACT = "contact"
    """A confirmed telephone or mail address given up for another: citizen, `phone` or `email`."""
    CITIZEN = "citizen"
    """Erased: citizen."""
    CITIZEN_DISABLED = "citizen disabled"
    """Let in no more: citizen."""
    ACCOUNT_LOCKED = "account locked"
    """Locked after failures: citizen. Lifting is not buried: who was locked after the copy lifts it once more."""
    INCIDENT = "incident"
    """Shut for a danger: citizen, rule. Neither is its end: an officer looks once more."""
    CHILD = "child"
    """Taken off a parent's list: parent, child."""
    ROLE = "role"
    """Taken away or given up: citizen, role."""
    MEMBERSHIP = "membership"
    """Ended: citizen, organisation."""


def bury(realm: Realm, connection: Connection, kind: Buried, *identifiers: str) -> None:
    """Remember beside the database that this is dead, in the transaction that kills it."""
    realm.tombstones.bury(connection, kind.value, *identifiers)


def is_of_older_epoch(connection: Connection, born_at: int) -> bool:
    """May something that comes once, and was made at this moment, have come already, unknown to the database that we have?

    For what others make and we only remember the names of: which came after the copy was made, the copy does not say.
    """
    began_at = connection.execute(EPOCH_BEGAN).scalar()
    return began_at is not None and born_at <= began_at + SKEW_SECONDS
