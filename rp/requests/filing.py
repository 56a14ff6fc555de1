"""The person's side: drafting, sending and withdrawing. Each change and its event are one transaction, the caller's."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection

from ground.chance import draw_identifier
from ground.web.errors import PageProblem
from ground.web.language import gettext as _
from rp.access.events import Event, note
from rp.forms.form import Form, FormRead
from rp.realm import Realm
from rp.requests import store
from rp.requests.catalogue import BY_NAME
from rp.requests.deciding import refuse_at_once
from rp.requests.kind import Asking, Request, State
from rp.requests.numbers import next_number

MOST_UNDECIDED = 30
"""Drafts and requests under consideration that one person may have at a time."""


class TooManyRequests(PageProblem):
    """The person has as many requests that nobody has decided as one may have."""

    def __init__(self) -> None:
        super().__init__(
            status=429,
            title=_("Заявлений слишком много"),
            lead=_("У вас столько черновиков и нерешённых заявлений, сколько помещается: %(number)s.", number=MOST_UNDECIDED),
            advice=(_("Удалите черновики, отзовите лишнее или дождитесь решений."),),
            actions=((_("К заявлениям"), "/requests"),),
            cause="too many undecided requests of one patient",
        )


class MarkUsed(PageProblem):
    """The mark of the form is that of another form of the same person."""

    def __init__(self) -> None:
        super().__init__(
            status=409,
            title=_("Эта форма устарела"),
            lead=_("По ней уже подано другое заявление. Новое не записано."),
            advice=(_("Откройте форму заново."),),
            actions=((_("К заявлениям"), "/requests"),),
            code="conflict",
            cause="the mark is that of a request of another kind, or about another record",
        )


def texts_of(form: Form, sent: Mapping[str, str]) -> dict[str, str]:
    """What was typed into the fields of a form. What is too long is cut, and stays too long by one: that is told, not hidden."""
    return {known.name: sent.get(known.name, "")[: known.max_characters + 1] for known in form.fields}


def judge(asking: Asking, kind_name: str, texts: Mapping[str, str]) -> FormRead:
    """What is right and wrong with a request as it was typed: it can be sent when nothing is wrong."""
    kind = BY_NAME[kind_name]
    read = kind.form(asking).read(texts)
    return read if read.errors else read.with_errors(kind.complaints(asking, read.values))


def draft(
    connection: Connection,
    realm: Realm,
    *,
    kind: str,
    patient_id: str,
    values: Mapping[str, Any],
    author: str,
    once: str,
    record_id: str | None = None,
    documents: Sequence[str] = (),
) -> Request:
    """Keep what was typed as a draft. `once` is the mark of the form: the same form again gives the same request.

    Raises TooManyRequests, MarkUsed.
    """
    request = Request(
        id=draw_identifier(realm.chance, "request"),
        patient_id=patient_id,
        record_id=record_id,
        kind=kind,
        state=State.DRAFT,
        number=None,
        author=author,
        organisation_id=None,
        version=1,
        signed_acr=None,
        created_at=realm.clock.now(),
        sent_at=None,
        decided_at=None,
        decided_by=None,
        values=values,
        answer=None,
    )
    filed = store.add(connection, realm, request, once=once, documents=documents)
    if (filed.kind, filed.record_id) != (kind, record_id):
        raise MarkUsed
    if filed.id == request.id and store.count_undecided(connection, patient_id) > MOST_UNDECIDED:
        raise TooManyRequests
    is_typed_anew = filed.state is State.DRAFT and dict(filed.values) != dict(values)
    return redraft(connection, realm, filed, values) if is_typed_anew else filed


def redraft(connection: Connection, realm: Realm, request: Request, values: Mapping[str, Any]) -> Request:
    """Keep a draft as it is typed now. Raises RequestMoved."""
    changed = replace(request, values=values, version=request.version + 1)
    store.move(connection, realm, request, changed)
    return changed


def send(
    connection: Connection, realm: Realm, request: Request, asking: Asking, *, actor: str, signed_acr: str | None = None
) -> Request:
    """Send a draft whose values are in order: it has a number now, and who sends it has filed it. The rule of its kind may
    refuse it at once.

    Raises RequestMoved.
    """
    kind = BY_NAME[request.kind]
    sent = replace(
        request,
        state=State.SENT,
        author=actor,
        number=next_number(connection, realm),
        organisation_id=kind.addressee(request.values),
        signed_acr=signed_acr,
        sent_at=realm.clock.now(),
        version=request.version + 1,
    )
    store.move(connection, realm, request, sent)
    detail: dict[str, str | int] = {"kind": request.kind, **({"signed": signed_acr} if signed_acr else {})}
    note(connection, realm, Event.REQUEST_SENT, actor=actor, object=f"request:{request.id}", detail=detail)
    reason = kind.refusal(asking, request.values)
    return sent if reason is None else refuse_at_once(connection, realm, sent, reason)


def file(
    connection: Connection,
    realm: Realm,
    *,
    kind: str,
    patient_id: str,
    values: Mapping[str, Any],
    author: str,
    once: str,
    record_id: str | None = None,
    documents: Sequence[str] = (),
    signed_acr: str | None = None,
) -> Request:
    """Draft and send in one, for pages of their own. The same form again gives the request that it gave first.

    Raises TooManyRequests, MarkUsed.
    """
    request = draft(
        connection,
        realm,
        kind=kind,
        patient_id=patient_id,
        values=values,
        author=author,
        once=once,
        record_id=record_id,
        documents=documents,
    )
    if request.state is not State.DRAFT:
        return request
    return send(connection, realm, request, Asking(connection, realm, patient_id), actor=author, signed_acr=signed_acr)


def discard(connection: Connection, request: Request) -> None:
    """Throw a draft away. Raises RequestMoved."""
    store.discard(connection, request)


def withdraw(connection: Connection, realm: Realm, request: Request, *, actor: str) -> Request:
    """Take back what nobody has decided yet. Raises RequestMoved."""
    if request.state is not State.SENT:
        raise store.RequestMoved(request.id)
    changed = replace(request, state=State.WITHDRAWN, version=request.version + 1)
    store.move(connection, realm, request, changed)
    note(connection, realm, Event.REQUEST_WITHDRAWN, actor=actor, object=f"request:{request.id}")
    return changed
