"""Publishing a recommendation or a change of protocols, and what was published: `/staff/notices`."""

from flask import Blueprint, redirect, request
from sqlalchemy.exc import IntegrityError
from werkzeug.wrappers import Response

from ground.chance import draw_identifier
from ground.web.language import gettext as _
from rp.access.current import current_principal
from rp.access.guard import guarded
from rp.access.policy import Operation
from rp.forms.form import Field, Form, FormRead
from rp.notices.publications import LONGEST_SUBJECT, LONGEST_TEXT, list_published, publish
from rp.notices.topics import PUBLISHED, TOPIC_WORDS, Topic
from rp.realm import current_realm
from rp.staff.desk import page

PATH = "/staff/notices"
LONGEST_IDENTIFIER = 36
FORM = Form(
    (
        Field(
            "topic",
            lambda: _("О чём"),
            read=Topic,
            widget="choice",
            options=lambda: [(topic.value, str(TOPIC_WORDS[topic].title)) for topic in PUBLISHED],
            missing=lambda: _("Выберите, о чём рассылка."),
        ),
        Field(
            "subject",
            lambda: _("Заголовок"),
            max_characters=LONGEST_SUBJECT,
            hint=lambda: _("Он же тема письма и текст SMS."),
            missing=lambda: _("Напишите заголовок."),
        ),
        Field(
            "text",
            lambda: _("Текст"),
            widget="long",
            max_characters=LONGEST_TEXT,
            hint=lambda: _("Одно для всех: ничего о ком-то одном."),
            missing=lambda: _("Напишите текст рассылки."),
        ),
        Field(
            "sure",
            lambda: _("Текст проверен, его можно отправлять"),
            widget="tick",
            hint=lambda: _("Отозвать отправленное нельзя."),
            missing=lambda: _("Проверьте текст и отметьте это."),
        ),
    )
)

blueprint = Blueprint("staff_notices", __name__, url_prefix=PATH)


@blueprint.get("")
@guarded(Operation.PUBLISH_NOTICE)
def published() -> tuple[str, int]:
    """What was published, and the form for more."""
    return _page(FORM.empty())


@blueprint.post("")
@guarded(Operation.PUBLISH_NOTICE)
def publish_one() -> tuple[str, int] | Response:
    """Publish a text. The same form that is sent twice publishes once."""
    realm, read = current_realm(), FORM.read(request.form)
    once = request.form.get("once", "")
    if not read.is_valid or not 0 < len(once) <= LONGEST_IDENTIFIER:
        return _page(read, status=422)
    values = {"subject": read.values["subject"], "text": read.values["text"], "actor": current_principal().actor}
    try:
        with realm.database.write() as connection:
            publish(connection, realm, read.values["topic"], **values, publication_id=once)
    except IntegrityError:
        pass  # it is published already
    return redirect(f"{PATH}?published", 303)


def _page(read: FormRead, *, status: int = 200) -> tuple[str, int]:
    realm = current_realm()
    with realm.database.read() as connection:
        newest = list_published(connection, realm)
    return page(
        "staff/notices.html",
        status=status,
        form=FORM,
        read=read,
        newest=newest,
        topic_words=TOPIC_WORDS,
        is_published="published" in request.args,
        once=draw_identifier(realm.chance, "publication"),
    )
