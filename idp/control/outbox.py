"""The outbox of the test stand, for tests: what would have been sent, as soon as it would have been sent."""

from typing import Annotated, Literal, cast

from msgspec import UNSET, Meta, Struct, UnsetType

from ground.message import Message
from idp.audit import Event, record
from idp.citizens.identifiers import IdentifierMalformed, email, phone
from idp.control.operation import ACTOR, Answer, Call, Operation, Problem
from idp.control.waiting import Seconds, look_until_found
from idp.realm import Realm

NORMALISE = {"sms": phone, "email": email}
State = Literal["waiting", "delivered", "failed", "kept"]


class OutboxQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`after` gives only messages with a greater number, `address` only those to one phone (both forms) or e-mail."""

    after: Annotated[int, Meta(ge=0, le=999_999_999_999, description="Only messages with a greater number")] = 0
    address: Annotated[str, Meta(description="Only messages to this phone or e-mail")] | UnsetType = UNSET
    wait_for: Seconds = 0


class SentMessage(Struct, frozen=True, kw_only=True):
    """A message that would have been sent: `channel` is `sms` or `email`, `created_at` in seconds.

    `delivery` is `kept` where no courier has it; one that `failed` reached nobody, and no phone shows it.
    """

    number: int
    id: str
    channel: str
    address: str
    text: str
    created_at: int
    delivery: State


class SentMessages(Struct, frozen=True, kw_only=True):
    """Messages, oldest first, at most a hundred. `last` is what to pass as `after` next."""

    messages: list[SentMessage]
    last: int


class FailingAddress(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A phone (both forms) or e-mail that no message reaches from now on, or every message again."""

    address: Annotated[str, Meta(max_length=254)]
    fails: bool


def outbox(realm: Realm, call: Call) -> Answer:
    """The messages that the query asks for, as soon as there are any."""
    query: OutboxQuery = call.query
    address = None if query.address is UNSET else query.address
    messages = look_until_found(lambda: read(realm, after=query.after, address=address, with_failed=True), seconds=query.wait_for)
    shown = [
        SentMessage(
            number=message.number,
            id=message.id,
            channel=message.channel,
            address=message.address,
            text=message.text,
            created_at=message.created_at,
            delivery=cast("State", message.delivery),
        )
        for message in messages
    ]
    return Answer(200, SentMessages(messages=shown, last=max((message.number for message in messages), default=query.after)))


def let_fail(realm: Realm, call: Call) -> Answer:
    """Have what is sent to an address fail at once, as at a gateway that will not take it."""
    wanted: FailingAddress = call.body
    try:
        channel, address = _addressed(wanted.address)
    except IdentifierMalformed:
        detail = "address is neither a phone nor an e-mail"
        raise Problem(422, "body_invalid", "The body is not what this operation takes", detail) from None
    with realm.database.write() as connection:
        realm.outbox.let_fail(connection, channel=channel, address=address, fails=wanted.fails)
        record(realm, connection, Event.DELIVERY_SCRIPTED, actor=ACTOR, object=f"channel:{channel}", fails=wanted.fails)
    return Answer(204)


def read(realm: Realm, *, after: int = 0, address: str | None = None, with_failed: bool = False) -> list[Message]:
    """Messages with a number above `after`, oldest first, all or those to one address. Raises Problem."""
    with realm.database.read() as connection:
        if address is None:
            return realm.outbox.messages(connection, after=after, with_failed=with_failed)
        try:
            # A plus that was not percent-encoded arrives as a space.
            channel, normal = _addressed("+" + address[1:] if address.startswith(" ") else address)
        except IdentifierMalformed:
            raise Problem(400, "query_invalid", "The address is neither a phone nor an e-mail") from None
        return realm.outbox.messages(connection, after=after, address=normal, channel=channel, with_failed=with_failed)


def _addressed(text: str) -> tuple[str, str]:
    """The channel that leads to an address, and its one spelling. Raises IdentifierMalformed."""
    channel = "email" if "@" in text else "sms"
    return channel, NORMALISE[channel](text)


OPERATIONS = (
    Operation(
        name="read_outbox",
        method="GET",
        path="/outbox",
        summary="Read what would have been sent to people, waiting for it if need be",
        handle=outbox,
        query=OutboxQuery,
        answers={200: SentMessages},
    ),
    Operation(
        name="let_delivery_fail",
        method="POST",
        path="/outbox/failing",
        summary="Have messages to an address fail, or arrive again",
        handle=let_fail,
        body=FailingAddress,
    ),
)
