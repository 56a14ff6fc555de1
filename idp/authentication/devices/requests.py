"""What a device is asked: may this sign-in go on, or does this telephone belong to that account.

    waiting ──yes, with the right number──▶ approved ──the page that waits goes on──▶ used
       ├──── no ─────────────────────────▶ denied
       ├──── yes, with another number ───▶ wrong_number
       ├──── a newer one is asked ───────▶ replaced
       └──── its time is over ───────────▶ expired (nothing is written)

The first answer is final: it is one conditional UPDATE, so of two at once one finds nothing that waits. An approval is used once,
in the transaction of the proof it stands for.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Connection, bindparam, delete, func, insert, or_, select, update

from ground.chance import draw_identifier
from ground.database import table_of
from idp.authentication.attempt import ATTEMPTS
from idp.authentication.devices.models import DeviceRequest
from idp.realm import Realm

REQUESTS = table_of(DeviceRequest)
FIND = select(REQUESTS).where(REQUESTS.c.id == bindparam("of_id"))
THEIRS = (REQUESTS.c.holder == bindparam("of_holder"), REQUESTS.c.purpose == bindparam("of_purpose"))
OF_HOLDER = select(REQUESTS).where(*THEIRS).order_by(REQUESTS.c.turn.desc(), REQUESTS.c.ended_at.is_not(None)).limit(1)
WAITING = (
    select(REQUESTS)
    .where(REQUESTS.c.purpose == "push", REQUESTS.c.ended_at.is_(None), REQUESTS.c.expires_at > bindparam("now"))
    .order_by(REQUESTS.c.created_at.desc(), REQUESTS.c.id)
)
END = update(REQUESTS).where(
    REQUESTS.c.id == bindparam("of_id"), REQUESTS.c.ended_at.is_(None), REQUESTS.c.expires_at > bindparam("now")
)
USE = update(REQUESTS).where(
    REQUESTS.c.id == bindparam("of_id"), REQUESTS.c.ended_because == "approved", REQUESTS.c.used_at.is_(None)
)
State = Literal["waiting", "approved", "denied", "wrong_number", "replaced", "expired", "used"]
Purpose = Literal["push", "qr", "enrolment"]


class AnswerRefused(Exception):
    """The answer came to nothing: its request is over, or the number is one that was not offered. `reason` says which."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Told:
    """What the owner of the device reads before they answer: for whose sake, and from where."""

    client_name: str
    client_host: str
    place: str


@dataclass(frozen=True)
class AskedDevice:
    """A request of a device, at this moment. `number` is on the page that waits, and among the `numbers` on the device."""

    id: str
    purpose: Purpose
    holder: str
    citizen_id: str | None
    told: Told
    number: int | None
    numbers: tuple[int, ...]
    created_at: int
    expires_at: int
    state: State
    device_id: str | None


def ask(
    realm: Realm,
    connection: Connection,
    *,
    purpose: Purpose,
    holder: str,
    told: Told,
    lifetime_seconds: int,
    citizen_id: str | None = None,
    has_number: bool = False,
) -> AskedDevice:
    """Ask. What this holder, or this person for the same purpose, was asked before is replaced."""
    now, request_id = realm.clock.now(), draw_identifier(realm.chance, f"device request {purpose}")
    is_theirs = REQUESTS.c.citizen_id == citizen_id if citizen_id is not None else REQUESTS.c.holder == holder
    older = (REQUESTS.c.purpose == purpose, REQUESTS.c.ended_at.is_(None), or_(REQUESTS.c.holder == holder, is_theirs))
    connection.execute(update(REQUESTS).where(*older), {"ended_at": now, "ended_because": "replaced"})
    numbers = _draw_numbers(realm) if has_number else []
    last = connection.execute(OF_HOLDER, {"of_holder": holder, "of_purpose": purpose}).first()
    row: dict[str, Any] = {
        "id": request_id,
        "purpose": purpose,
        "holder": holder,
        "turn": last.turn + 1 if last else 1,
        "citizen_id": citizen_id,
        "sealed": realm.vault.seal_fields(_place(request_id), {"told": [told.client_name, told.client_host, told.place]}),
        "number": numbers[0] if numbers else None,
        "numbers": sorted(numbers),
        "created_at": now,
        "expires_at": now + lifetime_seconds,
    }
    connection.execute(insert(REQUESTS), row)
    return _open(realm, connection.execute(FIND, {"of_id": request_id}).one())


