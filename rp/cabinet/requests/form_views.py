"""The forms of requests: a new one, and a draft that is gone on with. What was typed is never lost."""

import re
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request
from werkzeug.wrappers import Response

from ground.chance import draw_token
from rp.access.guard import guarded
from rp.access.policy import Operation
from rp.cabinet.requests.asker import Asker, current_asker
from rp.cabinet.requests.views import PATH
from rp.forms.form import Form, FormRead
from rp.realm import Realm, current_realm
from rp.records.catalogue import BY_NAME as RECORD_TYPES
from rp.records.codes import CodeLabels
from rp.records.record_type import Record
from rp.requests import filing
from rp.requests.catalogue import BY_NAME
from rp.requests.kind import Asking, Request, RequestKind, State
from rp.requests.store import twin_of

blueprint = Blueprint("request_forms", __name__, url_prefix=PATH)
ONCE = re.compile(r"[A-Za-z0-9_-]{16,64}")

Page = tuple[str, int]


@blueprint.get("/new/<kind_name>")
@guarded(Operation.FILE_REQUEST)
def new(kind_name: str) -> Page:
    """An empty form; of a record (`?record=`) where the kind asks about one."""
    realm, asker = current_realm(), current_asker()
    kind = _kind(asker, kind_name)
    with realm.database.read() as connection:
        asking = _asking(asker, asker.asking(connection, realm), kind)
        form = kind.form(asking)
        return _page(kind, form, form.empty(), asking, action=_new_path(kind, asking.record), once=_mark(realm))


@blueprint.post("/new/<kind_name>")
@guarded(Operation.FILE_REQUEST)
def file(kind_name: str) -> Response | Page:
    """Keep a draft, or send. The same form sent twice is one request."""
    realm, asker = current_realm(), current_asker()
    kind = _kind(asker, kind_name)
    once = request.form.get("once", "")
    if not ONCE.fullmatch(once):
        abort(400)
    with realm.database.write() as connection:
        asking = _asking(asker, asker.asking(connection, realm), kind)
        form = kind.form(asking)
        texts = filing.texts_of(form, request.form)
        read = filing.judge(asking, kind.name, texts)
        if _is_to_send() and not read.is_valid:
            return _page(kind, form, read, asking, action=_new_path(kind, asking.record), once=once, status=422)
        filed = filing.draft(
            connection,
            realm,
            kind=kind.name,
            patient_id=asker.patient_id,
            author=asker.actor,
            record_id=asking.record.id if asking.record else None,
            values=texts,
            once=once,
        )
        if _is_to_send() and not asker.must_sign and filed.state is State.DRAFT:
            twin = twin_of(connection, realm, filed)
            if twin is not None:  # somebody went back in the browser and sent it once more
                filing.discard(connection, filed)
                return redirect(f"{PATH}/{twin.id}?twin=1", 303)
            filed = filing.send(connection, realm, filed, asking, actor=asker.actor)
    return _leave(asker, filed)


@blueprint.get("/<request_id>/edit")
@guarded(Operation.FILE_REQUEST)
def edit(request_id: str) -> Response | Page:
    """A draft as it was typed; with what is wrong in it, when it was to be sent (`?judged=1`)."""
    realm, asker = current_realm(), current_asker()
    with realm.database.read() as connection:
        asking = asker.asking(connection, realm)
        found = _draft(asker, asking, request_id)
        if found.state is not State.DRAFT:
            return redirect(f"{PATH}/{found.id}", 303)
        kind = BY_NAME[found.kind]
        asking = asker.asking(connection, realm, asker.record(connection, realm, found.record_id))
        form = kind.form(asking)
        is_judged = request.args.get("judged") == "1"
        read = filing.judge(asking, kind.name, found.values) if is_judged else form.empty(**found.values)
        return _page(kind, form, read, asking, action=f"{PATH}/{found.id}/edit")


@blueprint.post("/<request_id>/edit")
@guarded(Operation.FILE_REQUEST)
def change(request_id: str) -> Response | Page:
    """Keep the draft as it is now, or send it."""
    realm, asker = current_realm(), current_asker()
    with realm.database.write() as connection:
        asking = asker.asking(connection, realm)
        found = _draft(asker, asking, request_id)
        if found.state is not State.DRAFT:
            return redirect(f"{PATH}/{found.id}", 303)
        kind = BY_NAME[found.kind]
        asking = asker.asking(connection, realm, asker.record(connection, realm, found.record_id))
        form = kind.form(asking)
        texts = filing.texts_of(form, request.form)
        read = filing.judge(asking, kind.name, texts)
        if _is_to_send() and not read.is_valid:
            return _page(kind, form, read, asking, action=f"{PATH}/{found.id}/edit", status=422)
        filed = filing.redraft(connection, realm, found, texts)
        if _is_to_send() and not asker.must_sign:
            filed = filing.send(connection, realm, filed, asking, actor=asker.actor)
    return _leave(asker, filed)


def _is_to_send() -> bool:
    return request.form.get("action") != "draft"


def _leave(asker: Asker, filed: Request) -> Response:
    is_to_sign = _is_to_send() and asker.must_sign and filed.state is State.DRAFT
    return redirect(f"{PATH}/{filed.id}/signing" if is_to_sign else f"{PATH}/{filed.id}", 303)


def _kind(asker: Asker, name: str) -> RequestKind:
    kind = BY_NAME.get(name)
    if kind is None or not (kind.is_offered or kind.asks_of_a_record):
        abort(404)
    if not asker.may_ask(kind):
        abort(403)
    return kind


def _asking(asker: Asker, asking: Asking, kind: RequestKind) -> Asking:
    """The same with the record that the address names. Another's record and no record are one 404."""
    if not kind.asks_of_a_record:
        return asking
    record = asker.record(asking.connection, asking.realm, request.args.get("record"))
    if record is None:
        abort(404)
    return asker.asking(asking.connection, asking.realm, record)


def _draft(asker: Asker, asking: Asking, request_id: str) -> Request:
    found = asker.request(asking.connection, asking.realm, request_id)
    if found is None:
        abort(404)
    if not asker.may_ask(BY_NAME[found.kind]):
        abort(403)
    return found


def _new_path(kind: RequestKind, record: Record | None) -> str:
    return f"{PATH}/new/{kind.name}" + (f"?record={record.id}" if record else "")


def _mark(realm: Realm) -> str:
    return draw_token(realm.chance, "request form")


def _page(kind: RequestKind, form: Form, read: FormRead, asking: Asking, *, status: int = 200, **values: Any) -> Page:
    record = asking.record
    card = RECORD_TYPES[record.type_name].card(record, asking.realm.room(CodeLabels)) if record else None
    must_sign = bool(asking.claims.get("has_signature"))
    page = render_template("requests/form.html", kind=kind, form=form, read=read, card=card, must_sign=must_sign, **values)
    return page, status
