"""The pages of a sign-in: the same routes for every method, the choice between them, and the way out."""

from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any

from flask import Blueprint, abort, make_response, redirect, render_template, request
from werkzeug.wrappers import Response

from ground.chance import draw_token
from ground.web.cookies import browser_binding, set_cookie, token_value
from ground.web.errors import PageProblem
from ground.web.headers import allow_form_target
from ground.web.language import gettext as _
from ground.web.site import current_site
from idp.audit import Event, record
from idp.authentication import attempt as attempts
from idp.authentication.attempt import Attempt, AttemptGone
from idp.authentication.completion import complete
from idp.authentication.course import Standing, standing
from idp.authentication.entry import answer_locked
from idp.authentication.lockout import AccountLocked
from idp.authentication.method import Away, Method, Refusal
from idp.authentication.methods import METHODS
from idp.authentication.policy import CannotProveEnough, wanted_level
from idp.authentication.risk import Place
from idp.pages import current_realm
from idp.pages.access import Access, open_to
from idp.pages.forms import given_fields
from idp.protocol.assurance import reaches
from idp.protocol.vocabulary import LEVELS
from idp.realm import Realm
from idp.sessions import browser
from idp.throttling import addresses, strangers
from idp.throttling.pace import Pace

DEVICE = "device"
"""The cookie by which an account knows a browser again, long after its session."""
DEVICE_SECONDS = 180 * 24 * 3600
NOT_THERE = ({"error": "not_found"}, 404)
"""What a script is told of an attempt that is not its own, of one that never was, and of a method that waits for nothing."""

REQUESTS_OF_CLIENTS = "/oauth2/"
"""Where attempts lead back to that a client waits for. Its request is as old as they are, and over with them."""


class BegunAnew(Exception):
    """The attempt waited too long, and the page it leads to is ours: that page begins another."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.path = path


blueprint = Blueprint("sign_in", __name__, url_prefix="/sign-in")
blueprint.register_error_handler(BegunAnew, lambda begun: redirect(begun.path, 303))
blueprint.register_error_handler(AccountLocked, answer_locked)


@blueprint.get("/<attempt_id>")
@open_to(Access.BROWSER)
def go_on(attempt_id: str) -> Response:
    """Wherever the attempt stands, go there."""
    realm = current_realm()
    return _next(realm, _find(realm, attempt_id))


@blueprint.get("/<attempt_id>/ways")
@open_to(Access.BROWSER)
def choose(attempt_id: str) -> Response | str:
    """Every way that may be gone now, each with what it needs and how much it proves."""
    realm = current_realm()
    stands = _stands(realm, _find(realm, attempt_id))
    return _choice(stands) if stands.ways else _next(realm, stands.attempt)


@blueprint.post("/<attempt_id>/cancel")
@open_to(Access.BROWSER)
def cancel(attempt_id: str) -> Response:
    """The person does not want to sign in; whoever sent them here is told."""
    realm = current_realm()
    attempt = _find(realm, attempt_id)
    with suppress(AttemptGone), realm.database.write() as connection:
        # The journal first, as where a proof is judged: PostgreSQL would find a deadlock in the other order.
        actor = f"citizen:{attempt.citizen_id or 'unknown'}"
        record(realm, connection, Event.SIGN_IN_CANCELLED, actor=actor, object=f"attempt:{attempt.id}")
        if not attempts.cancel(realm, connection, attempt):
            raise AttemptGone
    return redirect(attempt.return_path, 303)


@blueprint.get("/<attempt_id>/<method_name>")
@open_to(Access.BROWSER)
def show(attempt_id: str, method_name: str) -> Response | str | tuple[str, int]:
    """The page of a method, if it is one of the ways that may be gone now."""
    realm = current_realm()
    stands = _stands(realm, _find(realm, attempt_id))
    method = stands.way(method_name)
    if method is None:
        return redirect(stands.attempt.path, 303)
    try:
        method.begin(realm, stands.attempt, stands.person)
    except Refusal as refusal:
        return _refused(realm, stands, method, refusal)
    return _page(realm, stands, method)


@blueprint.get("/<attempt_id>/<method_name>/state")
@open_to(Access.BROWSER)
def state(attempt_id: str, method_name: str) -> Response | tuple[dict[str, Any], int]:
    """What a script of the method's page may ask while the answer is given elsewhere, about twice a second at most."""
    realm = current_realm()
    method = next((method for method in METHODS if method.name == method_name), None)
    with realm.database.read() as connection:
        try:
            attempt = attempts.find(realm, connection, attempt_id, browser=browser_binding())
        except AttemptGone:
            return NOT_THERE
        if realm.remember("pace of pages", Pace).is_too_fast(attempt.id):
            return {"error": "slow_down"}, 429
        told = method.state(realm, connection, attempt) if method is not None else None
    return (dict(told), 200) if told is not None else NOT_THERE


