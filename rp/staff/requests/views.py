"""Looking through the queue, and deciding. What is not somebody's to decide is the same 404 as no request.

Each look at a person's request is written into the journal before it is shown.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, abort, redirect, request
from sqlalchemy import Connection
from werkzeug.wrappers import Response

from ground.web.errors import PageProblem
from ground.web.language import format_day
from ground.web.language import gettext as _
from rp.access.current import current_principal
from rp.access.events import Event, note
from rp.access.guard import guarded
from rp.access.policy import Operation, may_ever
from rp.access.principal import Principal, Role
from rp.forms.formats import show_snils
from rp.patients.directory import find_patient
from rp.realm import Realm, current_realm
from rp.records.catalogue import BY_NAME as RECORD_TYPES
from rp.records.codes import CodeLabels
from rp.records.store import find_record
from rp.records.timeline import record_facts
from rp.requests import deciding
from rp.requests.catalogue import BY_NAME, KINDS
from rp.requests.kind import Asking, CannotGrant, Request, RequestKind, State
from rp.requests.named_documents import attached_to
from rp.requests.store import AT_ONCE, RequestMoved, find_request, queue
from rp.requests.words import filing_facts, mark_of
from rp.staff.desk import own_types, page, seen_version

PATH = "/staff/requests"
DECIDED = (State.GRANTED, State.REFUSED, State.WITHDRAWN)
ANSWER_CHARACTERS = 1000
MAX_PAGE = 100_000
DELETIONS = frozenset({"record_deletion", "full_deletion"})
Page = tuple[str, int]
blueprint = Blueprint("staff_requests", __name__, url_prefix=PATH)


@blueprint.get("")
@guarded(Operation.DECIDE_REQUEST)
def waiting() -> Page:
    """What waits, the oldest first, or what is decided, the newest first (`?state=decided`).

    All of it or one kind (`?kind=`), page by page (`?page=`); without what is not this principal's to decide.
    """
    realm, principal = current_realm(), current_principal()
    kinds = _kinds_of(principal)
    chosen = request.args.get("kind") or None
    if chosen is not None and chosen not in {kind.name for kind in kinds}:
        abort(404)
    is_decided = request.args.get("state") == "decided"
    number = request.args.get("page", 1, type=int)
    if not 1 <= number <= MAX_PAGE:
        abort(400)
    with realm.database.read() as connection:
        found, total = queue(
            connection,
            realm,
            kinds=[chosen] if chosen else [kind.name for kind in kinds],
            states=DECIDED if is_decided else (State.SENT,),
            organisation_id=None if principal.role is Role.REGISTRAR else principal.organisation_id,
            but_of=principal.patient_id,
            is_newest_first=is_decided,
            page=number,
        )
    return page(
        "staff_requests/queue.html",
        said=request.args.get("said", ""),
        rows=[(each, BY_NAME[each.kind].title(), mark_of(each)) for each in found],
        kind_options=[(kind.name, kind.title()) for kind in kinds],
        chosen=chosen,
        turn=partial(_turned, chosen, is_decided),
        is_decided=is_decided,
        number=number,
        pages=max(1, -(-total // AT_ONCE)),
        total=total,
    )


@blueprint.get("/<request_id>")
@guarded(Operation.DECIDE_REQUEST)
def show(request_id: str) -> Page:
    """One request beside the person and the record that it is about."""
    realm = current_realm()
    with realm.database.write() as connection:
        return _page(connection, realm, _find(connection, realm, request_id))


@blueprint.post("/<request_id>")
@guarded(Operation.DECIDE_REQUEST)
def decide(request_id: str) -> Response | Page:
    """Grant or refuse, with an answer that the person reads. Of two who decide at once one is told so."""
    realm, principal = current_realm(), current_principal()
    decision, answer = request.form.get("decision"), request.form.get("answer", "").strip()
    version = seen_version()
    if decision not in ("grant", "refuse"):
        abort(400)
    complaint = _complaint(answer)
    if complaint is not None:
        return _shown_again(realm, request_id, answer=answer, error=complaint, status=422)
    try:
        with realm.database.write() as connection:
            found = replace(_find(connection, realm, request_id), version=version)
            act = deciding.grant if decision == "grant" else deciding.refuse
            act(connection, realm, found, decider=principal, answer=answer)
    except RequestMoved:
        raise _moved() from None
    except CannotGrant as reason:
        return _shown_again(realm, request_id, answer=answer, problem=str(reason), status=409)
    if found.kind in DELETIONS:
        realm.database.empty_log()
    return redirect(f"{PATH}?said={decision}", 303)


def _turned(chosen: str | None, is_decided: bool, page: int) -> str:
    """The address of another page of the same queue."""
    named = {"state": "decided" if is_decided else None, "kind": chosen, "page": str(page)}
    return f"{PATH}?{urlencode({name: value for name, value in named.items() if value})}"


def _kinds_of(principal: Principal) -> list[RequestKind]:
    return [kind for kind in KINDS if principal.role in kind.deciders]


def _find(connection: Connection, realm: Realm, request_id: str) -> Request:
    """A request that was sent, and that is this principal's to decide."""
    found = find_request(connection, realm, request_id)
    if found is None or found.number is None or not deciding.may_decide(current_principal(), found):
        abort(404)
    return found


