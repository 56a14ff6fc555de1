"""The clock of a realm, moved by whoever tests: provider, registry and every worker follow it."""

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType
from sqlalchemy import func, select

from ground.clock import MovableClock
from idp.audit import Event, record
from idp.control.expiry import Kind, first_bad_second, keep_from_idling
from idp.control.operation import ACTOR, Answer, Call, Operation, Problem
from idp.database import JOURNAL
from idp.realm import Realm

LAST_MOMENT = 7_258_118_400
"""The year 2200. Far enough for every test, and every date that is counted from it can still be written."""
LONGEST_JUMP = 10_000_000_000

Moment = Annotated[int, Meta(ge=0, le=LAST_MOMENT, description="Seconds since 1970-01-01T00:00:00Z, up to the year 2200")]
Jump = Annotated[int, Meta(ge=-LONGEST_JUMP, le=LONGEST_JUMP)]


NEWEST_DEED = select(func.max(JOURNAL.c.at)).where(JOURNAL.c.action != Event.CLOCK_MOVED.value)


class ClockState(Struct, frozen=True, kw_only=True):
    """What a realm's clock shows. A running clock is `offset_seconds` ahead of the machine's; a frozen one says 0 there.

    There is a `warning` when it has been moved back behind something that has happened.
    """

    now: int
    frozen: bool
    offset_seconds: int
    warning: str | UnsetType = UNSET


class ClockSetting(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`now` puts the clock at a moment, `frozen` makes it stand still or go on; what is left out stays as it is."""

    now: Moment | UnsetType = UNSET
    frozen: bool | UnsetType = UNSET


class ClockJump(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How far to move the clock; negative seconds move it back. A frozen clock stays frozen."""

    seconds: Jump


class ClockExpiry(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Freeze the clock where something runs out: 0 is the first second at which it is no longer good, -1 the last at
    which it is.

    `value` is the code, the token, the `request_uri`, the cookie or `sid` of a session, or the id of an interaction; left
    out it is the newest of its kind that nobody has used up. With `session_absolute` the session counts as used until then.
    """

    what: Kind
    value: Annotated[str, Meta(min_length=1, max_length=16_384)] | UnsetType = UNSET
    seconds: Jump = 0


def read(realm: Realm, _call: Call) -> Answer:
    return Answer(200, _state(_clock(realm)))


def put(realm: Realm, call: Call) -> Answer:
    setting: ClockSetting = call.body
    clock = _clock(realm)
    now = clock.now() if isinstance(setting.now, UnsetType) else setting.now
    frozen = clock.is_frozen if isinstance(setting.frozen, UnsetType) else setting.frozen
    return _move(realm, clock, to=now, frozen=frozen)


def advance(realm: Realm, call: Call) -> Answer:
    clock = _clock(realm)
    before = clock.now()
    _check_moment(before + call.body.seconds)
    clock.advance(call.body.seconds)
    return _answer_moved(realm, clock, is_back=call.body.seconds < 0)


def expire(realm: Realm, call: Call) -> Answer:
    wanted: ClockExpiry = call.body
    clock = _clock(realm)
    value = None if isinstance(wanted.value, UnsetType) else wanted.value
    with realm.database.read() as connection:
        moment = first_bad_second(realm, connection, wanted.what, value) + wanted.seconds
    _check_moment(moment)
    if wanted.what == "session_absolute":
        with realm.database.write() as connection:
            keep_from_idling(connection, value, until=moment)
    return _move(realm, clock, to=moment, frozen=True)


def follow_machine(realm: Realm, _call: Call) -> Answer:
    clock = _clock(realm)
    before = clock.now()
    clock.follow_machine()
    return _answer_moved(realm, clock, is_back=clock.now() < before)


def _clock(realm: Realm) -> MovableClock:
    if not isinstance(realm.clock, MovableClock):
        raise Problem(409, "clock_immovable", "The clock of this realm cannot be moved")
    return realm.clock


def _move(realm: Realm, clock: MovableClock, *, to: int, frozen: bool) -> Answer:
    before = clock.now()
    if frozen:
        clock.freeze(to)
    else:
        clock.run_from(to)
    return _answer_moved(realm, clock, is_back=to < before)


def _check_moment(moment: int) -> None:
    if not 0 <= moment <= LAST_MOMENT:
        raise Problem(422, "clock_out_of_range", "The clock cannot show this", "it goes from 1970 to 2200")


def _answer_moved(realm: Realm, clock: MovableClock, *, is_back: bool) -> Answer:
    """Write the move down, and warn of going behind what the journal says has happened."""
    with realm.database.write() as connection:
        newest = connection.execute(NEWEST_DEED).scalar() if is_back else None
        state = _state(clock)
        record(realm, connection, Event.CLOCK_MOVED, actor=ACTOR, object="clock", now=state.now, frozen=state.frozen)
    if newest is not None and newest > state.now:
        warning = f"something has happened up to {newest} already: rows of the future may be taken for valid or for newest"
        return Answer(200, _state(clock, warning))
    return Answer(200, state)


def _state(clock: MovableClock, warning: str | UnsetType = UNSET) -> ClockState:
    return ClockState(now=clock.now(), frozen=clock.is_frozen, offset_seconds=clock.offset_seconds, warning=warning)


OPERATIONS = (
    Operation(
        name="read_clock",
        method="GET",
        path="/clock",
        summary="Read the clock",
        handle=read,
        answers={200: ClockState},
        problems=(409,),
    ),
    Operation(
        name="set_clock",
        method="PUT",
        path="/clock",
        summary="Put the clock at a moment, freeze it or let it go on",
        handle=put,
        body=ClockSetting,
        answers={200: ClockState},
        problems=(409,),
    ),
    Operation(
        name="follow_machine",
        method="DELETE",
        path="/clock",
        summary="Let the clock be the machine's again",
        handle=follow_machine,
        answers={200: ClockState},
        problems=(409,),
    ),
    Operation(
        name="advance_clock",
        method="POST",
        path="/clock/advance",
        summary="Move the clock by some seconds",
        handle=advance,
        body=ClockJump,
        answers={200: ClockState},
        problems=(409,),
    ),
    Operation(
        name="expire",
        method="POST",
        path="/clock/expire",
        summary="Freeze the clock just before or just when something runs out",
        handle=expire,
        body=ClockExpiry,
        answers={200: ClockState},
        problems=(409,),
    ),
)
