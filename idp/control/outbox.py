"""The outbox of the test stand, for tests: what would have been sent, as soon as it would have been sent."""

import orjson
from flask import Blueprint, abort, request
from werkzeug.wrappers import Response

from ground.clock import monotonic_seconds, wait
from ground.outbox import Message
from idp.citizens.identifiers import IdentifierMalformed, email, phone
from idp.pages import current_realm
from idp.realm import Realm

LONGEST_WAIT_SECONDS = 30
LOOK_EVERY_SECONDS = 0.05
NORMALISE = {"sms": phone, "email": email}

blueprint = Blueprint("outbox", __name__)


@blueprint.get("/outbox")
def outbox() -> Response:
    """Messages as JSON: `{"messages": [{number, id, channel, address, text, created_at}], "last": n}`.

    `after` gives only messages with a greater number, `address` only those to one phone (both forms) or e-mail. With
    `wait_for` (seconds, at most 30) the answer waits until there is at least one. `last` is what to pass as `after` next.
    """
    realm = current_realm()
    after = _number("after")
    patience = min(_number("wait_for"), LONGEST_WAIT_SECONDS)
    address = request.args.get("address")
    deadline = monotonic_seconds() + patience
    while True:
        messages = read(realm, after=after, address=address)
        if messages or monotonic_seconds() >= deadline:
            break
        wait(LOOK_EVERY_SECONDS)
    shown = [
        {
            "number": message.number,
            "id": message.id,
            "channel": message.channel,
            "address": message.address,
            "text": message.text,
            "created_at": message.created_at,
        }
        for message in messages
    ]
    body = {"messages": shown, "last": max((message.number for message in messages), default=after)}
    return Response(orjson.dumps(body), mimetype="application/json")


def read(realm: Realm, *, after: int = 0, address: str | None = None) -> list[Message]:
    """Messages with a number above `after`, oldest first, all or those to one address."""
    with realm.database.read() as connection:
        if address is None:
            return realm.outbox.messages(connection, after=after)
        channel = "email" if "@" in address else "sms"
        try:
            # A plus that was not percent-encoded arrives as a space.
            normal = NORMALISE[channel]("+" + address[1:] if address.startswith(" ") else address)
        except IdentifierMalformed:
            abort(400)
        return realm.outbox.messages(connection, after=after, address=normal, channel=channel)


def _number(name: str) -> int:
    text = request.args.get(name, "0")
    if not (text.isascii() and text.isdecimal() and len(text) <= 12):
        abort(400)
    return int(text)
