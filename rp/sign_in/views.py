"""The pages of signing in and out. The address of the callback is left at once, whatever its answer was."""

from flask import Blueprint, Response, redirect, render_template, request, url_for
from werkzeug.exceptions import BadRequest, NotFound
from werkzeug.wrappers import Response as WerkzeugResponse

from ground.web.cookies import browser_binding, clear_cookie, set_cookie
from ground.web.errors import answer_problem
from ground.web.language import current_language
from ground.web.site import current_site
from rp.access.current import current_session
from rp.access.events import Event, note, note_stranger
from rp.access.guard import guarded
from rp.access.policy import Operation
from rp.access.session import COOKIE, end_session
from rp.access.where import safe_path
from rp.realm import Realm, current_realm
from rp.settings import ASSURANCE_LEVELS
from rp.sign_in.arrival import welcome
from rp.sign_in.journey import NotTaken, begin_journey, take_journey
from rp.sign_in.refusals import PROBLEMS, problem, reason_of
from rp.trust.errors import AssuranceTooLow, ProviderUnavailable, SignInDeclined, TrustError
from rp.trust.sign_in_answer import check_answer_parameters, redeem_code
from rp.trust.sign_in_request import make_sign_in_request, sign_out_url

MAX_STATE_CHARACTERS = 200
RECOMMENDED_ACR = "substantial"
"""What health records deserve, whatever `required_acr` lets in."""

blueprint = Blueprint("sign_in", __name__)


def start_sign_in(
    return_path: str, *, login_hint: str | None = None, acr: str | None = None, insists: bool = False
) -> WerkzeugResponse:
    """Send the browser to the provider, to come back to `return_path`."""
    realm = current_realm()
    try:
        going = make_sign_in_request(realm, language=current_language(), login_hint=login_hint, acr=acr, insists=insists)
    except ProviderUnavailable as error:
        return answer_problem(problem("unavailable", cause=str(error)))
    with realm.database.write() as connection:
        begin_journey(connection, realm, going, browser=browser_binding(), return_path=return_path, insists=insists)
    return redirect(going.url, 302)


@blueprint.get("/sign-in")
@guarded(Operation.COME_AND_GO)
def sign_in() -> WerkzeugResponse:
    """Begin a sign-in; who is signed in already goes where they wanted."""
    return_path = safe_path(request.args.get("next", "/"))
    if current_session() is not None:
        return redirect(return_path, 303)
    return start_sign_in(return_path)


@blueprint.get("/sign-in/stronger")
@guarded(Operation.COME_AND_GO)
def prove_more() -> WerkzeugResponse:
    """Take the second step that this registry recommends where it does not require one, or more."""
    wanted = max(RECOMMENDED_ACR, current_realm().settings.required_acr, key=ASSURANCE_LEVELS.index)
    return start_sign_in(safe_path(request.args.get("next", "/")), acr=wanted)


@blueprint.get("/sign-in/callback")
@guarded(Operation.COME_AND_GO)
def callback() -> WerkzeugResponse:
    """Judge the provider's answer and open the session."""
    realm = current_realm()
    arguments = {name: values[0] for name, values in request.args.lists() if len(values) == 1}
    if len(arguments) != len(request.args):
        raise BadRequest
    state = arguments.get("state", "")
    if not state or len(state) > MAX_STATE_CHARACTERS:
        return _turn_away(realm, "state", cause="state is missing")
    with realm.database.write() as connection:
        journey = take_journey(connection, realm, state, browser=browser_binding())
    if isinstance(journey, NotTaken):
        return _turn_away(realm, "used" if journey is NotTaken.USED else "state", cause=journey.value)
    try:
        code = check_answer_parameters(realm, arguments)
        person = redeem_code(realm, code, nonce=journey.nonce, code_verifier=journey.code_verifier, required_acr=journey.acr)
    except SignInDeclined as error:
        reason = reason_of(error, asked=journey.acr)
        return _refuse(realm, reason, cause=f"the provider answers {error.code}", code=error.code)
    except AssuranceTooLow as error:
        if not journey.insists:
            _note_refusal(realm, str(error))
            return start_sign_in(journey.return_path, acr=error.required, insists=True)
        return _refuse(realm, reason_of(error), cause=str(error))
    except TrustError as error:
        return _refuse(realm, reason_of(error), cause=str(error))
    response = redirect(journey.return_path, 303)
    set_cookie(current_site(), response, COOKIE, welcome(realm, person, previous=current_session()))
    return response


@blueprint.get("/sign-in/refused")
@guarded(Operation.COME_AND_GO)
def refused() -> Response:
    """Tell why a sign-in failed."""
    reason = request.args.get("reason", "")
    if reason not in PROBLEMS:
        raise NotFound
    return answer_problem(problem(reason, code=request.args.get("error")))


@blueprint.post("/sign-out")
@guarded(Operation.COME_AND_GO)
def sign_out() -> WerkzeugResponse:
    """End the session here, then have the provider end its own."""
    realm, session = current_realm(), current_session()
    there: str | None = None
    if session is not None:
        with realm.database.write() as connection:
            if end_session(connection, realm, session.id):
                note(connection, realm, Event.SIGN_OUT, actor=session.actor, object="session")
        try:
            there = sign_out_url(realm, provider_session=session.provider_session)
        except ProviderUnavailable:
            there = None  # the session here has ended in any case
    response = redirect(there or url_for("sign_in.signed_out"), 303)
    clear_cookie(current_site(), response, COOKIE)
    return response


@blueprint.get("/signed-out")
@guarded(Operation.COME_AND_GO)
def signed_out() -> str:
    """Where the provider sends people after the end."""
    return render_template("signed-out.html")


def _refuse(realm: Realm, reason: str, *, cause: str, code: str | None = None) -> WerkzeugResponse:
    """Write the cause down and leave the callback's address for the page of the reason."""
    _note_refusal(realm, cause)
    return redirect(url_for("sign_in.refused", reason=reason, error=code), 303)


def _turn_away(realm: Realm, reason: str, *, cause: str) -> WerkzeugResponse:
    """The same for whoever has no sign-in under way: anybody may come like that, and as often as they like."""
    note_stranger(realm, Event.SIGN_IN, object="session", error=cause)
    return redirect(url_for("sign_in.refused", reason=reason), 303)


def _note_refusal(realm: Realm, cause: str) -> None:
    with realm.database.write() as connection:
        note(connection, realm, Event.SIGN_IN, actor="anybody", object="session", outcome="refused", detail={"cause": cause})
