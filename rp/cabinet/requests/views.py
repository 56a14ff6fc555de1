"""The pages of requests. Another's request and no request are the same 404."""

from contextlib import suppress
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request
from sqlalchemy import Connection
from werkzeug.wrappers import Response

from ground.web.language import format_moment
from ground.web.language import gettext as _
from rp.access.guard import guarded, require_level
from rp.access.policy import Operation
from rp.cabinet.requests.asker import Asker, current_asker
from rp.realm import Realm, current_realm
from rp.requests import filing
from rp.requests.catalogue import BY_NAME, KINDS
from rp.requests.kind import Request, State
from rp.requests.named_documents import attached_to
from rp.requests.store import RequestMoved, requests_of
from rp.requests.words import filing_facts, mark_of

PATH = "/requests"
blueprint = Blueprint("requests", __name__, url_prefix=PATH)


@blueprint.get("")
@guarded(Operation.FILE_REQUEST)
def requests() -> str:
    """What the person has asked so far, and what can be asked."""
    realm, asker = current_realm(), current_asker()
    with realm.database.read() as connection:
        filed = requests_of(connection, realm, asker.patient_id)
    rows = [(each, BY_NAME[each.kind].title(), mark_of(each)) for each in filed]
    return render_template(
        "requests/list.html", filed=rows, offered=[kind for kind in KINDS if kind.is_offered and asker.may_ask(kind)]
    )


@blueprint.get("/<request_id>")
@guarded(Operation.FILE_REQUEST)
def show(request_id: str) -> str:
    """One request: what was asked, where it stands, and what was answered."""
    realm, asker = current_realm(), current_asker()
    with realm.database.read() as connection:
        found = _find(connection, realm, asker, request_id)
        is_twin = found.is_open and request.args.get("twin") == "1"
        return render_template("requests/request.html", **_told(connection, realm, asker, found), is_twin=is_twin)


@blueprint.post("/<request_id>/send")
@guarded(Operation.FILE_REQUEST)
def send(request_id: str) -> Response:
    """Send a draft. Whoever has a signature signs it on a page of its own; what is not in order goes back to the form."""
    realm, asker = current_realm(), current_asker()
    if asker.must_sign:
        return redirect(f"{PATH}/{request_id}/signing", 303)
    return _send(realm, asker, request_id, signed_acr=None)


@blueprint.get("/<request_id>/signing")
@guarded(Operation.FILE_REQUEST)
def signing(request_id: str) -> str | Response:
    """What is signed: the person has proved by their signature, a moment ago or now, who they are."""
    require_level("high")
    realm, asker = current_realm(), current_asker()
    with realm.database.read() as connection:
        found = _find(connection, realm, asker, request_id)
        if found.state is not State.DRAFT:
            return redirect(f"{PATH}/{request_id}", 303)
        return render_template("requests/signing.html", **_told(connection, realm, asker, found))


@blueprint.post("/<request_id>/signing")
@guarded(Operation.FILE_REQUEST)
def sign(request_id: str) -> Response:
    """Send a draft, signed."""
    session = require_level("high")
    return _send(current_realm(), current_asker(), request_id, signed_acr=session.acr)


@blueprint.post("/<request_id>/withdraw")
@guarded(Operation.FILE_REQUEST)
def withdraw(request_id: str) -> Response:
    """Take back what nobody has decided yet."""
    realm, asker = current_realm(), current_asker()
    with realm.database.write() as connection:
        filing.withdraw(connection, realm, _find_own(connection, realm, asker, request_id), actor=asker.actor)
    return redirect(f"{PATH}/{request_id}", 303)


@blueprint.post("/<request_id>/discard")
@guarded(Operation.FILE_REQUEST)
def discard(request_id: str) -> Response:
    """Throw a draft away."""
    realm, asker = current_realm(), current_asker()
    with realm.database.write() as connection:
        filing.discard(connection, _find_own(connection, realm, asker, request_id))
    return redirect(PATH, 303)


def _send(realm: Realm, asker: Asker, request_id: str, *, signed_acr: str | None) -> Response:
    with suppress(RequestMoved), realm.database.write() as connection:
        found = _find_own(connection, realm, asker, request_id)
        if found.state is State.DRAFT:
            asking = asker.asking(connection, realm, asker.record(connection, realm, found.record_id))
            if not filing.judge(asking, found.kind, found.values).is_valid:
                return redirect(f"{PATH}/{request_id}/edit?judged=1", 303)
            filing.send(connection, realm, found, asking, actor=asker.actor, signed_acr=signed_acr)
    # Sent twice, even at the same moment, it is sent once: the page shows its number.
    return redirect(f"{PATH}/{request_id}", 303)


def _find(connection: Connection, realm: Realm, asker: Asker, request_id: str) -> Request:
    found = asker.request(connection, realm, request_id)
    if found is None:
        abort(404)
    return found


def _find_own(connection: Connection, realm: Realm, asker: Asker, request_id: str) -> Request:
    """The same of one that whoever asks may change: what is for oneself nobody sends, nor takes back, for another."""
    found = _find(connection, realm, asker, request_id)
    if not asker.may_ask(BY_NAME[found.kind]):
        abort(403)
    return found


def _told(connection: Connection, realm: Realm, asker: Asker, found: Request) -> dict[str, Any]:
    """What a page tells of a request."""
    kind = BY_NAME[found.kind]
    asking = asker.asking(connection, realm, asker.record(connection, realm, found.record_id))
    return {
        "kind": kind,
        "filed": found,
        "mark": mark_of(found),
        "facts": kind.facts(asking, found),
        "documents": attached_to(connection, realm, found.id),
        "history": _history(found),
        "must_sign": asker.must_sign,
        "again": _again(asker, found),
    }


def _again(asker: Asker, found: Request) -> str | None:
    """Where the same can be asked once more, after it came to nothing."""
    kind, came_to_nothing = BY_NAME[found.kind], found.state in (State.WITHDRAWN, State.REFUSED)
    return f"{PATH}/new/{kind.name}" if came_to_nothing and kind.is_offered and asker.may_ask(kind) else None


def _history(found: Request) -> list[tuple[str, str]]:
    moments = [(_("Начато"), found.created_at), (_("Отправлено"), found.sent_at), (_("Решено"), found.decided_at)]
    return [*((name, format_moment(moment)) for name, moment in moments if moment is not None), *filing_facts(found)]
