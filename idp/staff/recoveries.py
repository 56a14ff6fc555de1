"""The operator's queue of recordings: whoever has no phone at hand shows that it is them, and somebody looks."""

from flask import abort, redirect, request
from werkzeug.wrappers import Response

from ground.web.errors import PageProblem
from ground.web.language import gettext as _
from idp.audit import Event, record
from idp.authentication.entry import enter_to_decide, enter_to_work
from idp.authentication.method import Owner
from idp.citizens import directory
from idp.citizens.models import Person
from idp.pages import current_realm
from idp.pages.access import Access, open_to
from idp.realm import Realm
from idp.recovery import by_video, recordings, store
from idp.recovery.by_video import CannotDecide
from idp.recovery.store import Recovery
from idp.staff.pages import PATH, make_blueprint, page

QUEUE = f"{PATH}/recoveries"
blueprint = make_blueprint("staff_recoveries")


@blueprint.get("/recoveries")
@open_to(Access.OPERATOR)
def queue() -> str:
    """What waits, the oldest first."""
    realm = current_realm()
    owner = enter_to_work(realm, QUEUE, "operator")
    with realm.database.read() as connection:
        found = [(each, directory.find(realm, connection, each.citizen_id or "")) for each in store.waiting(realm, connection)]
    waiting = [(recovery, person) for recovery, person in found if person is not None]
    return page("staff/recoveries.html", owner, "recoveries", waiting=waiting)


@blueprint.get("/recoveries/<recovery_id>")
@open_to(Access.OPERATOR)
def show(recovery_id: str) -> str:
    """One recording beside the document of the account."""
    realm = current_realm()
    owner = enter_to_decide(realm, f"{QUEUE}/{recovery_id}", "operator")
    recovery, whose = _find(realm, owner, recovery_id)
    return _page(realm, owner, recovery, whose)


@blueprint.get("/recoveries/<recovery_id>/recording")
@open_to(Access.OPERATOR)
def recording(recovery_id: str) -> Response:
    """The recording itself. Each look is written down before there is one."""
    realm = current_realm()
    owner = enter_to_work(realm, f"{QUEUE}/{recovery_id}", "operator")
    recovery, _whose = _find(realm, owner, recovery_id)
    with realm.database.write() as connection:
        seen = recordings.view(realm, connection, recovery, actor=f"citizen:{owner.person.id}")
    if seen is None:
        abort(404)
    headers = {"Cache-Control": "no-store", "Content-Security-Policy": "sandbox; default-src 'none'", "Accept-Ranges": "none"}
    return Response(seen.content, content_type=seen.media_type, headers=headers)


@blueprint.post("/recoveries/<recovery_id>")
@open_to(Access.OPERATOR)
def decide(recovery_id: str) -> Response | tuple[str, int]:
    """Approve, or reject with a reason that the person will read."""
    realm = current_realm()
    owner = enter_to_decide(realm, f"{QUEUE}/{recovery_id}", "operator")
    recovery, whose = _find(realm, owner, recovery_id)
    decision, reason = request.form.get("decision"), request.form.get("reason", "").strip()
    if decision not in ("approve", "reject"):
        abort(400)
    if decision == "reject" and not reason:
        return _page(realm, owner, recovery, whose, error=_("Напишите, почему: это прочтёт человек.")), 400
    try:
        if decision == "approve":
            by_video.approve(realm, recovery, operator=owner.person)
        else:
            by_video.reject(realm, recovery, reason, operator=owner.person)
    except CannotDecide as refusal:
        _write_down(realm, owner, recovery, refusal.reason)
        raise _problem(refusal.reason) from None
    return redirect(QUEUE, 303)


def _find(realm: Realm, owner: Owner, recovery_id: str) -> tuple[Recovery, Person]:
    """What is to be decided and whose account it is. An operator is shown nothing of their own."""
    with realm.database.read() as connection:
        recovery = store.find_for_staff(realm, connection, recovery_id)
        whose = directory.find(realm, connection, recovery.citizen_id or "") if recovery is not None else None
    if recovery is None or whose is None:
        abort(404)
    if whose.id == owner.person.id:
        _write_down(realm, owner, recovery, "own")
        raise _problem("own")
    return recovery, whose


def _page(realm: Realm, owner: Owner, recovery: Recovery, whose: Person, *, error: str | None = None) -> str:
    with realm.database.read() as connection:
        kind = recordings.kind_of(connection, recovery.id)
    data = whose.data
    papers = [
        (_("Дата рождения"), data.birthdate),
        (_("Паспорт РФ"), f"{data.passport_series} {data.passport_number}" if data.has_passport else None),
        (_("Выдан"), data.passport_issued_on),
        (_("СНИЛС"), data.snils),
    ]
    return page(
        "staff/recovery.html",
        owner,
        "recoveries",
        recovery=recovery,
        whose=whose,
        papers=[(name, value) for name, value in papers if value],
        kind=kind,
        error=error,
        address=f"{QUEUE}/{recovery.id}",
    )


def _write_down(realm: Realm, owner: Owner, recovery: Recovery, reason: str) -> None:
    with realm.database.write() as connection:
        actor = f"citizen:{owner.person.id}"
        record(realm, connection, Event.ACCESS_REFUSED, actor=actor, object=recovery.holder, outcome=reason)


def _problem(reason: str) -> PageProblem:
    lead = {
        "own": _("Свою запись не проверяют: её решит другой оператор."),
        "incident": _("Вход остановлен из-за инцидента: его снимает только служба безопасности."),
        "decided": _("Решение уже принято, или срок проверки истёк."),
    }[reason]
    return PageProblem(
        status=403 if reason == "own" else 409,
        title=_("Решить не получится"),
        lead=lead,
        actions=((_("К очереди"), QUEUE),),
        code="access_denied",
        cause=f"the operator cannot decide this recovery: {reason}",
    )
