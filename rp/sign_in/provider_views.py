"""Where the provider, or a page that knows us both, sends a request or a person: logout by both channels, and sign-in.

What arrives here names no session of ours by a cookie of its own right: a logout token is signed, a framed page ends only
the session it names, and a sign-in begun elsewhere is an ordinary sign-in of ours.
"""

from urllib.parse import urlencode, urlsplit

import orjson
from flask import Blueprint, Response, redirect, render_template, request
from sqlalchemy.exc import IntegrityError
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response as WerkzeugResponse

from ground.web.cookies import clear_cookie
from ground.web.csrf import csrf_exempt
from ground.web.errors import PageProblem
from ground.web.headers import allow_framing_by
from ground.web.language import gettext as _
from ground.web.site import current_site
from rp.access.current import current_session
from rp.access.events import Event, note, note_stranger
from rp.access.guard import guarded
from rp.access.policy import Operation
from rp.access.session import COOKIE, end_session
from rp.access.where import safe_path
from rp.realm import Realm, current_realm
from rp.sign_in.departure import LogoutTokenUsed, depart
from rp.sign_in.views import start_sign_in
from rp.trust.errors import LogoutTokenRefused, ProviderUnavailable
from rp.trust.logout_token import judge_logout_token

MAX_LOGIN_HINT_CHARACTERS = 200

blueprint = Blueprint("provider", __name__)


@blueprint.post("/sign-out/backchannel")
@guarded(Operation.COME_AND_GO)
@csrf_exempt
def back_channel() -> Response:
    """Take a logout token (OpenID Connect Back-Channel Logout 1.0, 2.5 to 2.8)."""
    realm = current_realm()
    tokens = request.form.getlist("logout_token")
    if len(tokens) != 1:
        return _refuse_token(realm, "one logout_token is needed, in a form")
    try:
        depart(realm, judge_logout_token(realm, tokens[0]))
    except LogoutTokenRefused as refusal:
        return _refuse_token(realm, str(refusal))
    except (LogoutTokenUsed, IntegrityError):
        return _refuse_token(realm, "the token was used before")
    except ProviderUnavailable as error:
        # Our trouble, not the token's: the provider tries again.
        return _answer({"error": "temporarily_unavailable", "error_description": str(error)}, status=503)
    return _answer(None, status=200)


@blueprint.get("/sign-out/frontchannel")
@guarded(Operation.COME_AND_GO)
def front_channel() -> WerkzeugResponse:
    """End the session of this browser when it is the one that is named (OpenID Connect Front-Channel Logout 1.0, 2)."""
    realm, session = current_realm(), current_session()
    allow_framing_by(realm.settings.issuer)
    if session is not None:
        named = (request.args.get("iss"), request.args.get("sid"))
        if named != (session.issuer, session.provider_session):
            raise PageProblem(
                status=400,
                title=_("Выход не выполнен"),
                lead=_("Запрос на выход называет другой вход. Вы остались в регистре."),
                actions=((_("Личный кабинет"), "/"),),
                code="invalid_request",
                cause="iss and sid do not name the session of this browser (OpenID Connect Front-Channel Logout 1.0, 2)",
            )
        with realm.database.write() as connection:
            if end_session(connection, realm, session.id):
                note(connection, realm, Event.SIGN_OUT, actor=session.actor, object="session", detail={"channel": "front"})
    response = Response(render_template("signed-out.html", visitor=None))
    clear_cookie(current_site(), response, COOKIE)
    return response


@blueprint.route("/sign-in/initiate", methods=["GET", "POST"])
@guarded(Operation.COME_AND_GO)
@csrf_exempt
def initiate() -> WerkzeugResponse:
    """Begin a sign-in that somebody else suggests (OpenID Connect Core 1.0, 4): at our provider, to a page of ours."""
    given = request.args if request.method == "GET" else request.form
    arguments = {name: values[0] for name, values in given.lists() if len(values) == 1}
    if len(arguments) != len(given):
        raise BadRequest
    realm = current_realm()
    if arguments.get("iss") != realm.settings.issuer:
        raise _refused("iss is missing or of another provider")
    return_path = _own_path(realm, arguments.get("target_link_uri", ""))
    login_hint = arguments.get("login_hint", "")
    if len(login_hint) > MAX_LOGIN_HINT_CHARACTERS or not login_hint.isprintable():
        raise _refused("login_hint is too long or not printable")
    if request.method == "POST":
        # A form of another site carries none of our cookies; the redirect that answers it does.
        return redirect(f"{request.path}?{urlencode(arguments)}", 303)
    if current_session() is not None:
        return redirect(return_path, 303)
    return start_sign_in(return_path, login_hint=login_hint or None)


def _own_path(realm: Realm, target: str) -> str:
    """The path of a page of ours; without one the first page. Raises PageProblem for every other address."""
    if not target:
        return "/"
    own, parts = urlsplit(realm.settings.url), urlsplit(target)
    path = target.removeprefix(f"{own.scheme}://{own.netloc}") or "/"
    if (parts.scheme, parts.netloc) != (own.scheme, own.netloc) or safe_path(path) != path:
        raise _refused("target_link_uri is not a page of ours")
    return path


def _refused(cause: str) -> PageProblem:
    return PageProblem(
        status=400,
        title=_("Вход не начат"),
        lead=_("Ссылка, по которой вы пришли, ведёт не в регистр или не через Пропуск. Мы её не открыли."),
        actions=((_("Войти"), "/sign-in"), (_("Статистика регионов"), "/regions")),
        code="invalid_request",
        cause=f"{cause} (OpenID Connect Core 1.0, 4)",
    )


def _refuse_token(realm: Realm, cause: str) -> Response:
    note_stranger(realm, Event.SIGN_OUT, object="session", error=cause)
    return _answer({"error": "invalid_request", "error_description": cause}, status=400)


def _answer(document: dict[str, str] | None, *, status: int) -> Response:
    body = b"" if document is None else orjson.dumps(document)
    return Response(body, status, headers={"Cache-Control": "no-store"}, mimetype="application/json")
