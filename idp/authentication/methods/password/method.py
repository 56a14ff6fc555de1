"""The first way in: login and password."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, delete

from ground.web.language import gettext as _
from ground.web.language import lazy_gettext
from idp.audit import Event, record
from idp.authentication import attempt as attempts
from idp.authentication import lockout
from idp.authentication.attempt import Attempt
from idp.authentication.lockout import AccountLocked
from idp.authentication.method import Method, Refusal
from idp.authentication.methods.password.enrolment import PasswordEnrolment
from idp.authentication.methods.password.store import FIND, FIND_HASH, PASSWORDS, checker, renew
from idp.citizens import directory
from idp.citizens.models import Person
from idp.protocol.assurance import Factor
from idp.realm import Realm

MAX_LOGIN_LENGTH = 254


class PasswordMethod(Method):
    """Knowledge: the person knows the password of their login."""

    name = "password"
    kind = "knowledge"
    identifies = True
    icon = "lock"
    is_tab = True
    title = lazy_gettext("Логин и пароль")
    needs = lazy_gettext("Нужны телефон, почта или СНИЛС и пароль. Быстрее всего, но защищает слабее")
    step = lazy_gettext("Пароль")
    template = "sign_in/password.html"
    enrolment = PasswordEnrolment()

    def is_offered(self, realm: Realm, connection: Connection, person: Person) -> bool:
        return connection.execute(FIND_HASH, {"citizen_id": person.id}).first() is not None

    def describe(self, realm: Realm, connection: Connection, attempt: Attempt, person: Person | None) -> dict[str, Any]:
        return {"login": attempt.purpose.login_hint}

    def finish(self, realm: Realm, attempt: Attempt, person: Person | None, form: Mapping[str, str]) -> Attempt:
        """Refuses with the one reason `wrong_pair`, in the same time, whether the login or the password is wrong; raises
        AccountLocked after five of them in a row.

        As a second step it asks for the password of the person who took the first, and for no login.
        """
        login, password = form.get("login", ""), form.get("password", "")
        with realm.database.read() as connection:
            if person is None:
                person = directory.find_by_login(realm, connection, login) if len(login) <= MAX_LOGIN_LENGTH else None
            row = connection.execute(FIND, {"citizen_id": person.id}).first() if person else None
        stored = row.hash if row is not None else None
        lockout.admit(realm, person, login)
        is_right = checker(realm).is_right(stored, password)
        if is_right and person is not None and stored is not None and checker(realm).is_outdated(stored):
            renew(realm, person.id, stored, password)
        changed_at = row.changed_at if row is not None else None
        return self.conclude(realm, attempt, person, is_right=is_right, login=login, changed_at=changed_at)

    def conclude(
        self,
        realm: Realm,
        attempt: Attempt,
        person: Person | None,
        *,
        is_right: bool,
        login: str,
        changed_at: int | None = None,
    ) -> Attempt:
        """Write down what came of the proof: a factor of this person, or a Refusal as of `finish`. `changed_at` is of the
        password that was compared: one that was changed meanwhile is right no more."""
        is_right = is_right and person is not None and not person.is_disabled
        locked: AccountLocked | None = None
        with realm.database.write() as connection:
            # Held before the journal is, as whoever admits a try does: two that waited for one another would both be lost.
            found = lockout.lock_of(realm, connection, person.id) if person is not None else None
            if person is not None and changed_at is not None:
                now_stored = connection.execute(FIND, {"citizen_id": person.id}).first()
                is_right = is_right and now_stored is not None and now_stored.changed_at == changed_at
            lock = found if is_right else None
            record(
                realm,
                connection,
                Event.PASSWORD_CHECKED,
                actor=f"citizen:{person.id}" if person else "citizen:unknown",
                object=f"attempt:{attempt.id}",
                outcome="locked" if lock else "done" if is_right else "refused",
            )
            if lock is not None:
                locked = AccountLocked(lock)
            elif is_right and person is not None:
                lockout.forgive(realm, connection, person.id)
                factor = Factor(method=self.name, kind=self.kind, amr=("pwd",), at=realm.clock.now())
                return attempts.add_factor(realm, connection, attempt, factor, citizen_id=person.id)
            else:
                locked = lockout.count_wrong(realm, connection, person, login)
        raise locked or Refusal("wrong_pair", _("Неверный логин или пароль"), login=login[:MAX_LOGIN_LENGTH])

    def forget(self, connection: Connection, citizen_id: str) -> None:
        """From now on no password is right."""
        connection.execute(delete(PASSWORDS).where(PASSWORDS.c.citizen_id == citizen_id))
