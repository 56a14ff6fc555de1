"""The stored hashes of passwords: set, changed, renewed at the cost of today."""

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from ground.database import table_of
from idp.audit import Event, record
from idp.authentication import attempt as attempts
from idp.authentication.methods.password.hashing import PasswordChecker
from idp.authentication.methods.password.models import Password
from idp.realm import Realm
from idp.tombstones import Buried, bury

PASSWORDS = table_of(Password)
FIND_HASH = select(PASSWORDS.c.hash).where(PASSWORDS.c.citizen_id == bindparam("citizen_id"))
FIND = select(PASSWORDS).where(PASSWORDS.c.citizen_id == bindparam("citizen_id"))


def renew(realm: Realm, citizen_id: str, stored: str, password: str) -> None:
    """Hash the password anew at the cost of today: only who types it can. Somebody may have changed it at this moment."""
    fresh = checker(realm).hash(password)
    which = (PASSWORDS.c.citizen_id == citizen_id, PASSWORDS.c.hash == stored)
    with realm.database.write() as connection:
        connection.execute(update(PASSWORDS).where(*which), {"hash": fresh})


def checker(realm: Realm) -> PasswordChecker:
    """The realm's password checker."""
    return realm.remember("password checker", lambda: PasswordChecker(realm.settings.password_hashing))


def set_password(realm: Realm, connection: Connection, citizen_id: str, password: str) -> None:
    """Store the first password of a citizen."""
    set_hash(realm, connection, citizen_id, checker(realm).hash(password))


def set_hash(realm: Realm, connection: Connection, citizen_id: str, stored: str) -> None:
    """Store the first password of a citizen that was hashed before."""
    row = {"citizen_id": citizen_id, "hash": stored, "changed_at": realm.clock.now()}
    connection.execute(insert(PASSWORDS), row)


def change_password(realm: Realm, connection: Connection, citizen_id: str, password: str | None, *, actor: str) -> None:
    """Store another password of a citizen, or none. Whoever is between two steps with the old one begins anew."""
    connection.execute(delete(PASSWORDS).where(PASSWORDS.c.citizen_id == citizen_id))
    bury(realm, connection, Buried.PASSWORD, citizen_id)
    if password is not None:
        set_password(realm, connection, citizen_id, password)
    record(realm, connection, Event.PASSWORD_CHANGED, actor=actor, object=f"citizen:{citizen_id}")
    attempts.end_all(realm, connection, citizen_id)
