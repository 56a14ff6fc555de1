"""The outbox of the registry, for tests and for the phone: what would have been sent, as soon as it would have been sent."""

from typing import Annotated, Any

from msgspec import UNSET, Meta, Struct, UnsetType

from ground.clock import monotonic_seconds, wait
from ground.message import Message
from ground.wire import Response
from rp.access.events import Event, note
from rp.control.operation import ACTOR, NOTHING, Operation, Problem
from rp.realm import Realm

LONGEST_WAIT_SECONDS = 30
LOOK_EVERY_SECONDS = 0.05
LONGEST_ADDRESS = 254

Number = Annotated[int, Meta(ge=0, le=999_999_999_999)]
Address = Annotated[str, Meta(max_length=LONGEST_ADDRESS)]


class OutboxQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`after` gives only messages with a greater number, `address` only those to one phone (+7…) or e-mail."""

    after: Number = 0
    address: Address | UnsetType = UNSET
    wait_for: Number = 0


class FailingAddress(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A phone or e-mail that no message reaches from now on, or every message again."""

    address: Address
    fails: bool


def read_outbox(realm: Realm, query: OutboxQuery, _body: Any) -> Response:
    """At most a hundred messages, oldest first. `last` is what to pass as `after` next; `newest` is the number of the newest
    message to anybody, and a smaller one than before means that the outbox was emptied."""
    deadline = monotonic_seconds() + min(query.wait_for, LONGEST_WAIT_SECONDS)
    while True:
        messages, newest = _look(realm, query)
        if messages or monotonic_seconds() >= deadline:
            break
        wait(LOOK_EVERY_SECONDS)
    last = max((message.number for message in messages), default=query.after)
    return Response.of_json({"messages": [_shown(message) for message in messages], "last": last, "newest": newest})


def let_fail(realm: Realm, _query: Any, wanted: FailingAddress) -> Response:
    """Have what is sent to an address fail at once, as at a gateway that will not take it."""
    channel = _channel_of(wanted.address)
    if channel is None:
        detail = "address is neither a phone nor an e-mail"
        raise Problem(422, "body_invalid", "The body is not what this operation takes", detail)
    with realm.database.write() as connection:
        realm.outbox.let_fail(connection, channel=channel, address=wanted.address, fails=wanted.fails)
        note(connection, realm, Event.DELIVERY_SCRIPTED, actor=ACTOR, object=f"channel:{channel}", detail={"fails": wanted.fails})
    return NOTHING


def _look(realm: Realm, query: OutboxQuery) -> tuple[list[Message], int]:
    with realm.database.read() as connection:
        # Asked first: what comes while we read is told twice, and its reader knows a message by its number.
        newest = realm.outbox.last_number(connection)
        if query.address is UNSET:
            return realm.outbox.messages(connection, after=query.after, with_failed=True), newest
        # A plus that was not percent-encoded arrives as a space.
        address = "+" + query.address[1:] if query.address.startswith(" ") else query.address
        channel = _channel_of(address)
        if channel is None:
            raise Problem(400, "query_invalid", "The address is neither a phone nor an e-mail")
        messages = realm.outbox.messages(connection, after=query.after, address=address, channel=channel, with_failed=True)
        return messages, newest


def _channel_of(address: str) -> str | None:
    """The channel that leads to an address; None where none does."""
    before, sign, after = address.partition("@")
    if sign:
        return "email" if before and after else None
    return "sms" if address.startswith("+") and address[1:].isascii() and address[1:].isdecimal() else None


def _shown(message: Message) -> dict[str, Any]:
    return {
        "number": message.number,
        "id": message.id,
        "channel": message.channel,
        "address": message.address,
        "subject": message.subject,
        "text": message.text,
        "created_at": message.created_at,
        "delivery": message.delivery,
    }


OPERATIONS = (
    Operation("GET", "/outbox", read_outbox, query=OutboxQuery),
    Operation("POST", "/outbox/failing", let_fail, body=FailingAddress),
)
