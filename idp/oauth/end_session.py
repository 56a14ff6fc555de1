"""Logout that a client asks for (OpenID Connect RP-Initiated Logout 1.0)."""

from collections.abc import Mapping
from urllib.parse import urlencode

from flask import Blueprint, redirect, render_template, request
from werkzeug.wrappers import Response

from ground.web.csrf import csrf_exempt
from ground.web.errors import PageProblem
from ground.web.headers import allow_form_target
from ground.web.language import gettext as _
from ground.wire import BadRequest, single_values
from idp.errors import RequestRefused
from idp.logout import request as requests
from idp.logout.request import LogoutRequest
from idp.logout.session_end import end_everything
from idp.pages import current_realm
from idp.realm import Realm
from idp.sessions import browser
from idp.sessions.store import Session

blueprint = Blueprint("end_session", __name__, url_prefix="/oauth2/logout")


@blueprint.route("", methods=["GET", "POST"])
@csrf_exempt
def end_session() -> Response | str:
    """Judge the request; ask the person unless it is certain that their own client sent them."""
    try:
        if request.method == "POST":
            # A form of another site carries none of our cookies; the redirect that answers it does.
            return redirect(f"{request.path}?{urlencode(single_values(request.get_data().decode('latin-1')))}", 303)
        parameters = single_values(request.query_string.decode("latin-1"))
    except BadRequest as bad:
        raise _refused(RequestRefused("invalid_request", bad.description)) from None
    realm = current_realm()
    judged, session = _judge(realm, parameters)
    if judged.is_certain:
        return _leave(realm, judged, session)
    if judged.return_uri:
        allow_form_target(judged.return_uri)
    return render_template("logout.html", judged=judged)


@blueprint.post("/confirmed")
def confirmed() -> Response | str:
    """The person said yes on our own page."""
    realm = current_realm()
    judged, session = _judge(realm, {name: value for name, value in request.form.items() if value})
    return _leave(realm, judged, session)


def _judge(realm: Realm, parameters: Mapping[str, str]) -> tuple[LogoutRequest, Session | None]:
    with realm.database.read() as connection:
        session = browser.current(realm, connection)
        try:
            return requests.judge(realm, connection, parameters, session), session
        except RequestRefused as refusal:
            raise _refused(refusal) from None


def _leave(realm: Realm, judged: LogoutRequest, session: Session | None) -> Response:
    """End everything and go back to the client, or stay on a page that says it is done."""
    if session is not None:
        with realm.database.write() as connection:
            end_everything(realm, connection, session, because="signed_out")
    if judged.return_uri is None:
        response = Response(render_template("signed_out.html"), mimetype="text/html")
    else:
        separator = "&" if "?" in judged.return_uri else "?"
        state = f"{separator}{urlencode({'state': judged.state})}" if judged.state is not None else ""
        response = redirect(judged.return_uri + state, 303)
    browser.take_back(response)
    return response


def _refused(refusal: RequestRefused) -> PageProblem:
    return PageProblem(
        status=refusal.status,
        title=_("Выход не выполнен"),
        lead=_("Сервис прислал запрос на выход, который мы не можем принять. Вы остались там же, где были."),
        advice=(_("Выйдите на странице самого сервиса ещё раз."),),
        code=refusal.code,
        cause=f"{refusal.description} ({refusal.clause})",
    )
