"""A login is named, and a recovery begins; whoever has that login, and whether anybody has.

What the answer says, and how long it takes, is the same for a login that nobody has, for an account without a confirmed phone or
mail address, and for one that has had its messages of this hour: a row is written, a secret drawn and the journal told, and only
the message is missing. How often one login may be named is counted by what was typed, so that the limit tells nothing either.
"""

from dataclasses import dataclass, replace

from sqlalchemy import Connection

from ground.chance import draw_token
from idp.audit import Event, record
from idp.authentication import lockout
from idp.authentication.methods.one_time_code import codes
from idp.authentication.methods.one_time_code.channels import EMAIL, SMS
from idp.authentication.methods.one_time_code.codes import HOUR_SECONDS, Recipient
from idp.citizens import directory
from idp.citizens.models import Person
from idp.realm import Realm
from idp.recovery import letters, nobody, store
from idp.recovery.store import Recovery, Way
from idp.throttling import counters

ASKED, LETTERS = "recoveries of a login", "recovery letters"
MAX_LOGIN_LENGTH = 254


class TooOften(Exception):
    """This login was named as often as it may be in an hour."""


@dataclass(frozen=True)
class Named:
    """A login as it was typed, and where somebody comes from with it."""

    login: str
    browser: str
    came_from: str = ""


def begin(realm: Realm, way: Way, named: Named) -> Recovery:
    """Begin a recovery, and send what it needs to whoever has the login. Raises TooOften."""
    recovery = None
    with realm.database.write() as connection:
        if _is_too_often(realm, connection, named.login):
            actor, thing = "citizen:unknown", "account"
            record(realm, connection, Event.RECOVERY_ASKED, actor=actor, object=thing, outcome="too_often", way=way)
        else:
            recovery = _begin(realm, connection, way, named)
    if recovery is None:
        raise TooOften
    return recovery


def count_another(realm: Realm, connection: Connection, recovery: Recovery) -> bool:
    """One more message for the same login. False when it has had those of its hour."""
    return not _is_too_often(realm, connection, recovery.login)


def recipient_of(person: Person | None, recovery: Recovery) -> Recipient:
    """Whom the codes of a recovery are for. Nothing is sent to somebody who may not sign in at all."""
    is_reached = person is not None and not person.is_disabled
    address = SMS.address_of(person) if person is not None and is_reached else None
    return Recipient(recovery.holder, SMS, address or codes.NOWHERE, recovery.citizen_id, is_reached=address is not None)


def send_code(realm: Realm, connection: Connection, person: Person | None, recovery: Recovery) -> str:
    """Send a code, or do everything but that; the outcome for the journal."""
    recipient = recipient_of(person, recovery)
    outcome = "done" if recipient.is_reached else "no_phone" if person else "unknown"
    if codes.wait_of_hour(realm, connection, recipient):
        recipient, outcome = replace(recipient, citizen_id=None, address=codes.NOWHERE, is_reached=False), "too_often"
    codes.send(realm, connection, recipient, letters.code_text, subject=None)
    return outcome


def _begin(realm: Realm, connection: Connection, way: Way, named: Named) -> Recovery:
    login = named.login.strip()
    known = directory.find_by_login(realm, connection, login) if len(login) <= MAX_LOGIN_LENGTH else None
    person = nobody.held(realm, connection, known.id if known is not None else None)
    token = draw_token(realm.chance, "recovery link") if way == "email" else None
    sent_to = EMAIL.address_of(person) if token is not None and person is not None and not person.is_disabled else None
    recovery = store.begin(
        realm,
        connection,
        way=way,
        browser=named.browser,
        citizen_id=person.id if person is not None else None,
        login=login[:MAX_LOGIN_LENGTH],
        came_from=named.came_from,
        sent_to=sent_to,
        link_token=token,
    )
    outcome = "done" if person is not None and not person.is_disabled else "unknown"
    if way == "sms":
        outcome = send_code(realm, connection, person, recovery)
    elif token is not None:
        outcome = _send_letter(realm, connection, person, sent_to, token)
    thing = recovery.holder
    record(realm, connection, Event.RECOVERY_ASKED, actor=recovery.actor, object=thing, outcome=outcome, way=way)
    return recovery


def _send_letter(realm: Realm, connection: Connection, person: Person | None, address: str | None, token: str) -> str:
    limit = realm.settings.codes_per_hour
    holder = person.id if person is not None else nobody.NOBODY
    count = counters.count_up(realm, connection, LETTERS, holder, within_seconds=HOUR_SECONDS)
    if limit and count > limit:
        address, outcome = None, "too_often"
    else:
        outcome = "done" if address is not None else "no_mail" if person is not None else "unknown"
    letters.post_link(realm, connection, address, token)
    return outcome


def _is_too_often(realm: Realm, connection: Connection, login: str) -> bool:
    limit = realm.settings.codes_per_hour
    count = counters.count_up(realm, connection, ASKED, lockout.spelled(login), within_seconds=HOUR_SECONDS)
    return bool(limit) and count > limit