@blueprint.post("/<attempt_id>/<method_name>")
@open_to(Access.BROWSER)
def answer(attempt_id: str, method_name: str) -> Response | tuple[str, int]:
    """Judge the answer; the attempt goes on, or the page says what is wrong with it."""
    realm = current_realm()
    attempt = _find(realm, attempt_id)
    if any(len(values) > 1 for values in request.form.listvalues()):
        abort(400)  # a thousand codes are no answer, and which of them is meant is nobody's to choose
    return _judge(realm, attempt, method_name, given_fields())


@blueprint.get("/back/<method_name>")
@open_to(Access.BROWSER)
def back(method_name: str) -> Response | tuple[str, int]:
    """Somebody comes back from where they gave their proof; in this browser, or they are nobody."""
    realm = current_realm()
    method = next((method for method in METHODS if method.name == method_name), None) or abort(404)
    arguments = request.args.to_dict()
    with realm.database.read() as connection:
        attempt_id = method.attempt_of(realm, connection, arguments)
    answered = _judge(realm, _find(realm, attempt_id or ""), method_name, arguments)
    return _go_on_from_here(answered) if isinstance(answered, Response) else answered


def _go_on_from_here(redirection: Response) -> Response:
    """The same answer as a page that goes on by itself.

    Chromium holds the `form-action` of the page that somebody comes from against every redirect after its form. Elsewhere they
    know our address and not that of the service we lead to, so their chain of redirects ends here.
    """
    page = make_response(render_template("sign_in/back.html", address=redirection.location))
    for cookie in redirection.headers.getlist("Set-Cookie"):
        page.headers.add("Set-Cookie", cookie)
    return page


@blueprint.post("/<attempt_id>/<method_name>/again")
@open_to(Access.BROWSER)
def again(attempt_id: str, method_name: str) -> Response | tuple[str, int]:
    """Do once more what the method does first: send another code."""
    realm = current_realm()
    stands = _stands(realm, _find(realm, attempt_id))
    method = stands.way(method_name)
    if method is not None:
        try:
            method.again(realm, stands.attempt, stands.person)
        except Refusal as refusal:
            return _page(realm, stands, method, refusal), 429
    return redirect(f"{stands.attempt.path}/{method_name}", 303)


def _judge(realm: Realm, attempt: Attempt, method_name: str, given: dict[str, str]) -> Response | tuple[str, int]:
    stands = _stands(realm, attempt)
    method = stands.way(method_name)
    if method is None:
        return redirect(attempt.path, 303)
    address = request.remote_addr or ""
    if addresses.has_failed_too_often(realm, address):
        strangers.write_down(realm, Event.ACCESS_REFUSED, object=f"attempt:{attempt.id}", outcome="too_many_failures")
        raise _too_often()
    try:
        outcome = method.finish(realm, attempt, stands.person, given)
    except AccountLocked:
        addresses.count_failure(realm, address)
        raise
    except Refusal as refusal:
        addresses.count_failure(realm, address)
        return _refused(realm, stands, method, refusal)
    except AttemptGone:
        # The same answer was sent twice at once, or proves to be somebody else: nothing of it is kept.
        return redirect(attempt.path, 303)
    if isinstance(outcome, Away):
        return redirect(outcome.address, 303)
    return _next(realm, outcome)