def find(realm: Realm, connection: Connection, request_id: str) -> AskedDevice | None:
    row = connection.execute(FIND, {"of_id": request_id}).first() if "\0" not in request_id else None
    return _open(realm, row) if row else None


def newest(realm: Realm, connection: Connection, holder: str, purpose: Purpose) -> AskedDevice | None:
    """What was asked last for this holder's sake, whatever came of it."""
    row = connection.execute(OF_HOLDER, {"of_holder": holder, "of_purpose": purpose}).first()
    return _open(realm, row) if row else None


def waiting_for(realm: Realm, connection: Connection, citizen_id: str) -> Sequence[AskedDevice]:
    """The notices that the devices of a citizen may answer now, newest first."""
    rows = connection.execute(WAITING.where(REQUESTS.c.citizen_id == citizen_id), {"now": realm.clock.now()})
    return [_open(realm, row) for row in rows]


def newest_waiting(realm: Realm, connection: Connection) -> AskedDevice | None:
    """The newest notice that waits, whoever it is for."""
    row = connection.execute(WAITING.limit(1), {"now": realm.clock.now()}).first()
    return _open(realm, row) if row else None


def count_since(connection: Connection, citizen_id: str, moment: int) -> int:
    """How many notices a person got after this moment."""
    of_person = (REQUESTS.c.citizen_id == citizen_id, REQUESTS.c.purpose == "push", REQUESTS.c.created_at > moment)
    return int(connection.execute(select(func.count()).where(*of_person)).scalar_one())


def give_answer(
    realm: Realm,
    connection: Connection,
    request: AskedDevice,
    *,
    citizen_id: str,
    is_approved: bool,
    number: int | None,
    device_id: str | None,
) -> State:
    """Write the answer of a person down, once; what it comes to. Raises AnswerRefused, when the request is over or the number
    is none of those that were shown."""
    if is_approved and request.numbers and number not in request.numbers:
        raise AnswerRefused("number_unknown")
    is_right = not request.numbers or number == request.number
    state: State = "denied" if not is_approved else "approved" if is_right else "wrong_number"
    now = realm.clock.now()
    values = {"ended_at": now, "ended_because": state, "citizen_id": citizen_id, "device_id": device_id}
    if connection.execute(END, {"of_id": request.id, "now": now, **values}).rowcount != 1:
        row = connection.execute(FIND, {"of_id": request.id}).one()
        raise AnswerRefused("expired" if _state(realm, row) == "expired" else "answered")
    return state


def use(realm: Realm, connection: Connection, request: AskedDevice) -> bool:
    """Take an approval for the proof it is: True once."""
    return connection.execute(USE, {"of_id": request.id, "used_at": realm.clock.now()}).rowcount == 1


def forget(connection: Connection, citizen_id: str) -> None:
    """Remove what the devices of a citizen who is removed were asked, and what their attempts ask."""
    theirs = select("attempt:" + ATTEMPTS.c.id).where(ATTEMPTS.c.citizen_id == citizen_id)
    connection.execute(delete(REQUESTS).where(or_(REQUESTS.c.citizen_id == citizen_id, REQUESTS.c.holder.in_(theirs))))


def _draw_numbers(realm: Realm) -> list[int]:
    """Three different numbers of two digits, the right one first."""
    numbers: list[int] = []
    while len(numbers) < 3:
        number = 10 + int.from_bytes(realm.chance.draw("push number", 8), "big") % 90
        if number not in numbers:
            numbers.append(number)
    return numbers


def _state(realm: Realm, row: Any) -> State:
    if row.used_at is not None:
        return "used"
    if row.ended_because is not None:
        state: State = row.ended_because
        return state
    return "expired" if row.expires_at <= realm.clock.now() else "waiting"


def _open(realm: Realm, row: Any) -> AskedDevice:
    return AskedDevice(
        id=row.id,
        purpose=row.purpose,
        holder=row.holder,
        citizen_id=row.citizen_id,
        told=Told(*realm.vault.open_fields(_place(row.id), row.sealed)["told"]),
        number=row.number,
        numbers=tuple(row.numbers),
        created_at=row.created_at,
        expires_at=row.expires_at,
        state=_state(realm, row),
        device_id=row.device_id,
    )


def _place(request_id: str) -> str:
    return f"device_requests.sealed:{request_id}"
