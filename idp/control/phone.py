"""The telephone of any test person: everything the stand would have sent to a real one, as it is sent, and its answers. What the
registry would have sent is there too; the two count their messages each for itself.

`/phone/{person}` is one person's, `/phone` that of whoever got the newest message. Beside each, `…/messages?after=` answers
with what is new, drawn by the same part of a page; it may wait for it, but never all threads of the control plane do. What is
pressed is a form of the page, and the page is shown again with what came of it.
"""

import heapq
from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from threading import BoundedSemaphore
from urllib.parse import urlencode

from flask import Blueprint, abort, redirect, render_template, request
from werkzeug.wrappers import Response

from ground.clock import monotonic_seconds, wait
from ground.message import CODE, Message
from ground.web.language import format_day_of_year, format_moment, format_time, local_moment
from ground.web.language import gettext as _
from idp.citizens import directory
from idp.citizens.models import Person
from idp.control import phone_application
from idp.control.outbox import read
from idp.control.phone_application import Shown
from idp.control.registry import outbox_of
from idp.pages import current_realm
from idp.realm import Realm

LONGEST_WAIT_SECONDS = 10
LOOK_EVERY_SECONDS = 0.2
NEWCOMER = "newcomer"
"""Stands for whoever has no account yet: their telephone shows what goes to addresses that are nobody's here."""
MOST_WAITING = 8
"""At most half of `control_threads`. One phone too many is answered at once and asks again a little later."""

REGISTRY_PREFIX = "r"
"""Before the numbers of the registry's messages, which are others than ours."""

_places_to_wait = BoundedSemaphore(MOST_WAITING)
blueprint = Blueprint("phone", __name__)


@dataclass(frozen=True)
class Bubble:
    """A message cut at its code, so that the code can be shown large and taken with one click."""

    number: str
    channel: str
    heading: str | None
    before: str
    code: str | None
    after: str
    at: int
    told_at: str


@dataclass(frozen=True)
class Screens:
    """What one person's telephone shows, newest first. `last` is the number of the newest message to anybody, and
    `registry_last` the same at the registry."""

    person: Person | None
    application: Shown
    bubbles: Sequence[Bubble]
    last: int
    registry_last: int
    now: int

    def of(self, channel: str) -> list[Bubble]:
        return [bubble for bubble in self.bubbles if bubble.channel == channel]


@dataclass(frozen=True)
class Seen:
    """The numbers up to which somebody has seen the messages of the provider and of the registry."""

    last: int = 0
    registry_last: int = 0


@blueprint.get("/")
def start() -> Response:
    return redirect("/phone", 303)


@blueprint.get("/phone")
def newest_phone() -> str | Response:
    """The telephone of whoever got the newest message; `who` leads to somebody's own."""
    if who := request.args.get("who"):
        return redirect(f"/phone/{NEWCOMER if who == NEWCOMER else _named(current_realm(), who).id}", 303)
    return _page(None)


@blueprint.get("/phone/<person_id>")
def phone(person_id: str) -> str:
    return _page(person_id)


@blueprint.get("/phone/messages")
@blueprint.get("/phone/<person_id>/messages")
def news(person_id: str | None = None) -> str:
    """Messages with a number above `after`, as a piece of a page; with `wait_for` (seconds, at most 10) it waits for one.

    Its `data-last` is what to pass as `after` next; a smaller one than before means that the outbox was emptied meanwhile.
    `data-registry-last` and `registry_after` are the same for the registry. Its
    `data-application` is what to pass as `application`: another one means that the application shows something else.
    """
    realm = current_realm()
    after, patience = Seen(_number("after"), _number("registry_after")), min(_number("wait_for"), LONGEST_WAIT_SECONDS)
    _whose(realm, person_id)
    if patience and _places_to_wait.acquire(blocking=False):
        try:
            _wait_for_news(realm, person_id, after=after, seen_application=request.args.get("application"), seconds=patience)
        finally:
            _places_to_wait.release()
    return render_template("phone_messages.html", screens=_screens(realm, person_id, after=after))


