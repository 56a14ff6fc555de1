"""The pages of a sign-in: the same three routes for every method."""

from functools import partial
from typing import Any

from flask import Blueprint, redirect, render_template, request
from werkzeug.wrappers import Response

from ground.web.cookies import browser_binding
from ground.web.errors import PageProblem
from ground.web.headers import allow_form_target
from ground.web.language import gettext as _
from idp.authentication import attempt as attempts
from idp.authentication.attempt import Attempt, AttemptGone
from idp.authentication.completion import complete
from idp.authentication.method import Method, Refusal
from idp.authentication.methods import METHODS
from idp.authentication.policy import CannotProveEnough, next_method
from idp.authentication.refusals import as_text
from idp.citizens import directory
from idp.citizens.models import Person
from idp.pages import current_realm
from idp.realm import Realm
from idp.sessions import browser

blueprint = Blueprint("sign_in", __name__, url_prefix="/sign-in")


@blueprint.get("/<attempt_id>")
def go_on(attempt_id: str) -> Response:
    """Wherever the attempt stands, go there."""
    realm = current_realm()
    attempt, person = _find(realm, attempt_id)
    return _next(realm, attempt, person)


@blueprint.get("/<attempt_id>/<method_name>")
def show(attempt_id: str, method_name: str) -> Response | str:
    """The page of the method that is asked for now."""
    realm = current_realm()
    attempt, person = _find(realm, attempt_id)
    method = _wanted(attempt, person)
    if method is None or method.name != method_name:
        return redirect(attempt.path, 303)
    method.begin(realm, attempt, person)
    return _page(realm, attempt, person, method)


@blueprint.post("/<attempt_id>/<method_name>")
def answer(attempt_id: str, method_name: str) -> Response | tuple[str, int]:
    """Judge the answer; the attempt goes on, or the page says what is wrong with it."""
    realm = current_realm()
    attempt, person = _find(realm, attempt_id)
    method = _wanted(attempt, person)
    if method is None or method.name != method_name:
        return redirect(attempt.path, 303)
    try:
        attempt = method.finish(realm, attempt, request.form)
    except Refusal as refusal:
        return _page(realm, attempt, person, method, refusal), 400
    with realm.database.read() as connection:
        assert attempt.citizen_id is not None, "a method that succeeds says who it was"
        person = directory.find(realm, connection, attempt.citizen_id)
    return _next(realm, attempt, person)


@blueprint.post("/<attempt_id>/<method_name>/again")
def again(attempt_id: str, method_name: str) -> Response | tuple[str, int]:
    """Do once more what the method does first: send another code."""
    realm = current_realm()
    attempt, person = _find(realm, attempt_id)
    method = _wanted(attempt, person)
    if method is not None and method.name == method_name:
        try:
            method.again(realm, attempt, person)
        except Refusal as refusal:
            return _page(realm, attempt, person, method, refusal), 429
    return redirect(f"{attempt.path}/{method_name}", 303)


def _find(realm: Realm, attempt_id: str) -> tuple[Attempt, Person | None]:
    with realm.database.read() as connection:
        try:
            attempt = attempts.find(realm, connection, attempt_id, browser=browser_binding())
        except AttemptGone:
            raise PageProblem(
                status=404,
                title=_("Этот вход закончился"),
                lead=_("Он начат в другом браузере или ждал дольше десяти минут."),
                advice=(_("Вернитесь в сервис, в который хотели войти, и начните сначала."),),
                code="attempt_gone",
                cause="no such sign-in attempt in this browser, or it is older than ten minutes",
            ) from None
        person = directory.find(realm, connection, attempt.citizen_id) if attempt.citizen_id else None
    allow_form_target(attempt.purpose.destination)
    return attempt, person


def _wanted(attempt: Attempt, person: Person | None) -> Method | None:
    if attempt.completed_sid is not None:
        return None
    try:
        return next_method(attempt, person, METHODS)
    except CannotProveEnough:
        raise PageProblem(
            status=403,
            title=_("Войти не получится"),
            lead=_("Ваша запись требует второго шага, а подтверждённого телефона в ней нет."),
            code="access_denied",
            cause="the citizen's record demands a second factor and no method offers one",
        ) from None


def _next(realm: Realm, attempt: Attempt, person: Person | None) -> Response:
    """To the method that is asked for, or, when enough is proved, with a session back to where the attempt came from."""
    method = _wanted(attempt, person)
    if method is not None:
        return redirect(f"{attempt.path}/{method.name}", 303)
    response = redirect(attempt.return_path, 303)
    if attempt.completed_sid is None:
        try:
            session, cookie = complete(realm, attempt, find_session=partial(browser.current, realm))
        except AttemptGone:
            # A form that was sent twice at once: the other answer has the session, and ours was rolled back.
            return redirect(attempt.return_path, 303)
        browser.hand_out(realm, response, session, cookie)
    return response


def _page(realm: Realm, attempt: Attempt, person: Person | None, method: Method, refusal: Refusal | None = None) -> str:
    with realm.database.read() as connection:
        described: dict[str, Any] = method.describe(realm, connection, attempt, person)
    return render_template(
        method.template,
        attempt=attempt,
        method=method,
        steps=(steps := _steps(attempt, method)),
        current_step=[name for name, _ in steps].index(method.name),
        person=person,
        error=as_text(refusal),
        reason=refusal.reason if refusal else None,
        **(described | (refusal.detail if refusal else {})),
    )


def _steps(attempt: Attempt, method: Method) -> list[tuple[str, str]]:
    """The row of steps: what is done, what is asked now, what is still ahead."""
    done = {factor.method for factor in attempt.factors}
    shown = [known for known in METHODS if known.name in done or known is method or attempt.asked_level == "substantial"]
    return [(known.name, str(known.step)) for known in shown] + [("consent", _("Согласие"))]