def _complaint(answer: str) -> str | None:
    if not answer:
        return _("Напишите ответ: его прочтёт человек.")
    if len(answer) > ANSWER_CHARACTERS:
        return _("Слишком длинно: помещается %(number)s знаков.", number=ANSWER_CHARACTERS)
    return None


def _shown_again(realm: Realm, request_id: str, **values: Any) -> Page:
    """The page of a request with what is wrong and what was typed."""
    with realm.database.write() as connection:
        return _page(connection, realm, _find(connection, realm, request_id), **values)


def _page(
    connection: Connection,
    realm: Realm,
    found: Request,
    *,
    answer: str = "",
    error: str | None = None,
    problem: str | None = None,
    status: int = 200,
) -> Page:
    """The page of a request, in a transaction that writes down who looks at it."""
    actor, object = current_principal().actor, f"patient:{found.patient_id}"
    note(connection, realm, Event.REQUEST_READ, actor=actor, object=object, detail={"request": found.id})
    kind = BY_NAME[found.kind]
    record = find_record(connection, realm, found.record_id) if found.record_id else None
    asking = Asking(connection, realm, found.patient_id, record)
    card = RECORD_TYPES[record.type_name].card(record, realm.room(CodeLabels)) if record else None
    return page(
        "staff_requests/request.html",
        status=status,
        filed=found,
        kind=kind,
        mark=mark_of(found),
        person=_person(connection, realm, found.patient_id),
        facts=[*kind.facts(asking, found), *filing_facts(found)],
        checks=kind.checks(asking, found),
        card=card,
        record_facts=record_facts(record, card) if record and card else [],
        may_open=_may_open(connection, found.patient_id),
        documents=attached_to(connection, realm, found.id),
        may_hold=found.kind in DELETIONS and may_ever(current_principal(), Operation.HOLD_DATA),
        answer=answer,
        error=error,
        problem=problem,
    )


def _may_open(connection: Connection, patient_id: str) -> bool:
    """May whoever decides see the person's records as well?"""
    return bool(own_types(connection, Operation.LIST_RECORDS, patient_id))


def _person(connection: Connection, realm: Realm, patient_id: str) -> Sequence[tuple[str, str]]:
    patient = find_patient(connection, realm, patient_id)
    if patient is None:
        return ()
    person = patient.person
    return (
        (_("Человек"), person.full_name),
        (_("Дата рождения"), format_day(person.birth_date)),
        (_("СНИЛС"), show_snils(person.snils)),
    )


def _moved() -> PageProblem:
    return PageProblem(
        status=409,
        title=_("По заявлению уже есть решение"),
        lead=_("Пока страница была открыта, его решил кто-то другой, или человек его отозвал. Ваше решение не записано."),
        actions=((_("К очереди"), PATH),),
        code="conflict",
        cause="the request has another version or state now",
    )
