"""The outbox of the test stand, for tests: what would have been sent, as soon as it would have been sent."""

import re
from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from ground.outbox import Message
from idp.citizens.identifiers import IdentifierMalformed, email, phone
from idp.control.operation import Answer, Call, Operation, Problem
from idp.control.waiting import Seconds, look_until_found
from idp.realm import Realm

CODE = re.compile(r"(?<![\w/=&?#%+-])([0-9]{6})(?![\w/=&#%-])")
"""Six digits that stand alone: not a piece of a number, of a word, or of a link."""
NORMALISE = {"sms": phone, "email": email}


class OutboxQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`after` gives only messages with a greater number, `address` only those to one phone (both forms) or e-mail."""

    after: Annotated[int, Meta(ge=0, le=999_999_999_999, description="Only messages with a greater number")] = 0
    address: Annotated[str, Meta(description="Only messages to this phone or e-mail")] | UnsetType = UNSET
    wait_for: Seconds = 0


class SentMessage(Struct, frozen=True, kw_only=True):
    """A message that would have been sent: `channel` is `sms` or `email`, `created_at` in seconds."""

    number: int
    id: str
    channel: str
    address: str
    text: str
    created_at: int


class SentMessages(Struct, frozen=True, kw_only=True):
    """Messages, oldest first, at most a hundred. `last` is what to pass as `after` next."""

    messages: list[SentMessage]
    last: int


def outbox(realm: Realm, call: Call) -> Answer:
    """The messages that the query asks for, as soon as there are any."""
    query: OutboxQuery = call.query
    address = None if query.address is UNSET else query.address
    messages = look_until_found(lambda: read(realm, after=query.after, address=address), seconds=query.wait_for)
    shown = [
        SentMessage(
            number=message.number,
            id=message.id,
            channel=message.channel,
            address=message.address,
            text=message.text,
            created_at=message.created_at,
        )
        for message in messages
    ]
    return Answer(200, SentMessages(messages=shown, last=max((message.number for message in messages), default=query.after)))


def read(realm: Realm, *, after: int = 0, address: str | None = None) -> list[Message]:
    """Messages with a number above `after`, oldest first, all or those to one address. Raises Problem."""
    with realm.database.read() as connection:
        if address is None:
            return realm.outbox.messages(connection, after=after)
        channel = "email" if "@" in address else "sms"
        try:
            # A plus that was not percent-encoded arrives as a space.
            normal = NORMALISE[channel]("+" + address[1:] if address.startswith(" ") else address)
        except IdentifierMalformed:
            raise Problem(400, "query_invalid", "The address is neither a phone nor an e-mail") from None
        return realm.outbox.messages(connection, after=after, address=normal, channel=channel)


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
)