def _find(realm: Realm, attempt_id: str) -> Attempt:
    try:
        with realm.database.read() as connection:
            attempt = attempts.find(realm, connection, attempt_id, browser=browser_binding())
    except AttemptGone as reason:
        if reason.is_foreign:
            strangers.write_down(realm, Event.ACCESS_REFUSED, object=f"attempt:{attempt_id}", outcome="other_browser")
        if reason.return_path is not None and not reason.return_path.startswith(REQUESTS_OF_CLIENTS):
            raise BegunAnew(reason.return_path) from None
        raise _gone() from None
    allow_form_target(attempt.purpose.destination)
    return attempt


def _stands(realm: Realm, attempt: Attempt) -> Standing:
    try:
        return standing(realm, attempt, METHODS, _place())
    except AttemptGone:
        raise _gone() from None
    except CannotProveEnough as cannot:
        advice = [_("Подтвердите телефон или добавьте ключ доступа в профиле, раздел «Безопасность».")]
        if cannot.person.is_staff:
            # They are asked for it at their own account, too, unless a session from before the role is still there.
            advice.append(
                _("Если и в профиль без второго шага не войти, попросите администратора на время забрать вашу роль сотрудника.")
            )
        raise PageProblem(
            status=403,
            title=_("Войти не получится"),
            lead=_("Нужен второй шаг, а способа сделать его у вашей записи нет."),
            advice=advice,
            actions=(
                *(((_("Безопасность"), "/account/security"),) if attempt.keeps_sid else ()),
                *(((_("Вернуться в сервис"), attempt.return_path),) if _is_for_client(attempt) else ()),
            ),
            code="access_denied",
            cause="a second factor is demanded and no method of the citizen offers one",
        ) from None


def _is_for_client(attempt: Attempt) -> bool:
    return attempt.return_path.startswith(REQUESTS_OF_CLIENTS)


def _gone() -> PageProblem:
    return PageProblem(
        status=404,
        title=_("Этот вход закончился"),
        lead=_("Он начат в другом браузере или ждал дольше десяти минут."),
        advice=(_("Вернитесь в сервис, в который хотели войти, и начните сначала."),),
        code="attempt_gone",
        cause="no such sign-in attempt in this browser, it is older than ten minutes, or its person may not sign in any more",
    )


def _too_often() -> PageProblem:
    return PageProblem(
        status=429,
        title=_("Слишком много неудачных попыток"),
        lead=_("С этого адреса за последний час слишком часто не удавалось войти. Подождите час."),
        code="slow_down",
        cause="the address has had all its failures of this hour (failures_per_address)",
    )


def _place() -> Place:
    visit = browser.visit()
    return Place(token_value(DEVICE), visit.address, visit.agent)


def _next(realm: Realm, attempt: Attempt) -> Response:
    """To the method that is asked for, or, when enough is proved, with a session back to where the attempt came from."""
    stands = _stands(realm, attempt)
    attempt = stands.attempt
    if stands.ways:
        return redirect(f"{attempt.path}/{stands.ways[0].name}", 303)
    response = redirect(attempt.return_path, 303)
    if attempt.completed_sid is None and not attempt.is_for_recovery:
        place = _place()
        device = place.device or draw_token(realm.chance, "device cookie")
        try:
            session, cookie = complete(
                realm, attempt, find_session=partial(browser.current, realm), place=replace(place, device=device)
            )
        except AttemptGone:
            # A form that was sent twice at once: the other answer has the session, and ours was rolled back. Or the session
            # that was to be raised is over: then everything is asked for anew.
            return redirect(attempt.return_path, 303)
        set_cookie(current_site(), response, DEVICE, device, max_age_seconds=DEVICE_SECONDS)
        browser.hand_out(realm, response, session, cookie)
    return response


