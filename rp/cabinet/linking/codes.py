"""The codes that prove the telephone of the form: the registry's own, whatever the provider asked for.

sent ──the right one, in time, within five tries, and the form finds somebody──▶ used
  └── a newer one (replaced) │ five tries (burnt) │ five minutes (expired)
"""

import hmac
from dataclasses import dataclass, field

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from ground.chance import draw_digits, draw_identifier
from ground.database import table_of
from ground.web.language import counted, current_language
from ground.web.language import gettext as _
from rp.access.counters import HOUR_SECONDS, count_up
from rp.access.session import Session
from rp.cabinet.linking.models import LinkingCode
from rp.realm import Realm

DIGITS = 6
LIFETIME_SECONDS = 5 * 60
MAX_TRIES = 5
SECONDS_BETWEEN_SENDS = 30
SENDS_PER_HOUR = 5

_TABLE = table_of(LinkingCode)
_NEWEST = (
    select(_TABLE)
    .where(_TABLE.c.holder == bindparam("of_holder"))
    .order_by(_TABLE.c.sent_at.desc(), _TABLE.c.ended_at.is_not(None))
    .limit(1)
)
_ALIVE = (_TABLE.c.holder == bindparam("of_holder"), _TABLE.c.ended_at.is_(None))
_END = update(LinkingCode).where(*_ALIVE).values(ended_at=bindparam("now"), ended_because=bindparam("because"))
_COUNT_TRY = update(LinkingCode).where(*_ALIVE).values(tries=_TABLE.c.tries + 1).returning(*_TABLE.c)
"""The counter is raised before the comparison, so that parallel guesses cannot share a try."""


class CodeRefused(Exception):
    """The code does not prove the telephone. `message` is the sentence for the person, `reason` the word of the journal."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.message = message


class TooSoon(Exception):
    """No code may be sent yet. `message` says when."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


@dataclass(frozen=True)
class Sent:
    """The newest code of somebody: until when it counts, and how many seconds until another may be sent."""

    expires_at: int
    wait_seconds: int
    is_in_trouble: bool = field(default=False)


def send_code(connection: Connection, realm: Realm, session: Session, phone: str) -> None:
    """Send a code, which kills the one before. Raises TooSoon, and then nothing may be committed."""
    holder, now = _holder(realm, session), realm.clock.now()
    # Raised first: it makes those wait who ask at the same moment.
    sends = count_up(connection, realm, "linking codes", _account(session))
    to_phone = count_up(connection, realm, "linking codes to a phone", phone)
    newest = connection.execute(_NEWEST, {"of_holder": holder}).mappings().first()
    if newest is not None and newest["sent_at"] + SECONDS_BETWEEN_SENDS > now:
        raise TooSoon(wait_text(newest["sent_at"] + SECONDS_BETWEEN_SENDS - now))
    if max(sends, to_phone) > SENDS_PER_HOUR:
        raise TooSoon(_("Кодов было слишком много. Попробуйте через час."))
    connection.execute(delete(LinkingCode).where(_TABLE.c.sent_at <= now - HOUR_SECONDS))
    connection.execute(_END, {"of_holder": holder, "now": now, "because": "replaced"})
    code_id, code = draw_identifier(realm.chance, "linking code id"), draw_digits(realm.chance, "linking code", DIGITS)
    message_id = realm.outbox.post(
        connection,
        channel="sms",
        address=phone,
        text=_("Регистр: код %(code)s. Действует 5 минут. Никому его не называйте.", code=code),
        language=current_language(),
        useful_for_seconds=LIFETIME_SECONDS,
    )
    row = {
        "id": code_id,
        "holder": holder,
        "phone_index": _phone_index(realm, phone),
        "code_hash": _hash(realm, code_id, code),
        "message_id": message_id,
        "sent_at": now,
        "expires_at": now + LIFETIME_SECONDS,
    }
    connection.execute(insert(LinkingCode), row)


def judge_code(connection: Connection, realm: Realm, session: Session, phone: str, code: str) -> None:
    """Does the code prove the telephone? A try is counted. Raises CodeRefused, and then the transaction must be committed."""
    holder = _holder(realm, session)
    row = connection.execute(_COUNT_TRY, {"of_holder": holder}).mappings().first()
    now = realm.clock.now()
    if row is None:
        raise CodeRefused("no_code", _("Этот код уже не действует. Запросите новый."))
    if now >= row["expires_at"]:
        connection.execute(_END, {"of_holder": holder, "now": now, "because": "expired"})
        raise CodeRefused("expired", _("Код устарел: он действует пять минут. Запросите новый."))
    is_right = hmac.compare_digest(row["code_hash"], _hash(realm, row["id"], code))
    # A code proves the telephone that it was sent to, and no other.
    if is_right and hmac.compare_digest(row["phone_index"], _phone_index(realm, phone)) and row["tries"] <= MAX_TRIES:
        return
    if row["tries"] >= MAX_TRIES:
        connection.execute(_END, {"of_holder": holder, "now": now, "because": "burnt"})
        raise CodeRefused("burnt", _("Код больше не действует: пять неверных попыток. Запросите новый."))
    left = "Осталась %(number)s попытка.|Осталось %(number)s попытки.|Осталось %(number)s попыток."
    raise CodeRefused("wrong", _("Код не подошёл.") + " " + counted(MAX_TRIES - row["tries"], left))


def use_code(connection: Connection, realm: Realm, session: Session) -> None:
    """The code has done its work, and does no more."""
    connection.execute(_END, {"of_holder": _holder(realm, session), "now": realm.clock.now(), "because": "used"})


def newest_code(connection: Connection, realm: Realm, session: Session) -> Sent | None:
    """The code that was sent last and may still be typed."""
    row = connection.execute(_NEWEST, {"of_holder": _holder(realm, session)}).mappings().first()
    now = realm.clock.now()
    if row is None or row["ended_at"] is not None or row["expires_at"] <= now:
        return None
    progress = realm.outbox.state_of(connection, row["message_id"])
    is_in_trouble = progress is not None and progress.is_in_trouble
    return Sent(row["expires_at"], max(0, row["sent_at"] + SECONDS_BETWEEN_SENDS - now), is_in_trouble)


def wait_text(seconds: int) -> str:
    """When the next code may be asked for."""
    return counted(
        seconds,
        "Новый код можно запросить через %(number)s секунду.|Новый код можно запросить через %(number)s секунды."
        "|Новый код можно запросить через %(number)s секунд.",
    )


def _account(session: Session) -> str:
    return f"{session.issuer}\0{session.subject}"


def _holder(realm: Realm, session: Session) -> bytes:
    return realm.vault.blind_index("linking holder", _account(session))


def _phone_index(realm: Realm, phone: str) -> bytes:
    return realm.vault.blind_index("linking phone", phone)


def _hash(realm: Realm, code_id: str, code: str) -> bytes:
    """Six digits are guessed from a bare hash in a moment, so the hash is keyed."""
    return realm.vault.blind_index("linking code", f"{code_id}\0{code}")
