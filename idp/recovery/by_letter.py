"""A new password for a forgotten one, by the link of a letter: never without the mailbox, and never with it alone where the
account has another way to prove whose it is (CVE-2026-18963; ASVS 5.0, 6.4.3).

The second way is asked for by the pages of the sign-in, in an attempt that leads to no session and back to here.
"""

from sqlalchemy import Connection

from ground.web.language import gettext as _
from idp.audit import Event, record
from idp.authentication import attempt as attempts
from idp.authentication import lockout, risk
from idp.authentication.attempt import Attempt, AttemptGone, Purpose
from idp.authentication.entry import offered_methods
from idp.authentication.method import Refusal
from idp.authentication.methods.one_time_code.channels import EMAIL
from idp.authentication.methods.password.rules import check_new_password
from idp.authentication.methods.password.store import change_password
from idp.authentication.policy import ways_beside_letter
from idp.citizens import directory
from idp.citizens.models import Person
from idp.logout.session_end import end_everywhere
from idp.protocol.assurance import Factor
from idp.protocol.redirect_uri import host_of
from idp.realm import Realm
from idp.recovery import letters, store
from idp.recovery.store import Recovery, RecoveryGone
from idp.sessions import store as sessions


def follow_link(realm: Realm, token: str, *, browser: str) -> Recovery:
    """Somebody opened the link of their letter, which proves the mailbox. A second time it leads to where the first one did,
    until there is a new password. Raises RecoveryGone."""
    with realm.database.write() as connection:
        recovery = store.find_by_link(realm, connection, token, browser=browser)
        if not _is_mailbox_theirs(recovery, directory.find(realm, connection, recovery.citizen_id or "")):
            raise RecoveryGone
        if recovery.proved_at is None:
            record(realm, connection, Event.RECOVERY_PROVED, actor=recovery.actor, object=recovery.holder, way="email")
            if not store.prove(realm, connection, recovery):
                raise RecoveryGone
    return recovery


def needs_second_way(realm: Realm, recovery: Recovery, *, browser: str) -> bool:
    """Has the person of a letter another way that they have not proved yet?"""
    with realm.database.read() as connection:
        person = directory.find(realm, connection, recovery.citizen_id) if recovery.citizen_id else None
        return person is not None and bool(_ways(realm, connection, recovery, person, browser))


def begin_second_way(realm: Realm, recovery: Recovery, *, browser: str) -> str:
    """Ask for the second way: the address where it is asked. Raises RecoveryGone."""
    if recovery.proved_at is None or recovery.citizen_id is None or recovery.ended is not None:
        raise RecoveryGone
    purpose = Purpose(
        client_name=_("Восстановление доступа"),
        client_host=host_of(realm.issuer),
        destination=realm.issuer,
        recovery_id=recovery.id,
    )
    with realm.database.write() as connection:
        directory.hold(connection, recovery.citizen_id)
        attempt_id = attempts.begin(
            realm,
            connection,
            browser=browser,
            asked_level=None,
            purpose=purpose,
            return_path=recovery.path,
            citizen_id=recovery.citizen_id,
            factors=(_letter(recovery),),
        )
        store.remember_attempt(connection, recovery, attempt_id)
    return f"/sign-in/{attempt_id}"


def set_new_password(realm: Realm, recovery: Recovery, wanted: str, again: str, *, browser: str) -> None:
    """Set the password, once. Every session and every token family ends: nobody can tell which were the owner's. A lock after
    wrong passwords ends too. Refuses as the rules of passwords do; raises RecoveryGone."""
    try:
        check_new_password(wanted)
    except Refusal as refusal:
        raise Refusal(refusal.reason, refusal.text, field="new-password") from None
    if again != wanted:
        raise Refusal("differs", _("Пароли не совпадают."), field="new-password-again")
    if recovery.citizen_id is None:
        raise RecoveryGone
    with realm.database.write() as connection:
        directory.hold(connection, recovery.citizen_id)
        sessions.hold(connection, recovery.citizen_id)
        # Read anew: the link may have been used since.
        recovery = store.find(realm, connection, recovery.id, browser=browser)
        person = directory.find(realm, connection, recovery.citizen_id or "")
        if person is None or person.is_disabled or recovery.way != "email" or recovery.proved_at is None:
            raise RecoveryGone
        if not _is_mailbox_theirs(recovery, person):
            raise RecoveryGone
        if recovery.ended is not None or recovery.is_expired or _ways(realm, connection, recovery, person, browser):
            raise RecoveryGone
        if person.lock == "incident":
            record(
                realm, connection, Event.RECOVERY_ENDED, actor=recovery.actor, object=recovery.holder, outcome="shut", way="email"
            )
            store.end(realm, connection, recovery, "shut")
            return
        _reset(realm, connection, recovery, person, wanted)


def _reset(realm: Realm, connection: Connection, recovery: Recovery, person: Person, wanted: str) -> None:
    actor = recovery.actor
    change_password(realm, connection, person.id, wanted, actor=actor)
    unlocks_at = lockout.recover(realm, connection, person.id, by="email", actor=actor)
    risk.note_recovery(realm, connection, person.id, EMAIL.method)
    if not store.end(realm, connection, recovery, "recovered", unlocks_at=unlocks_at):
        raise RecoveryGone
    store.end_other_letters(realm, connection, recovery)
    end_everywhere(realm, connection, person.id, because="password_reset", actor=actor)
    record(realm, connection, Event.PASSWORD_RESET, actor=actor, object=f"citizen:{person.id}", recovery=recovery.id)
    record(realm, connection, Event.RECOVERY_ENDED, actor=actor, object=recovery.holder, way="email")
    text = _(
        "Пропуск: пароль вашей записи сменили по ссылке из письма, все сеансы завершены. "
        "Если это были не вы, позвоните в поддержку."
    )
    letters.tell(realm, connection, person, text, subject=_("Пароль изменён"), channels=("sms", "email"))


def _is_mailbox_theirs(recovery: Recovery, person: Person | None) -> bool:
    """Is the mailbox that got the letter still this account's? Whoever lost it has given the account another one."""
    return person is not None and recovery.sent_to is not None and EMAIL.address_of(person) == recovery.sent_to


def _ways(realm: Realm, connection: Connection, recovery: Recovery, person: Person, browser: str) -> bool:
    """Is there a way, beside the letter, that this person has not proved for this recovery?"""
    attempt = _attempt(realm, connection, recovery, browser)
    factors = attempt.factors if attempt is not None else (_letter(recovery),)
    return bool(ways_beside_letter(factors, offered_methods(realm, connection, person)))


def _attempt(realm: Realm, connection: Connection, recovery: Recovery, browser: str) -> Attempt | None:
    try:
        attempt = attempts.find(realm, connection, recovery.attempt_id or "", browser=browser)
    except AttemptGone:
        return None
    is_ours = attempt.purpose.recovery_id == recovery.id and attempt.citizen_id == recovery.citizen_id
    return attempt if is_ours else None


def _letter(recovery: Recovery) -> Factor:
    """What following the link has proved."""
    return Factor(method=EMAIL.method, kind="possession", amr=EMAIL.amr, at=recovery.proved_at or recovery.created_at)
