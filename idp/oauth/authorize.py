"""The authorization endpoint: a request is judged and paused, and answered when nothing is left to do."""

from collections.abc import Callable, Mapping

from flask import Blueprint, redirect, request
from sqlalchemy import Connection
from werkzeug.wrappers import Response

from ground.web.cookies import browser_binding
from ground.web.csrf import csrf_exempt
from ground.web.errors import PageProblem
from ground.web.language import choose_language
from ground.web.language import gettext as _
from ground.wire import BadRequest, single_values
from idp.audit import Event, record
from idp.authentication import attempt as attempts
from idp.authentication.attempt import Purpose
from idp.clients import registry
from idp.errors import ClientUnknown, RequestRefused
from idp.interaction import pause, pushed, replay
from idp.interaction.dispatch import Finish, SignIn, next_step
from idp.interaction.pause import InteractionGone, PausedRequest
from idp.interaction.views import gone
from idp.oauth import judging, respond
from idp.pages import current_realm
from idp.protocol import authorization_request as rules
from idp.protocol.assurance import asked_level
from idp.protocol.authorization_request import AuthorizationRequest
from idp.protocol.client import Client
from idp.protocol.redirect_uri import host_of
from idp.protocol.request_object import PUSHED_PREFIX, SingleUse
from idp.protocol.vocabulary import MAX_STATE_LENGTH
from idp.realm import Realm
from idp.sessions import browser, store
from idp.sessions.browser_state import session_state
from idp.sessions.store import Session
from idp.tokens import codes
from idp.tokens.families import Grant

blueprint = Blueprint("authorize", __name__, url_prefix="/oauth2")


@blueprint.route("/authorize", methods=["GET", "POST"])
@csrf_exempt
def authorize() -> Response:
    """Judge and pause the request, then begin. Changes nothing by itself, so a form of another site may post it.

    Such a POST carries none of our cookies (SameSite=Lax); the redirect that answers it does.
    """
    realm = current_realm()
    parameters: Mapping[str, str] = _parameters()
    client = _who(realm, parameters)
    if parameters.get("request_uri", "").startswith(PUSHED_PREFIX):
        return _begin_pushed(realm, client, parameters["request_uri"])
    try:
        judging.only_pushed(client)
        unpacked = judging.unpack(realm, client, parameters)
        parameters = unpacked.parameters
        redirect_uri = rules.check_redirect_uri(parameters, client)
        judged = judging.judge(realm, client, parameters, redirect_uri)
        return _begin(realm, lambda connection: _first_time(realm, connection, judged, unpacked.single_use))
    except RequestRefused as refusal:
        _record_refusal(realm, client.client_id, refusal)
        return _refused(realm, client, parameters, refusal)


@blueprint.get("/continue/<interaction_id>")
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


def _who(realm: Realm, parameters: Mapping[str, str]) -> Client:
    """The client; without one there is only a page."""
    try:
        with realm.database.read() as connection:
            return rules.check_client(parameters, lambda client_id: registry.find(connection, client_id))
    except ClientUnknown as refusal:
        _record_refusal(realm, parameters.get("client_id", "")[:100] or "unknown", refusal)
        raise _refused_page(refusal) from None


def _begin(realm: Realm, take: Callable[[Connection], AuthorizationRequest]) -> Response:
    """Pause the request that `take` gives, in the transaction that takes it."""
    is_get = request.method == "GET"
    with realm.database.write() as connection:
        judged = take(connection)
        interaction_id = pause.pause(realm, connection, judged, browser=browser_binding() if is_get else None)
    choose_language(" ".join(judged.ui_locales))
    if not is_get:
        return redirect(f"{pause.CONTINUE}{interaction_id}", 303)
    return _take_up(realm, interaction_id)


def _first_time(
    realm: Realm, connection: Connection, judged: AuthorizationRequest, single_use: SingleUse | None
) -> AuthorizationRequest:
    """The request, unless the object it came in has been used before. Raises RequestRefused."""
    replay.use(realm, connection, single_use, client_id=judged.client_id)
    return judged


def _begin_pushed(realm: Realm, client: Client, request_uri: str) -> Response:
    """Begin with what the client pushed. Whatever else stands beside the reference is not read (RFC 9126, 4)."""
    try:
        return _begin(realm, lambda connection: pushed.take(realm, connection, request_uri, client_id=client.client_id))
    except RequestRefused as refusal:
        _record_refusal(realm, client.client_id, refusal)
        raise _refused_page(refusal) from None


