"""The authorization endpoint as browsers see it: each step of a request's course is a redirect, a page or the answer."""

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from ground.web.cookies import browser_binding
from ground.web.csrf import csrf_exempt
from ground.web.errors import PageProblem
from ground.web.language import choose_language
from ground.web.language import gettext as _
from ground.wire import BadRequest, single_values
from idp.errors import RequestRefused
from idp.interaction import pause, respond
from idp.interaction.continuing import take_up
from idp.interaction.course import Answer
from idp.oauth import course
from idp.pages import current_realm
from idp.pages.access import Access, open_to

blueprint = Blueprint("authorize", __name__, url_prefix="/oauth2")


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
    return take_up(realm, begun.interaction_id)


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
