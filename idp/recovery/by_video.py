"""Recovery by a recording that an operator compares with the document: for whoever has no phone at hand."""

from sqlalchemy import Connection

from ground.web.language import gettext as _
from idp.audit import Event, record
from idp.authentication import lockout
from idp.authentication.method import Refusal
from idp.citizens import directory
from idp.citizens.models import Person
from idp.realm import Realm
from idp.recovery import letters, nobody, recordings, store
from idp.recovery.recordings import Recording
from idp.recovery.store import DECISION_SECONDS, Recovery, RecoveryGone

MAX_REASON_LENGTH = 300


class CannotDecide(Exception):
    """This operator cannot decide this: `reason` is `own` for their own account, `decided` when another was faster or its time is
    over, `incident` where only an officer opens the account."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def receive(realm: Realm, recovery: Recovery, content: bytes, *, address: str) -> None:
    """Keep the recording and have it wait for an operator, once. Of a login that nobody has it is kept as well, or time would
    tell; nobody sees it, and it goes with its day. Refuses with `no_file`, `not_media` and `no_room`; raises RecoveryGone."""
    media_type = recordings.media_type_of(content)
    if not content:
        raise Refusal("no_file", _("Выберите файл: видео или снимок."))
    if media_type is None:
        with realm.database.write() as connection:
            record(realm, connection, Event.RECOVERY_PROVED, actor=recovery.actor, object=recovery.holder, outcome="not_media")
        raise Refusal("not_media", _("Это не видео и не снимок. Подойдут MP4, MOV, WebM, JPEG и PNG."))
    with realm.database.write() as connection:
        nobody.held(realm, connection, recovery.citizen_id)
        if not recordings.has_room(realm, connection, address):
            raise Refusal("no_room", _("Сейчас записей слишком много. Попробуйте через час."), status=429)
        if recovery.way != "video" or not store.prove(realm, connection, recovery, waits_seconds=DECISION_SECONDS):
            raise RecoveryGone
        recordings.keep(realm, connection, recovery, Recording(media_type, content), waits_seconds=DECISION_SECONDS)
        record(realm, connection, Event.RECOVERY_PROVED, actor=recovery.actor, object=recovery.holder, way="video")


def approve(realm: Realm, recovery: Recovery, *, operator: Person) -> None:
    """It is them: the lock after wrong passwords ends. Raises CannotDecide."""
    with realm.database.write() as connection:
        person = _held(realm, connection, recovery, operator)
        if person.lock == "incident":
            raise CannotDecide("incident")
        actor = f"citizen:{operator.id}"
        unlocks_at = lockout.recover(realm, connection, person.id, by="video", actor=actor)
        _decide(realm, connection, recovery, "recovered", actor=actor, unlocks_at=unlocks_at)
        text = _("Пропуск: доступ к вашей записи восстановлен по видео. Если просили не вы, позвоните в поддержку.")
        letters.tell(realm, connection, person, text, subject=_("Доступ восстановлен"), channels=("sms", "email"))


def reject(realm: Realm, recovery: Recovery, reason: str, *, operator: Person) -> None:
    """It cannot be seen that it is them: the account stays as it is, and the person reads why. Raises CannotDecide."""
    with realm.database.write() as connection:
        _held(realm, connection, recovery, operator)
        _decide(realm, connection, recovery, "rejected", actor=f"citizen:{operator.id}", reason=reason[:MAX_REASON_LENGTH])


def _held(realm: Realm, connection: Connection, recovery: Recovery, operator: Person) -> Person:
    if recovery.citizen_id == operator.id:
        raise CannotDecide("own")
    directory.hold(connection, recovery.citizen_id or "")
    person = directory.find(realm, connection, recovery.citizen_id or "")
    if person is None:
        raise CannotDecide("decided")
    return person


def _decide(
    realm: Realm,
    connection: Connection,
    recovery: Recovery,
    end: store.End,
    *,
    actor: str,
    unlocks_at: int | None = None,
    reason: str = "",
) -> None:
    if not store.end(realm, connection, recovery, end, unlocks_at=unlocks_at, reason=reason):
        raise CannotDecide("decided")
    recordings.owe_removal(realm, connection, recovery)
    citizen = recovery.citizen_id
    record(
        realm,
        connection,
        Event.RECOVERY_ENDED,
        actor=actor,
        object=recovery.holder,
        outcome="rejected" if end == "rejected" else "done",
        way="video",
        citizen=citizen,
    )
