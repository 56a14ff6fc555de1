"""Logout that a client asks for (OpenID Connect RP-Initiated Logout 1.0), and the page that tells the other clients.

request ──▶ refused (a page; the session lives)
   │
   ├─ certain, or nobody is signed in ──────────────▶ ended ──▶ back to the client
   └─ could be a link in a letter: ask ──▶ confirmed ──┘   └──▶ a page: clients in frames, then back
"""

from collections.abc import Mapping
from urllib.parse import urlencode

from flask import Blueprint, redirect, render_template, request
from sqlalchemy import Connection
from werkzeug.wrappers import Response

from ground.web.csrf import csrf_exempt
from ground.web.errors import PageProblem
from ground.web.headers import allow_form_target
from ground.web.language import choose_language
from ground.web.language import gettext as _
from ground.web.theme import own_address
from ground.wire import BadRequest, single_values
from idp.audit import Event, record
from idp.errors import RequestRefused
from idp.logout import request as requests
from idp.logout.leaving import leave
from idp.logout.request import LogoutRequest
from idp.pages import current_realm
from idp.pages.access import Access, open_to
from idp.realm import Realm
from idp.sessions import browser
from idp.sessions.store import Session

PATH = "/oauth2/logout"

blueprint = Blueprint("end_session", __name__, url_prefix=PATH)


@blueprint.route("", methods=["GET", "POST"])
@open_to(Access.ANYBODY)
@csrf_exempt
def end_session() -> Response | str:
    """Judge the request; ask the person unless it is certain that their own client sent them."""
    realm = current_realm()
    try:
        parameters = _parameters()
    except BadRequest as bad:
        raise _refused(realm, RequestRefused("invalid_request", bad.description, clause=requests.CLAUSE)) from None
    if request.method == "POST":
        # A form of another site carries none of our cookies; the redirect that answers it does.
        return redirect(f"{PATH}?{urlencode(parameters)}", 303)
    choose_language(parameters.get("ui_locales"))
    judged, session = _judge(realm, parameters)
    if judged.is_certain:
        return leave(realm, judged, session)
    if judged.return_uri:
        allow_form_target(judged.return_uri)
    return render_template("logout.html", judged=judged)


@blueprint.post("/confirmed")
@open_to(Access.ANYBODY)
def confirmed() -> Response:
    """The person said yes on our own page."""
    realm = current_realm()
    judged, session = _judge(realm, {name: value for name, value in request.form.items() if value})
    return leave(realm, judged, session)


@blueprint.get("/confirmed")
@open_to(Access.ANYBODY)
def confirmed_before() -> Response:
    """The page after the end, asked for again: in another language, perhaps."""
    return redirect(own_address().replace(f"{PATH}/confirmed", PATH, 1), 303)


def _parameters() -> dict[str, str]:
    """The parameters of the query or of the form, never of both; one without a value was not sent (RFC 6749, 3.1)."""
    if request.method == "POST":
        if request.mimetype != "application/x-www-form-urlencoded":
            raise BadRequest("the body must be application/x-www-form-urlencoded")
        given = single_values(request.get_data(cache=False).decode("latin-1"))
    else:
        given = single_values(request.query_string.decode("latin-1"))
    return {name: value for name, value in given.items() if value}


def _judge(realm: Realm, parameters: Mapping[str, str]) -> tuple[LogoutRequest, Session | None]:
    with realm.database.read() as connection:
        session = browser.current(realm, connection)
        try:
            return requests.judge(realm, connection, parameters, session), session
        except RequestRefused as refusal:
            refused = refusal
    raise _refused(realm, refused, client_id=parameters.get("client_id"))


def _refused(realm: Realm, refusal: RequestRefused, *, client_id: str | None = None) -> PageProblem:
    """The page of a refusal, once its row is in the journal."""
    with realm.database.write() as connection:
        _write_refusal(realm, connection, refusal, client_id)
    return PageProblem(
        status=refusal.status,
        title=_("Выход не выполнен"),
        lead=_("Сервис прислал запрос на выход, который мы не можем принять. Вы остались там же, где были."),
        advice=(_("Выйдите на странице самого сервиса ещё раз."),),
        actions=((_("Выйти из Пропуска"), PATH),),
        code=refusal.code,
        cause=f"{refusal.description} ({refusal.clause})",
    )


def _write_refusal(realm: Realm, connection: Connection, refusal: RequestRefused, client_id: str | None) -> None:
    named = "".join(character for character in client_id or "" if character.isprintable())[:100]
    actor = f"client:{named or 'unknown'}"
    record(
        realm,
        connection,
        Event.LOGOUT_REFUSED,
        actor=actor,
        object="logout",
        outcome=refusal.code,
        clause=refusal.clause,
        cause=refusal.description,
    )
