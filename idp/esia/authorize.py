"""The authorization endpoints of the dialect as browsers see them: /aas/oauth2/ac (v1) and /aas/oauth2/v2/ac."""

from flask import Blueprint, redirect, request
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from ground.web.cookies import browser_binding
from ground.web.csrf import csrf_exempt
from idp.esia import course
from idp.esia.client import Version, write_down
from idp.esia.pages import fault, refused_page, wire_request
from idp.esia.reading import read_parameters
from idp.interaction import pause, respond
from idp.interaction.continuing import take_up
from idp.interaction.course import Answer, Begun
from idp.pages import current_realm
from idp.pages.access import Access, open_to
from idp.protocol.esia.errors import EsiaRefused
from idp.realm import Realm

blueprint = Blueprint("esia_authorize", __name__, url_prefix="/aas/oauth2")


@blueprint.route("/ac", methods=["GET", "POST"])
@open_to(Access.ANYBODY)
@csrf_exempt
def authorize_v1() -> Response:
    """v1: `client_secret` is a detached CMS message."""
    return _authorize("v1")


@blueprint.route("/v2/ac", methods=["GET", "POST"])
@open_to(Access.ANYBODY)
@csrf_exempt
def authorize_v2() -> Response:
    """v2: `client_secret` is a bare signature, and its certificate is named."""
    return _authorize("v2")


def _authorize(version: Version) -> Response:
    """Judge and pause the request, then begin. Signs nobody in by itself, so a form of another site may post it.

    Such a POST carries none of our cookies (SameSite=Lax); the redirect that answers it does. HEAD is answered unread: a
    signature is good once, and the person has not come yet.
    """
    if request.method == "HEAD":
        return Response()
    realm, is_get = current_realm(), request.method == "GET"
    begun = _begin(realm, version, browser=browser_binding() if is_get else None)
    if isinstance(begun, Answer):
        return respond.send(begun)
    if not is_get:
        return redirect(f"{pause.CONTINUE}{begun.interaction_id}", 303)
    return take_up(realm, begun.interaction_id)


def _begin(realm: Realm, version: Version, *, browser: str | None) -> Begun | Answer:
    parameters: dict[str, str] = {}
    try:
        try:
            parameters = read_parameters(wire_request())
        except EsiaRefused as refusal:
            write_down(realm, parameters, refusal)
            raise
        return course.begin(realm, parameters, version=version, browser=browser)
    except EsiaRefused as refusal:
        raise refused_page(realm, refusal) from None
    except HTTPException:
        raise
    except Exception as reason:
        raise refused_page(realm, fault(reason)) from None