@blueprint.post("/phone/<person_id>/install")
def install(person_id: str) -> Response:
    realm = current_realm()
    return _shown_again(person_id, phone_application.install(realm, _named(realm, person_id)))


@blueprint.post("/phone/<person_id>/answer")
def answer(person_id: str) -> Response:
    """One of the numbers, «Войти» or «Это не я»."""
    realm, form = current_realm(), request.form
    number = form.get("number", "")
    word = phone_application.press(
        realm,
        _named(realm, person_id),
        form.get("request", "").replace("\0", ""),
        is_approved=form.get("answer") != "deny",
        number=int(number) if number.isascii() and number.isdecimal() and len(number) == 2 else None,
    )
    return _shown_again(person_id, word)


@blueprint.post("/phone/<person_id>/scan")
def scan(person_id: str) -> Response:
    """Read the address of a QR code."""
    realm = current_realm()
    word, request_id = phone_application.scan(realm, _named(realm, person_id), request.form.get("address", "").replace("\0", ""))
    return _shown_again(person_id, word, scanned=request_id)


def _shown_again(person_id: str, word: str, *, scanned: str = "") -> Response:
    return redirect(f"/phone/{person_id}?" + urlencode({"said": word} | ({"scanned": scanned} if scanned else {})), 303)


def _page(person_id: str | None) -> str:
    realm = current_realm()
    screens = _screens(realm, person_id)
    with realm.database.read() as connection:
        people = directory.everybody(realm, connection)
    choices = [(each.id, f"{each.data.given_name} {each.data.family_name}") for each in people if not each.is_child]
    choices.append((NEWCOMER, _("Тот, у кого ещё нет записи")))
    address = "/phone/messages" if person_id is None else f"/phone/{person_id}/messages"
    said = phone_application.words(request.args.get("said", ""))
    chosen = screens.person.id if screens.person is not None else person_id
    return render_template(
        "phone.html",
        choices=choices,
        chosen=chosen,
        screens=screens,
        news_address=address,
        said=said,
        explains_requests=realm.settings.keeps_requests,
    )


def _wait_for_news(realm: Realm, person_id: str | None, *, after: Seen, seen_application: str | None, seconds: int) -> None:
    """Return when there is something to tell: a message, an outbox that was emptied, another screen of the application, or that
    the patience is over."""
    deadline = monotonic_seconds() + seconds
    seen, felt = after, None
    while monotonic_seconds() < deadline:
        now = _newest(realm, after)
        if now.last < after.last or now.registry_last < after.registry_last:
            return
        has_grown = now.last > seen.last or now.registry_last > seen.registry_last
        if has_grown and _screens(realm, person_id, after=seen).bubbles:
            return
        pulse = phone_application.pulse(realm, scanned_id=_scanned_id())
        has_changed = seen_application is not None and (pulse != felt or now != seen)
        if has_changed and _application(realm, _whose(realm, person_id)).version != seen_application:
            return
        seen, felt = now, pulse
        wait(LOOK_EVERY_SECONDS)


def _newest(realm: Realm, after: Seen) -> Seen:
    """The numbers of the newest messages to anybody. A registry that does not answer has sent nothing new."""
    with realm.database.read() as connection:
        last = realm.outbox.last_number(connection)
    registry_last = outbox_of(realm).newest()
    return Seen(last, after.registry_last if registry_last is None else registry_last)


def _screens(realm: Realm, person_id: str | None, *, after: Seen = Seen()) -> Screens:
    # Asked first: what comes while we read is told twice, and the page knows a message by its number.
    newest = _newest(realm, after)
    person = _whose(realm, person_id)
    addresses = [address for address in (person.data.phone, person.data.email) if address] if person else []
    owned = _owners(realm) if person_id == NEWCOMER else None
    bubbles = list(
        heapq.merge(
            _bubbles(realm, _messages(lambda address: read(realm, after=after.last, address=address), addresses, owned)),
            _bubbles(realm, _of_registry(realm, after.registry_last, addresses, owned), prefix=REGISTRY_PREFIX),
            key=lambda bubble: -bubble.at,
        )
    )
    return Screens(person, _application(realm, person), bubbles, newest.last, newest.registry_last, realm.clock.now())