def _refused(realm: Realm, stands: Standing, method: Method, refusal: Refusal) -> tuple[str, int]:
    """The page of the method with what is wrong, or the other ways where this one is shut for now."""
    if refusal.leaves:
        return _choice(stands, refusal), refusal.status
    return _page(realm, stands, method, refusal), refusal.status


def _choice(stands: Standing, refusal: Refusal | None = None) -> str:
    return render_template("sign_in/ways.html", error=refusal.text if refusal else None, **_around(stands))


def _page(realm: Realm, stands: Standing, method: Method, refusal: Refusal | None = None) -> str:
    with realm.database.read() as connection:
        described: dict[str, Any] = method.describe(realm, connection, stands.attempt, stands.person)
    steps = _steps(stands, method)
    return render_template(
        method.template,
        method=method,
        steps=[str(step) for _name, step in steps],
        current_step=[name for name, _step in steps].index(method.name),
        error=refusal.text if refusal else None,
        **_tabs(stands, method),
        reason=refusal.reason if refusal else None,
        **_around(stands, method),
        **(described | (refusal.detail if refusal else {})),
    )


def _tabs(stands: Standing, method: Method) -> dict[str, Any]:
    """The tabs above the form of the first page, where this method is one of several."""
    tabs = [way for way in stands.ways if way.is_tab]
    if stands.person is not None or method not in tabs or len(tabs) < 2:
        return {"tabs": [], "current_tab": 0}
    return {"tabs": [(way.title, f"{stands.attempt.path}/{way.name}") for way in tabs], "current_tab": tabs.index(method)}


def _around(stands: Standing, method: Method | None = None) -> dict[str, Any]:
    """What every page of a sign-in shows: for whose sake, who, and which ways there are. `guard` is 1, 2 or 3."""
    with_second_step = "substantial" if stands.person is not None else "low"
    guards = {way: LEVELS.index(max(way.level, with_second_step, key=LEVELS.index)) + 1 for way in stands.ways}
    return {
        "attempt": stands.attempt,
        "person": stands.person,
        "ways": stands.ways,
        "guards": guards,
        "shut": [(way, reason or _("Сервису, в который вы входите, этой защиты мало.")) for way, reason in stands.shut],
        "facts": _facts(stands, method),
    }


def _facts(stands: Standing, method: Method | None) -> list[tuple[str, str]]:
    """What the stub of the pass says: who it is, and why one proof is not enough."""
    if stands.person is None:
        facts = [(_("Что узнает сервис"), _("Только то, что вы разрешите"))]
        if wanted_level(stands.attempt) == "high":
            return [*facts, (_("Сервис просит"), _("Электронную подпись"))]
        if wanted_level(stands.attempt) == "low" or (method is not None and reaches(method.level, "substantial")):
            return facts
        return [*facts, (_("Впереди"), _("Второй шаг и согласие"))]
    why = {
        "unknown_place": _("С этого устройства и адреса вы ещё не входили"),
        "failures": _("Перед этим входом было несколько неверных попыток"),
        "recovery": _("Одного письма мало, чтобы сменить пароль"),
    }.get(
        "recovery" if stands.attempt.is_for_recovery else stands.attempt.demanded_because or "",
        _("Одного способа для этого сервиса или для вашей записи мало"),
    )
    return [(_("Кто"), stands.person.data.short_name), (_("Зачем второй шаг"), why)]


def _steps(stands: Standing, method: Method) -> list[tuple[str, str]]:
    """The row of steps: what is done, what is asked now, what is still ahead."""
    done = [known for known in METHODS if known.name in {factor.method for factor in stands.attempt.factors}]
    shown = [(known.name, str(known.step)) for known in (*done, method)]
    if stands.person is None and wanted_level(stands.attempt) == "substantial" and method.level == "low":
        shown.append(("second", _("Второй шаг")))
    return [*shown, ("password", _("Новый пароль")) if stands.attempt.is_for_recovery else ("consent", _("Согласие"))]
