"""«Восстановление доступа»: a login is named, a way is chosen, and its page shows how far it has come."""

from typing import Any

from flask import Blueprint, abort, redirect, render_template, request
from werkzeug.wrappers import Response

from ground.web.cookies import BROWSER, browser_binding, browser_id, set_cookie_on_response, token_value
from ground.web.errors import PageProblem, answer_problem
from ground.web.language import gettext as _
from idp.authentication import attempt as attempts
from idp.authentication.attempt import AttemptGone
from idp.authentication.method import Refusal
from idp.authentication.views import DEVICE
from idp.pages import current_realm
from idp.pages.access import Access, open_to
from idp.realm import Realm
from idp.recovery import asking, by_code, by_letter, by_video, store
from idp.recovery.asking import Named, TooOften
from idp.recovery.recordings import MAX_BYTES
from idp.recovery.store import DECISION_SECONDS, RESULT_SECONDS, Recovery, RecoveryGone, Way
from idp.throttling import addresses

WAYS: dict[str, Way] = {"sms": "sms", "email": "email", "video": "video"}
FORM_BYTES = 64 * 1024
"""What a form brings besides the recording."""
RECEIVING = "recovery.receive"

blueprint = Blueprint("recovery", __name__, url_prefix="/recovery")


@blueprint.url_value_preprocessor
def _let_recordings_in(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """One address takes more than a form, and is told so before anything of it is read."""
    if endpoint == RECEIVING:
        request.max_content_length = MAX_BYTES + FORM_BYTES


@blueprint.errorhandler(RecoveryGone)
def _say_gone(_gone: RecoveryGone) -> Response:
    return answer_problem(
        PageProblem(
            status=404,
            title=_("Это восстановление закончилось"),
            lead=_("Оно начато в другом браузере, уже использовано или ждало слишком долго."),
            advice=(_("Ссылку из письма откройте в том же браузере, в котором просили новый пароль."),),
            actions=((_("Начать сначала"), "/recovery"), (_("На главную"), "/")),
            code="recovery_gone",
            cause="no such recovery in this browser, it has been used, or its time is over",
        )
    )


@blueprint.errorhandler(TooOften)
def _say_too_often(_too_often: TooOften) -> Response:
    return answer_problem(_wait_an_hour())


@blueprint.get("")
@open_to(Access.ANYBODY)
def start() -> str:
    """The login is asked for, and what is at hand."""
    realm = current_realm()
    with realm.database.read() as connection:
        waiting = store.waiting_in(realm, connection, browser_binding())
    return _start_page(request.args.get("from", ""), waiting=waiting)


@blueprint.post("")
@open_to(Access.ANYBODY)
def begin() -> Response | tuple[str, int]:
    """Begin, for a login that somebody has as for one that nobody has."""
    realm = current_realm()
    login, came_from = request.form.get("login", ""), request.form.get("from", "")[:36]
    way = WAYS.get(request.form.get("way", "sms"))
    if way is None or not login.strip():
        return _start_page(came_from, login=login, error=_("Введите телефон, почту или СНИЛС.") if way else None), 400
    _count_address(realm)
    recovery = asking.begin(realm, way, Named(login, browser_binding(), came_from))
    return redirect(recovery.path, 303)


@blueprint.get("/link/<token>")
@open_to(Access.BROWSER)
def follow_link(token: str) -> Response:
    """The link of a letter. What is shown next stands at another address, which may be seen."""
    recovery = by_letter.follow_link(current_realm(), token, browser=browser_binding())
    return redirect(recovery.path, 303)


@blueprint.get("/<recovery_id>")
@open_to(Access.BROWSER)
def show(recovery_id: str) -> str:
    """How far it has come."""
    realm = current_realm()
    return _page(realm, _find(realm, recovery_id))


@blueprint.post("/<recovery_id>/code")
@open_to(Access.BROWSER)
def try_code(recovery_id: str) -> Response | tuple[str, int]:
    """Judge the code of an SMS."""
    realm = current_realm()
    recovery = _find(realm, recovery_id, "sms")
    _demand_patience(realm)
    try:
        by_code.try_code(realm, recovery, request.form.get("code", ""))
    except Refusal as refusal:
        addresses.count_failure(realm, request.remote_addr or "")
        return _page(realm, recovery, refusal), refusal.status
    return redirect(recovery.path, 303)


@blueprint.post("/<recovery_id>/again")
@open_to(Access.BROWSER)
def again(recovery_id: str) -> Response | tuple[str, int]:
    """Send another code."""
    realm = current_realm()
    recovery = _find(realm, recovery_id, "sms")
    _count_address(realm)
    try:
        by_code.send_another(realm, recovery)
    except Refusal as refusal:
        return _page(realm, recovery, refusal), refusal.status
    return redirect(recovery.path, 303)


@blueprint.post("/<recovery_id>/second-way")
@open_to(Access.BROWSER)
def begin_second_way(recovery_id: str) -> Response:
    """Go and prove the second way."""
    realm = current_realm()
    recovery = _find(realm, recovery_id, "email")
    return redirect(by_letter.begin_second_way(realm, recovery, browser=browser_binding()), 303)


@blueprint.post("/<recovery_id>/password")
@open_to(Access.BROWSER)
def set_password(recovery_id: str) -> Response | tuple[str, int]:
    """Set the new password."""
    realm = current_realm()
    recovery = _find(realm, recovery_id, "email")
    wanted, repeated = request.form.get("new-password", ""), request.form.get("new-password-again", "")
    try:
        by_letter.set_new_password(realm, recovery, wanted, repeated, browser=browser_binding())
    except Refusal as refusal:
        return _page(realm, recovery, refusal), refusal.status
    return redirect(recovery.path, 303)


@blueprint.post("/<recovery_id>/recording")
@open_to(Access.BROWSER)
def receive(recovery_id: str) -> Response | tuple[str, int]:
    """Take a recording."""
    realm = current_realm()
    recovery = _find(realm, recovery_id, "video")
    file = request.files.get("recording")
    content = file.read(MAX_BYTES + 1) if file is not None else b""
    if len(content) > MAX_BYTES:
        abort(413)
    try:
        by_video.receive(realm, recovery, content, address=request.remote_addr or "")
    except Refusal as refusal:
        return _page(realm, recovery, refusal), refusal.status
    # The decision is read in this browser, which may be closed meanwhile.
    set_cookie_on_response(BROWSER, browser_id(), max_age_seconds=DECISION_SECONDS + RESULT_SECONDS)
    return redirect(recovery.path, 303)


def _find(realm: Realm, recovery_id: str, way: Way | None = None) -> Recovery:
    """The recovery of this browser; with a way, one that has not ended. Raises RecoveryGone."""
    with realm.database.read() as connection:
        recovery = store.find(realm, connection, recovery_id, browser=browser_binding())
    if way is not None and (recovery.way != way or recovery.ended is not None or recovery.is_expired):
        raise RecoveryGone
    return recovery


def _page(realm: Realm, recovery: Recovery, refusal: Refusal | None = None) -> str:
    """The page of a recovery, whatever its state."""
    around: dict[str, Any] = {
        "recovery": recovery,
        "error": refusal.text if refusal else None,
        "reason": refusal.reason if refusal else None,
        "field": refusal.detail.get("field") if refusal else None,
    }
    if recovery.ended is not None:
        around |= {"now": realm.clock.now(), "way_back": _way_back(realm, recovery.came_from)}
        return render_template("recovery/ended.html", **around)
    if recovery.way == "sms":
        described = by_code.describe(realm, recovery, device=token_value(DEVICE))
        return render_template("recovery/code.html", **around, **described)
    if recovery.way == "video":
        return render_template("recovery/video.html", megabytes=MAX_BYTES // 1024 // 1024, **around)
    if recovery.proved_at is None:
        return render_template("recovery/letter.html", **around)
    if by_letter.needs_second_way(realm, recovery, browser=browser_binding()):
        return render_template("recovery/second_way.html", **around)
    return render_template("recovery/password.html", **around)


def _start_page(came_from: str, *, login: str = "", error: str | None = None, waiting: Any = ()) -> str:
    way_back = _way_back(current_realm(), came_from[:36])
    return render_template(
        "recovery/start.html", came_from=came_from[:36], way_back=way_back, login=login, error=error, waiting=waiting
    )


def _way_back(realm: Realm, came_from: str) -> str:
    """To the sign-in that somebody came from, while it waits in this browser; otherwise to one for the profile."""
    with realm.database.read() as connection:
        try:
            attempt = attempts.find(realm, connection, came_from, browser=browser_binding())
        except AttemptGone:
            return "/account"
    return "/account" if attempt.completed_sid is not None or attempt.is_for_recovery else attempt.path


def _count_address(realm: Realm) -> None:
    """Whoever names many logins is stopped by their address, in the same count as wrong passwords."""
    _demand_patience(realm)
    addresses.count_failure(realm, request.remote_addr or "")


def _demand_patience(realm: Realm) -> None:
    if addresses.has_failed_too_often(realm, request.remote_addr or ""):
        raise _wait_an_hour()


def _wait_an_hour() -> PageProblem:
    return PageProblem(
        status=429,
        title=_("Слишком часто"),
        lead=_("За последний час доступ пробовали восстановить слишком много раз. Подождите час."),
        actions=((_("На главную"), "/"),),
        code="slow_down",
        cause="the login has had all its recoveries of this hour (codes_per_hour), or the address all its failures",
    )
