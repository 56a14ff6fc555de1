"""The stored secrets: set, replaced, opened, and each code accepted once."""

from sqlalchemy import Connection, bindparam, delete, insert, or_, select, update

from ground.database import table_of
from idp.audit import Event, record
from idp.authentication.methods.totp.codes import draw_secret
from idp.authentication.methods.totp.models import TotpSecret
from idp.realm import Realm
from idp.tombstones import Buried, bury

SECRETS = table_of(TotpSecret)
FIND = select(SECRETS).where(SECRETS.c.citizen_id == bindparam("of_citizen"))
ACCEPT = update(SECRETS).where(
    SECRETS.c.citizen_id == bindparam("of_citizen"),
    or_(SECRETS.c.last_step.is_(None), SECRETS.c.last_step < bindparam("of_step")),
)


def secret_of(realm: Realm, connection: Connection, citizen_id: str) -> str | None:
    """The secret of a citizen, opened; None when they have none."""
    row = connection.execute(FIND, {"of_citizen": citizen_id}).first()
    return realm.vault.open(_place(citizen_id), row.sealed).decode("ascii") if row else None


def set_secret(realm: Realm, connection: Connection, citizen_id: str, secret: str, *, last_step: int | None = None) -> None:
    """Give a citizen a secret in place of the one they may have.

    `last_step` is that of the code by which they showed that their application has it.
    """
    if remove_secret(connection, citizen_id):
        bury(realm, connection, Buried.METHOD, citizen_id, "totp", citizen_id)
    row = {
        "citizen_id": citizen_id,
        "sealed": realm.vault.seal(_place(citizen_id), secret.encode("ascii")),
        "last_step": last_step,
        "added_at": realm.clock.now(),
    }
    connection.execute(insert(SECRETS), row)


def enrol(realm: Realm, connection: Connection, citizen_id: str, *, actor: str) -> str:
    """Give a citizen a new secret in somebody else's name, and return it."""
    secret = draw_secret(realm.chance)
    set_secret(realm, connection, citizen_id, secret)
    record(realm, connection, Event.METHOD_ENROLLED, actor=actor, object=f"citizen:{citizen_id}", method="totp")
    return secret


def accept(realm: Realm, connection: Connection, citizen_id: str, step: int) -> bool:
    """Take the code of a step: True once, and never for a step before one that was taken (RFC 6238, 5.2)."""
    values = {"of_citizen": citizen_id, "of_step": step, "last_step": step, "used_at": realm.clock.now()}
    return connection.execute(ACCEPT, values).rowcount == 1


def remove_secret(connection: Connection, citizen_id: str) -> bool:
    """From now on no code is right. False when there was no secret."""
    return connection.execute(delete(SECRETS).where(SECRETS.c.citizen_id == citizen_id)).rowcount == 1


def _place(citizen_id: str) -> str:
    return f"totp_secrets.sealed:{citizen_id}"
