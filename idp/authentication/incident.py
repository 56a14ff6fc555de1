"""A danger to somebody's account: shut at once, everywhere, and its owner is told. An officer alone opens it again."""

from sqlalchemy import Connection

from ground.web.language import current_language
from ground.web.language import gettext as _
from idp.authentication import attempt as attempts
from idp.citizens import directory, locks
from idp.logout.session_end import end_everywhere
from idp.realm import Realm
from idp.sessions import store

USEFUL_SECONDS = 24 * 60 * 60


def open_incident(realm: Realm, connection: Connection, citizen_id: str, *, rule: str, reason: str, actor: str) -> str | None:
    """Shut an account, end its sessions and token families, owe the clients their logout tokens, and tell its owner by SMS and
    by mail, in one transaction. The id of the incident, or None where it is shut for this already."""
    directory.hold(connection, citizen_id)
    store.hold(connection, citizen_id)
    incident_id = locks.open_incident(realm, connection, citizen_id, rule=rule, reason=reason, actor=actor)
    if incident_id is None:
        return None
    attempts.end_all(realm, connection, citizen_id)
    end_everywhere(realm, connection, citizen_id, because="incident", actor=actor)
    _tell(realm, connection, citizen_id, incident_id)
    return incident_id


def open_by_rule(realm: Realm, connection: Connection, citizen_id: str, rule: str) -> None:
    """A rule has found something: shut the account, where the settings have the rule do so."""
    if rule in realm.settings.rules_of_incidents:
        open_incident(realm, connection, citizen_id, rule=rule, reason=rule, actor=f"rule:{rule}")


def close_incident(realm: Realm, connection: Connection, incident_id: str, *, actor: str) -> bool:
    """The danger is over; what was ended stays ended. False when there is no such open incident."""
    return locks.close_incident(realm, connection, incident_id, actor=actor)


def _tell(realm: Realm, connection: Connection, citizen_id: str, incident_id: str) -> None:
    person = directory.find(realm, connection, citizen_id)
    if person is None:
        return
    text = _(
        "Пропуск: вход в вашу учётную запись остановлен службой безопасности (обращение %(number)s). Все сеансы завершены. "
        "Позвоните в поддержку.",
        number=incident_id[:8].upper(),
    )
    for channel, address, subject in (
        ("sms", person.data.phone, None),
        ("email", person.data.email, _("Вход в учётную запись остановлен")),
    ):
        if address:
            realm.outbox.post(
                connection,
                channel=channel,
                address=address,
                text=text,
                subject=subject,
                language=current_language(),
                useful_for_seconds=USEFUL_SECONDS,
            )
