"""Recovery by a code to the confirmed phone: it ends the row of wrong passwords, and the lock after it. It signs nobody in."""

from sqlalchemy import Connection

from ground.web.language import gettext as _
from idp.audit import Event, record
from idp.authentication import lockout, risk
from idp.authentication.method import Refusal
from idp.authentication.methods.one_time_code import codes
from idp.authentication.methods.one_time_code.channels import SMS
from idp.authentication.methods.one_time_code.codes import MAX_TRIES
from idp.authentication.methods.one_time_code.words import wait_text, wrong_text
from idp.citizens.models import Person
from idp.realm import Realm
from idp.recovery import letters, nobody, store
from idp.recovery.asking import count_another, recipient_of, send_code
from idp.recovery.store import Recovery, RecoveryGone


def describe(realm: Realm, recovery: Recovery, *, device: str | None) -> dict[str, object]:
    """What the page needs to know. That a message does not arrive is said to a browser that the account knows: anywhere else it
    would say that there is such an account."""
    with realm.database.read() as connection:
        person = nobody.read(realm, connection, recovery.citizen_id)
        recipient = recipient_of(person, recovery)
        newest = codes.newest(connection, recipient)
        wait = codes.wait_after_last(realm, connection, recipient)
        is_known = risk.knows_browser(realm, connection, recovery.citizen_id or nobody.NOBODY, device)
        is_lost = is_known and codes.is_in_trouble(realm, connection, newest)
    return {
        "expires_at": newest.expires_at if newest else None,
        "tries_left": MAX_TRIES - newest.tries if newest else 0,
        "wait": wait_text(wait) if wait else None,
        "not_delivered": SMS.not_delivered if is_lost else None,
    }


def send_another(realm: Realm, recovery: Recovery) -> None:
    """Send a new code, which kills the old one. Refuses with `too_soon` and `too_often`."""
    refusal = None
    with realm.database.write() as connection:
        person = nobody.held(realm, connection, recovery.citizen_id)
        if wait := codes.wait_after_last(realm, connection, recipient_of(person, recovery)):
            refusal = Refusal("too_soon", wait_text(wait), status=429)
        elif not count_another(realm, connection, recovery):
            refusal = Refusal("too_often", _("Кодов за последний час было слишком много. Подождите час."), status=429)
        else:
            send_code(realm, connection, person, recovery)
    if refusal is not None:
        raise refusal


def try_code(realm: Realm, recovery: Recovery, given: str) -> None:
    """Judge a code; the right one recovers the account in the same transaction. Refuses as the judge of codes does; raises
    RecoveryGone."""
    code = given.strip()
    if not codes.is_code(code):
        raise Refusal("malformed", wrong_text("malformed"))
    with realm.database.write() as connection:
        person = nobody.held(realm, connection, recovery.citizen_id)
        outcome = codes.judge(realm, connection, recipient_of(person, recovery), code)
        if outcome.reason is None and person is not None:
            _recover(realm, connection, recovery, person)
        else:
            nobody.count_failure(realm, connection, person)
    if outcome.reason is not None:
        raise Refusal(outcome.reason, wrong_text(outcome.reason, outcome.tries_left))


def _recover(realm: Realm, connection: Connection, recovery: Recovery, person: Person) -> None:
    is_shut = person.lock == "incident"
    unlocks_at = None
    if not is_shut:
        unlocks_at = lockout.recover(realm, connection, person.id, by="sms", actor=recovery.actor)
        risk.note_recovery(realm, connection, person.id, SMS.method)
    end: store.End = "shut" if is_shut else "recovered"
    record(
        realm,
        connection,
        Event.RECOVERY_ENDED,
        actor=recovery.actor,
        object=recovery.holder,
        outcome="shut" if is_shut else "done",
        way="sms",
    )
    if not store.end(realm, connection, recovery, end, unlocks_at=unlocks_at):
        raise RecoveryGone
    if not is_shut:
        text = _("Пропуск: доступ к вашей записи восстановлен кодом из SMS. Если это были не вы, позвоните в поддержку.")
        letters.tell(realm, connection, person, text, subject=_("Доступ восстановлен"), channels=("email",))
