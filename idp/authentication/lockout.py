"""The lock after wrong passwords: after five in a row, wherever they are tried, nobody signs in until the owner recovers.

    admitted (counted first) ──▶ compared ──right──▶ forgiven
                                    └──wrong──▶ the fifth in a row ──▶ locked

A try is counted in a transaction of its own before the password is looked at, so that of many at once no more than five are
compared. What is tried with a login that nobody has is counted and refused in the same way: whoever tries learns nothing.
"""

from collections.abc import Callable

from sqlalchemy import Connection

from ground.web.errors import PageProblem
from ground.web.language import gettext as _
from idp.audit import Event, record
from idp.authentication import risk
from idp.citizens import directory, identifiers, locks
from idp.citizens.models import Lock, Person
from idp.errors import SignInRefused
from idp.realm import Realm
from idp.throttling import counters

TRIES, TRIES_OF_NOBODY = "passwords in a row", "passwords in a row of nobody"
NOBODY_SECONDS = 30 * 24 * 60 * 60
"""How long tries with a login that nobody has are remembered."""
NEVER = counters.FOREVER
NOBODY = "nobody"
"""The id of no citizen."""
RECOVERY = "/recovery"
"""Where whoever is locked out gets in again."""


class AccountLocked(SignInRefused):
    """Nobody signs in to this account now."""

    def __init__(self, lock: Lock) -> None:
        super().__init__("locked" if lock == "failures" else "incident")
        self.lock = lock

    def page(self, *, has_recovery: bool, came_from: str | None = None) -> PageProblem:
        """What the person reads, and the way out: from the sign-in attempt they come from and back to it. A bank has no pages
        where customers recover: they come to its counter."""
        is_by_failures = self.lock == "failures"
        address = f"{RECOVERY}?from={came_from}" if came_from else RECOVERY
        recovery = ((_("Восстановление доступа"), address),) if has_recovery else ()
        by_oneself = _("Восстановить доступ можно кодом из SMS: это минута.")
        return PageProblem(
            status=403,
            title=_("Блокировка аккаунта"),
            lead=_("Пароль несколько раз подряд введён неверно. Пока доступ не восстановлен, не подойдёт и верный.")
            if is_by_failures
            else _("Вход остановлен службой безопасности, пока она не убедится, что вашей записи ничто не грозит."),
            advice=(by_oneself if has_recovery else _("Восстановить доступ можно в отделении банка."),)
            if is_by_failures
            else (_("Мы написали вам в SMS и на почту. Снять остановку может только сотрудник: позвоните в поддержку."),),
            actions=(*recovery, (_("На главную"), "/")) if is_by_failures else ((_("На главную"), "/"),),
            code="access_denied",
            cause=f"the account is locked: {self.lock}",
        )


def admit(realm: Realm, person: Person | None, login: str) -> None:
    """Count one more try, before it is looked at. Raises AccountLocked where it will not be.

    An account that an officer has shut is tried like any other: only whoever knows the password learns of it.
    """
    with realm.database.write() as connection:
        if person is None:
            lock_of(realm, connection, NOBODY)  # which takes the time that it takes for somebody
            count = counters.count_up(realm, connection, TRIES_OF_NOBODY, spelled(login), within_seconds=NOBODY_SECONDS)
        elif lock_of(realm, connection, person.id) == "failures":
            count = NEVER
        else:
            count = counters.count_up(realm, connection, TRIES, person.id)
        most = realm.settings.failures_before_lock
        is_admitted = count <= most
        if person is not None and count > 2 * most:
            # So many were begun and none was judged: their worker died. What cannot be tried any more can be recovered.
            locks.lock(realm, connection, person.id, because="failures")
        if not is_admitted:
            actor = f"citizen:{person.id}" if person else "citizen:unknown"
            record(realm, connection, Event.PASSWORD_CHECKED, actor=actor, object="account", outcome="locked")
    if not is_admitted:
        raise AccountLocked("failures")


def count_wrong(realm: Realm, connection: Connection, person: Person | None, login: str) -> AccountLocked | None:
    """A try that was admitted was wrong, in the transaction that says so: the lock, if it was the last there may be."""
    most = realm.settings.failures_before_lock
    if person is None:
        count = counters.count_of(realm, connection, TRIES_OF_NOBODY, spelled(login), within_seconds=NOBODY_SECONDS)
        return AccountLocked("failures") if count >= most else None
    risk.count_failure(realm, connection, person.id)
    if counters.count_of(realm, connection, TRIES, person.id) < most:
        return None
    locks.lock(realm, connection, person.id, because="failures")
    return AccountLocked("failures")


def forgive(realm: Realm, connection: Connection, citizen_id: str) -> None:
    """A password was right, or the account was recovered: the row of failures ends."""
    counters.start_anew(realm, connection, TRIES, citizen_id)


def recover(realm: Realm, connection: Connection, citizen_id: str, *, by: str, actor: str) -> int | None:
    """The owner has shown that it is them: the row of failures ends, and the lock after it, in the time that the settings give
    it. The second from which they can sign in, or None where nothing was locked."""
    directory.hold(connection, citizen_id)
    forgive(realm, connection, citizen_id)
    return locks.unlock(realm, connection, citizen_id, by=by, actor=actor)


def held(realm: Realm, connection: Connection, citizen_id: str) -> Person | None:
    """The person as they are now, seen in the transaction that depends on it: nobody locks the account meanwhile."""
    directory.hold(connection, citizen_id)
    return directory.find(realm, connection, citizen_id)


def lock_of(realm: Realm, connection: Connection, citizen_id: str) -> Lock | None:
    """The lock of an account as it is now, and stays until the end of the transaction."""
    directory.hold(connection, citizen_id)
    return directory.lock_of(realm, connection, citizen_id)


def spelled(login: str) -> str:
    """A login as it would be looked for, so that its spellings are one; cut, because nobody's is longer."""
    text = login.strip()
    normalisers: tuple[Callable[[str], str], ...] = (identifiers.phone, identifiers.email, identifiers.snils)
    for normalise in normalisers:
        try:
            return normalise(text)
        except identifiers.IdentifierMalformed:
            continue
    return text[:254]