def _of_registry(realm: Realm, after: int, addresses: Sequence[str], owned: Container[str] | None) -> list[Message]:
    if outbox_of(realm).newest() in (None, after):
        return []  # it is asked for nothing that it has not
    return _messages(lambda address: outbox_of(realm).read(after=after, address=address).messages, addresses, owned)


def _messages(
    look: Callable[[str | None], Iterable[Message]], addresses: Sequence[str], owned: Container[str] | None
) -> list[Message]:
    """What an outbox has for these addresses or, where it is said which are somebody's, for all others; newest first."""
    if owned is not None:
        found = [message for message in look(None) if message.address not in owned]
    else:
        found = [message for address in addresses for message in look(address)]
    return sorted(found, key=lambda message: message.number, reverse=True)


def _bubbles(realm: Realm, messages: Iterable[Message], *, prefix: str = "") -> list[Bubble]:
    now = realm.clock.now()
    return [cut(message, now=now, prefix=prefix) for message in messages]


def _named(realm: Realm, person_id: str) -> Person:
    with realm.database.read() as connection:
        return directory.find(realm, connection, person_id) or abort(404)


def _whose(realm: Realm, person_id: str | None) -> Person | None:
    if person_id == NEWCOMER:
        return None
    return _whoever_got_the_newest(realm) if person_id is None else _named(realm, person_id)


def _owners(realm: Realm) -> dict[str, Person]:
    """Whose each address is."""
    with realm.database.read() as connection:
        people = directory.everybody(realm, connection)
    return {address: person for person in people for address in (person.data.phone, person.data.email) if address}


def _application(realm: Realm, person: Person | None) -> Shown:
    return phone_application.look(realm, person, scanned_id=_scanned_id())


def _scanned_id() -> str:
    """The code that the person has just read, as the address of the page has it."""
    return request.args.get("scanned", "")


def _whoever_got_the_newest(realm: Realm) -> Person | None:
    """Whoever was sent a message last, or a notice that still waits. Nobody's messages do not count; before the first message it
    is the first person there is."""
    with realm.database.read() as connection:
        people = directory.everybody(realm, connection)
    owners = _owners(realm)
    message = next((message for message in reversed(read(realm)) if message.address in owners), None)
    letter = next((message for message in reversed(outbox_of(realm).read().messages) if message.address in owners), None)
    if letter is not None and (message is None or letter.created_at > message.created_at):
        message = letter
    notice = phone_application.newest_notice(realm)
    if notice is not None and (message is None or notice.created_at >= message.created_at):
        return next((person for person in people if person.id == notice.citizen_id), None)
    return owners[message.address] if message is not None else next(iter(people), None)


def cut(message: Message, *, now: int, prefix: str = "") -> Bubble:
    """Cut a message at its code. The prefix tells its number from the same number of another outbox."""
    found = CODE.search(message.text)
    before, after = (message.text[: found.start()], message.text[found.end() :]) if found else (message.text, "")
    return Bubble(
        number=f"{prefix}{message.number}",
        channel=message.channel,
        heading=message.subject,
        before=before.strip(),
        code=found[1] if found else None,
        after=after.strip().removeprefix(".").lstrip(),
        at=message.created_at,
        told_at=tell(message.created_at, now=now),
    )


def tell(moment: int, *, now: int) -> str:
    """A moment as a telephone writes it: «сегодня, 20:16», «вчера, 03:40», «20 ноября, 14:06», and another year with its year."""
    day, today = local_moment(moment).date(), local_moment(now).date()
    if day == today:
        return _("сегодня, %(time)s", time=format_time(moment))
    if day == today - timedelta(days=1):
        return _("вчера, %(time)s", time=format_time(moment))
    return f"{format_day_of_year(moment)}, {format_time(moment)}" if day.year == today.year else format_moment(moment)


def _number(name: str) -> int:
    text = request.args.get(name, "0")
    if not (text.isascii() and text.isdecimal() and len(text) <= 12):
        abort(400)
    return int(text)
