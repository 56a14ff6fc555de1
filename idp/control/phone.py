"""The telephone of any test person: everything the stand would have sent to a real one."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, redirect, render_template, request
from werkzeug.wrappers import Response

from ground.outbox import Message
from idp.citizens import directory
from idp.citizens.models import Person
from idp.control.outbox import read
from idp.pages import current_realm

CODE = re.compile(r"(?<!\d)(\d{6})(?!\d)", re.ASCII)

blueprint = Blueprint("phone", __name__)


@dataclass(frozen=True)
class Bubble:
    """A message cut at its code, so that the code can be shown large and taken with one click."""

    before: str
    code: str | None
    after: str
    at: int


@blueprint.get("/")
def start() -> Response:
    return redirect("/phone", 303)


@blueprint.get("/phone")
def phone() -> str:
    """The newest messages of one person, newest first; of whoever got the newest of all unless `who` names somebody."""
    realm = current_realm()
    with realm.database.read() as connection:
        people = directory.everybody(realm, connection)
    chosen = _choose(people, read(realm), request.args.get("who"))
    messages = read(realm, address=chosen.data.phone) if chosen and chosen.data.phone else []
    return render_template(
        "phone.html",
        choices=[(person.id, f"{person.data.given_name} {person.data.family_name}") for person in people],
        chosen=chosen,
        bubbles=[cut(message) for message in reversed(messages)],
        now=realm.clock.now(),
    )


def _choose(people: Sequence[Person], messages: Sequence[Message], asked_for: str | None) -> Person | None:
    by_phone = {person.data.phone: person for person in people}
    newest = next((by_phone[message.address] for message in reversed(messages) if message.address in by_phone), None)
    return next((person for person in people if person.id == asked_for), newest or next(iter(people), None))


def cut(message: Message) -> Bubble:
    """Cut a message at its code."""
    match = CODE.search(message.text)
    if not match:
        return Bubble(message.text, None, "", message.created_at)
    before, after = message.text[: match.start()].strip(), message.text[match.end() :].strip(" .")
    return Bubble(before, f"{match[1][:3]} {match[1][3:]}", after, message.created_at)
