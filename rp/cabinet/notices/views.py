"""The inbox of the cabinet and its settings: `/notices`."""

from dataclasses import dataclass
from math import ceil
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request
from sqlalchemy import Connection
from werkzeug.wrappers import Response

from ground.web.errors import PageProblem
from ground.web.language import LazyText
from ground.web.language import gettext as _
from rp.access.current import current_principal
from rp.access.guard import guarded
from rp.access.policy import Operation
from rp.notices import inbox
from rp.notices.choices import POSSIBLE, Choice, choices_of, choose
from rp.notices.topics import ALWAYS, CHANNEL_WORDS, TOPIC_WORDS, Channel, Topic, TopicWords
from rp.patients.directory import Person, find_patient
from rp.realm import Realm, current_realm

TOPIC_ICONS = {Topic.REQUESTS: "list", Topic.RECOMMENDATIONS: "info", Topic.PROTOCOLS: "list"}

blueprint = Blueprint("notices", __name__, url_prefix="/notices")


@blueprint.app_context_processor
def _news() -> dict[str, Any]:
    """For the navigation of every section: how many notices are unread, asked only where it is shown."""
    return {"unread_notices": _unread}


def _unread() -> int:
    realm, patient_id = current_realm(), current_principal().patient_id
    if patient_id is None:
        return 0
    with realm.database.read() as connection:
        return inbox.count(connection, patient_id).unread


@dataclass(frozen=True)
class Box:
    """One choice as the form has it. A fixed one cannot be changed, and the hint says where it leads or why."""

    name: str
    label: LazyText
    hint: str
    is_on: bool
    is_fixed: bool


@dataclass(frozen=True)
class TopicBoxes:
    """The choices of a topic."""

    name: str
    words: TopicWords
    boxes: tuple[Box, ...]


@blueprint.get("")
@guarded(Operation.READ_NOTICES)
def show_inbox() -> str:
    realm, patient_id = current_realm(), _patient_id()
    page = _page_number()
    with realm.database.read() as connection:
        count = inbox.count(connection, patient_id)
        notices = inbox.page_of(connection, realm, patient_id, number=page)
    pages = max(1, ceil(count.total / inbox.PAGE_LENGTH))
    if page > pages:
        abort(404)
    return render_template("notices/inbox.html", notices=notices, count=count, page=page, pages=pages, **_words())


@blueprint.get("/<notice_id>")
@guarded(Operation.READ_NOTICES)
def show_notice(notice_id: str) -> str:
    """One notice; who opens it has read it."""
    realm, patient_id = current_realm(), _patient_id()
    with realm.database.read() as connection:
        notice = inbox.find(connection, realm, patient_id, notice_id) or abort(404)
    if notice.is_unread:
        with realm.database.write() as connection:
            inbox.mark_read(connection, realm, patient_id, notice_id=notice_id)
    paragraphs = [line for line in notice.text.splitlines() if line.strip()]
    return render_template("notices/notice.html", notice=notice, paragraphs=paragraphs, **_words())


@blueprint.post("/read")
@guarded(Operation.READ_NOTICES)
def read_all() -> Response:
    realm, patient_id = current_realm(), _patient_id()
    with realm.database.write() as connection:
        inbox.mark_read(connection, realm, patient_id)
    return redirect("/notices", 303)


@blueprint.get("/settings")
@guarded(Operation.CHOOSE_NOTICES)
def show_settings() -> str:
    realm, patient_id = current_realm(), _patient_id()
    with realm.database.read() as connection:
        person = _person(connection, realm, patient_id)
        choices = choices_of(connection, patient_id)
    return render_template(
        "notices/settings.html",
        topics=[_boxes(topic, choices, person) for topic in Topic],
        missing=_missing(person),
        is_saved="saved" in request.args,
    )


@blueprint.post("/settings")
@guarded(Operation.CHOOSE_NOTICES)
def save_settings() -> Response:
    realm, patient_id = current_realm(), _patient_id()
    ticked = {choice for choice in POSSIBLE if _name(choice) in request.form}
    with realm.database.write() as connection:
        person = _person(connection, realm, patient_id)
        # A box that could not be ticked says nothing: what was chosen before the address went stays chosen.
        shut = {choice for choice in choices_of(connection, patient_id) if not _is_open(choice[1], person)}
        choose(connection, realm, patient_id, frozenset(ticked | shut), actor=current_principal().actor)
    return redirect("/notices/settings?saved", 303)


def _patient_id() -> str:
    """Whose inbox it is. Raises PageProblem: whoever is no patient of the registry has none."""
    patient_id = current_principal().patient_id
    if patient_id is None:
        raise PageProblem(
            status=403,
            title=_("Вас нет в регистре"),
            lead=_("Уведомления приходят тем, кого регистр знает."),
            advice=(_("Если вы прививались или болели, найдите свои записи по ИНН и телефону."),),
            actions=((_("Найти мои записи"), "/linking"), (_("Мои записи"), "/")),
            code="not_registered",
            cause="no patient is linked to this session",
        )
    return patient_id


def _person(connection: Connection, realm: Realm, patient_id: str) -> Person:
    patient = find_patient(connection, realm, patient_id) or abort(404)
    return patient.person


def _words() -> dict[str, object]:
    return {"TOPIC_WORDS": TOPIC_WORDS, "TOPIC_ICONS": TOPIC_ICONS}


def _boxes(topic: Topic, choices: frozenset[Choice], person: Person) -> TopicBoxes:
    boxes = []
    for choice in POSSIBLE:
        if choice[0] is topic:
            is_fixed, is_open = choice in ALWAYS, _is_open(choice[1], person)
            hint = _("Здесь ответ на заявление есть всегда.") if is_fixed else _hint(choice[1], person)
            boxes.append(
                Box(_name(choice), CHANNEL_WORDS[choice[1]], hint, choice in choices and is_open, is_fixed or not is_open)
            )
    return TopicBoxes(topic.value, TOPIC_WORDS[topic], tuple(boxes))


def _is_open(channel: Channel, person: Person) -> bool:
    """Has the person an address there?"""
    return {Channel.CABINET: True, Channel.EMAIL: bool(person.email), Channel.SMS: bool(person.phone)}[channel]


def _hint(channel: Channel, person: Person) -> str:
    if channel is Channel.EMAIL:
        return person.email or _("Адреса почты в регистре нет.")
    if channel is Channel.SMS:
        return person.phone or _("Номера телефона в регистре нет.")
    return ""


def _missing(person: Person) -> list[str]:
    """What is to be done where an address is missing."""
    if person.email and person.phone:
        return []
    return [_("Чтобы получать письма и SMS, добавьте почту и телефон в разделе «Мои данные».")]


def _name(choice: Choice) -> str:
    """The name of a choice in the form."""
    return f"{choice[0]}-{choice[1]}"


def _page_number() -> int:
    text = request.args.get("page", "1")
    if not (text.isascii() and text.isdecimal() and 0 < len(text) <= 6 and int(text) > 0):
        abort(404)
    return int(text)
