"""The first way in: login and password."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from ground.database import table_of
from ground.web.language import lazy_gettext
from idp.audit import Event, record
from idp.authentication import attempt as attempts
from idp.authentication.attempt import Attempt
from idp.authentication.method import Refusal
from idp.authentication.methods.password.hashing import PasswordChecker
from idp.authentication.methods.password.models import Password
from idp.citizens import directory
from idp.citizens.models import Person
from idp.protocol.assurance import Factor
from idp.realm import Realm

PASSWORDS = table_of(Password)
FIND_HASH = select(PASSWORDS.c.hash).where(PASSWORDS.c.citizen_id == bindparam("citizen_id"))
MAX_LOGIN_LENGTH = 254


class PasswordMethod:
    """Knowledge: the person knows the password of their login."""

    name = "password"
    kind = "knowledge"
    template = "sign_in/password.html"
    step = lazy_gettext("Пароль")

    def is_offered(self, person: Person | None) -> bool:
        return True

    def begin(self, realm: Realm, attempt: Attempt, person: Person | None) -> None:
        """Nothing comes before a password."""

    def again(self, realm: Realm, attempt: Attempt, person: Person | None) -> None:
        """A password form is shown again by itself."""

    def describe(self, realm: Realm, connection: Connection, attempt: Attempt, person: Person | None) -> dict[str, Any]:
        return {"login": attempt.purpose.login_hint}

    def finish(self, realm: Realm, attempt: Attempt, form: Mapping[str, str]) -> Attempt:
        """Refuses with the one reason `wrong_pair`, in the same time, whether the login or the password is wrong."""
        login, password = form.get("login", ""), form.get("password", "")
        with realm.database.read() as connection:
            person = directory.find_by_login(realm, connection, login) if len(login) <= MAX_LOGIN_LENGTH else None
            stored = connection.execute(FIND_HASH, {"citizen_id": person.id}).scalar() if person else None
        is_right = checker(realm).is_right(stored, password)
        if is_right and person is not None and stored is not None and checker(realm).is_outdated(stored):
            _renew(realm, person.id, stored, password)
        return self.conclude(realm, attempt, person, is_right=is_right, login=login)

    def conclude(self, realm: Realm, attempt: Attempt, person: Person | None, *, is_right: bool, login: str) -> Attempt:
        """Write down what came of the proof: a factor of this person, or a Refusal as of `finish`."""
        is_right = is_right and person is not None and not person.is_disabled
        with realm.database.write() as connection:
            record(
                realm,
                connection,
                Event.PASSWORD_CHECKED,
                actor=f"citizen:{person.id}" if person else "citizen:unknown",
                object=f"attempt:{attempt.id}",
                outcome="done" if is_right else "refused",
            )
            if is_right and person is not None:
                factor = Factor(method=self.name, kind=self.kind, amr=("pwd",), at=realm.clock.now())
                return attempts.add_factor(realm, connection, attempt, factor, citizen_id=person.id)
        raise Refusal("wrong_pair", login=login[:MAX_LOGIN_LENGTH])

    def forget(self, connection: Connection, citizen_id: str) -> None:
        """From now on no password is right."""
        connection.execute(delete(PASSWORDS).where(PASSWORDS.c.citizen_id == citizen_id))


def _renew(realm: Realm, citizen_id: str, stored: str, password: str) -> None:
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
    row = {"citizen_id": citizen_id, "hash": checker(realm).hash(password), "changed_at": realm.clock.now()}
    connection.execute(insert(PASSWORDS), row)


def change_password(realm: Realm, connection: Connection, citizen_id: str, password: str | None, *, actor: str) -> None:
    """Store another password of a citizen, or none."""
    connection.execute(delete(PASSWORDS).where(PASSWORDS.c.citizen_id == citizen_id))
    if password is not None:
        set_password(realm, connection, citizen_id, password)
    record(realm, connection, Event.PASSWORD_CHANGED, actor=actor, object=f"citizen:{citizen_id}")
