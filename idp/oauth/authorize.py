"""The authorization endpoint as browsers see it: each step of a request's course is a redirect, a page or the answer."""

from collections.abc import Mapping
from functools import partial

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from ground.web.cookies import browser_binding
from ground.web.csrf import csrf_exempt
from ground.web.errors import PageProblem
from ground.web.language import choose_language
from ground.web.language import gettext as _
from ground.wire import BadRequest, single_values
from idp.authentication.entry import first_sign_in
from idp.errors import RequestRefused
from idp.interaction import pause
from idp.interaction.dispatch import AskConsent, ChooseParty, ConfirmAccount, FirstSignIn
from idp.interaction.pause import InteractionGone
from idp.interaction.waiting import refused
from idp.oauth import course, respond
from idp.oauth.course import Answer, SignInBegun
from idp.pages import current_realm
from idp.pages.access import Access, open_to
from idp.realm import Realm
from idp.sessions import browser

blueprint = Blueprint("authorize", __name__, url_prefix="/oauth2")
PAGES: Mapping[type, str] = {ConfirmAccount: "confirmation", ChooseParty: "acting", AskConsent: "consent"}
"""The page on which each question is asked."""


@blueprint.route("/authorize", methods=["GET", "POST"])
@open_to(Access.ANYBODY)
@csrf_exempt
def authorize() -> Response:
    """Judge and pause the request, then begin. Changes nothing by itself, so a form of another site may post it.

    Such a POST carries none of our cookies (SameSite=Lax); the redirect that answers it does.
    """
    realm, is_get = current_realm(), request.method == "GET"
    parameters = _parameters()
    try:
        begun = course.begin(realm, parameters, browser=browser_binding() if is_get else None)
    except RequestRefused as refusal:
        raise _refused_page(refusal) from None
    if isinstance(begun, Answer):
        return respond.send(begun)
    choose_language(" ".join(begun.ui_locales))
    if not is_get:
        return redirect(f"{pause.CONTINUE}{begun.interaction_id}", 303)
    return _take_up(realm, begun.interaction_id)


@blueprint.get("/continue/<interaction_id>")
@open_to(Access.BROWSER)
def go_on(interaction_id: str) -> Response:
    """Take the paused request up where it stands."""
    return _take_up(current_realm(), interaction_id)


def _parameters() -> dict[str, str]:
    """The parameters of the query or of the form, never of both (OpenID Connect Core 1.0, 3.1.2.1)."""
    try:
        if request.method == "GET":
            return single_values(request.query_string.decode("latin-1"))
        if request.mimetype != "application/x-www-form-urlencoded":
            raise BadRequest("the body must be application/x-www-form-urlencoded")
        return single_values(request.get_data(cache=False).decode("latin-1"))
    except BadRequest as bad:
        raise _refused_page(RequestRefused("invalid_request", bad.description, clause="RFC 6749, 3.1")) from None


def _take_up(realm: Realm, interaction_id: str) -> Response:
    """Do the next step of a paused request: send the person on, or answer the client."""
    try:
        step = course.take_up(
            realm,
            interaction_id,
            browser=browser_binding(),
            find_session=partial(browser.current, realm),
            has_run_out=partial(browser.has_run_out, realm),
        )
    except InteractionGone as reason:
        raise refused(realm, interaction_id, reason) from None
    if isinstance(step, Answer):
        return respond.send(step)
    if isinstance(step, SignInBegun):
        return redirect(f"/sign-in/{step.attempt_id}", 303)
    if isinstance(step.question, FirstSignIn):
        return redirect(first_sign_in(f"{pause.CONTINUE}{interaction_id}"), 303)
    return redirect(f"/{PAGES[type(step.question)]}/{interaction_id}", 303)


def _refused_page(refusal: RequestRefused) -> PageProblem:
    """The page for a request whose answer must not leave the provider."""
    is_unknown = refusal.code == "invalid_client"
    return PageProblem(
        status=refusal.status,
        title=_("Вход остановлен"),
        lead=_("Сервис, который вас прислал, нам не знаком.")
        if is_unknown
        else _("Сервис, который вас прислал, указал адрес возврата, которого у нас нет в списке, или запрос испорчен."),
        explanation=_("Мы не отправили туда ни вас, ни ваши данные: так действуют и поддельные сайты."),
        advice=(_("Зайдите в сервис по адресу, который знаете, а не по ссылке из письма."),),
        code=refusal.code,
        cause=f"{refusal.description} ({refusal.clause})",
    )