def _refused(realm: Realm, client: Client, parameters: Mapping[str, str], refusal: RequestRefused) -> Response:
    """To the client, when we know where its answer goes and can give its `state` back whole; else by a page."""
    state = parameters.get("state")
    try:
        redirect_uri = rules.check_redirect_uri(parameters, client)
    except ClientUnknown:
        raise _refused_page(refusal) from None
    if state is not None and len(state) > MAX_STATE_LENGTH:
        raise _refused_page(refusal)
    mode = rules.response_mode_of(parameters)
    return respond.with_error(realm, redirect_uri, mode=mode, state=state, refusal=refusal)


def _take_up(realm: Realm, interaction_id: str) -> Response:
    """Do the next step of a paused request: send the person on, or answer the client."""
    with realm.database.write() as connection:
        try:
            paused = pause.take_up(realm, connection, interaction_id, browser=browser_binding())
            pause.bind(connection, interaction_id, browser=browser_binding())
        except InteractionGone:
            raise gone() from None
        session = browser.current(realm, connection)
        asked = paused.request
        try:
            step = next_step(realm, connection, paused, session)
        except RequestRefused as refusal:
            pause.finish(realm, connection, paused)
            _write_refusal(realm, connection, asked.client_id, refusal)
            return respond.with_error(realm, asked.redirect_uri, mode=asked.response_mode, state=asked.state, refusal=refusal)
        if isinstance(step, Finish):
            response = _answer_with_code(realm, connection, paused, step)
        elif isinstance(step, SignIn):
            response = redirect(_begin_sign_in(realm, connection, paused, step, session), 303)
        else:
            response = redirect(f"/consent/{paused.id}", 303)
    if isinstance(step, Finish):
        store.touch(realm, step.session)
    return response


def _begin_sign_in(realm: Realm, connection: Connection, paused: PausedRequest, step: SignIn, session: Session | None) -> str:
    """Begin a sign-in for this request and return its address. Who only has to prove more keeps what is proved."""
    asked = paused.request
    client = registry.find(connection, asked.client_id)
    keeps = session if step.reason == "level_too_low" else None
    attempt_id = attempts.begin(
        realm,
        connection,
        browser=browser_binding(),
        asked_level=asked_level(asked.acr_values),
        purpose=Purpose(
            client_name=client.name if client else asked.client_id,
            client_host=host_of(asked.redirect_uri),
            destination=asked.redirect_uri,
            login_hint=asked.login_hint or "",
        ),
        return_path=f"{pause.CONTINUE}{paused.id}",
        citizen_id=keeps.citizen_id if keeps else None,
        factors=keeps.factors if keeps else (),
    )
    pause.remember_attempt(connection, paused, attempt_id)
    return f"/sign-in/{attempt_id}"


def _answer_with_code(realm: Realm, connection: Connection, paused: PausedRequest, step: Finish) -> Response:
    """Finish the request: one code, in the transaction that closes it."""
    asked, session = paused.request, step.session
    pause.finish(realm, connection, paused)
    grant = Grant(
        client_id=asked.client_id,
        citizen_id=session.citizen_id,
        sid=session.sid,
        scopes=asked.scope,
        acr=step.level,
        amr=session.references,
        authenticated_at=session.authenticated_at,
        claims=step.claims,
    )
    code = codes.issue(realm, connection, asked, grant)
    watched = session_state(realm, client_id=asked.client_id, redirect_uri=asked.redirect_uri, sid=session.sid)
    return respond.with_code(
        realm, asked.redirect_uri, mode=asked.response_mode, state=asked.state, code=code, session_state=watched
    )


def _record_refusal(realm: Realm, client_id: str, refusal: RequestRefused) -> None:
    with realm.database.write() as connection:
        _write_refusal(realm, connection, client_id, refusal)


def _write_refusal(realm: Realm, connection: Connection, client_id: str, refusal: RequestRefused) -> None:
    record(
        realm,
        connection,
        Event.AUTHORIZATION_REFUSED,
        actor=f"client:{client_id}",
        object="authorization",
        outcome=refusal.code,
        clause=refusal.clause,
    )


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
