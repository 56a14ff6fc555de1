"""The standard dialect: an authorization request of OpenID Connect from its parameters to its answer."""

from collections.abc import Mapping

from sqlalchemy import Connection

from idp.clients import registry
from idp.errors import ClientUnknown, RequestRefused
from idp.interaction import course, pushed, replay
from idp.interaction.course import Answer, Begun, record_refusal
from idp.interaction.dispatch import Finish
from idp.interaction.pause import PausedRequest
from idp.oauth import judging
from idp.protocol import authorization_request as rules
from idp.protocol.authorization_request import AuthorizationRequest
from idp.protocol.client import Client
from idp.protocol.request_object import PUSHED_PREFIX, SingleUse
from idp.protocol.vocabulary import MAX_STATE_LENGTH
from idp.realm import Realm
from idp.sessions.browser_state import session_state
from idp.sessions.store import Session
from idp.tokens import codes
from idp.tokens.families import Grant


class OpenId:
    """How clients of OpenID Connect are answered."""

    def check_person(self, realm: Realm, connection: Connection, paused: PausedRequest, session: Session) -> None:
        """Everybody may; what an account has to be is asked on a page."""

    def finish(self, realm: Realm, connection: Connection, paused: PausedRequest, step: Finish) -> Answer:
        """One code, in the transaction that closes the request (RFC 6749, 4.1.2), and what its client can watch the
        session by."""
        asked, session = paused.request, step.session
        grant = Grant(
            client_id=asked.client_id,
            citizen_id=session.citizen_id,
            sid=session.sid,
            scopes=asked.scope,
            acr=step.level,
            amr=session.references,
            authenticated_at=session.authenticated_at,
            claims=step.claims,
            acting=step.acting,
            is_made_by_test=session.is_made_by_test,
        )
        code = codes.issue(realm, connection, asked, grant)
        watched = session_state(realm, client_id=asked.client_id, redirect_uri=asked.redirect_uri, sid=session.sid)
        parameters = {"code": code, "session_state": watched}
        return _answer(realm, asked.redirect_uri, parameters, mode=asked.response_mode, state=asked.state)

    def refuse(self, realm: Realm, request: AuthorizationRequest, refusal: RequestRefused) -> Answer:
        """The error that goes back to the client (RFC 6749, 4.1.2.1)."""
        return _error(realm, request.redirect_uri, mode=request.response_mode, state=request.state, refusal=refusal)


def begin(realm: Realm, parameters: Mapping[str, str], *, browser: str | None) -> Begun | Answer:
    """Judge a request and pause it, bound to a browser or to the one that takes it up first; or the error for its client.

    Raises RequestRefused when the answer must not leave the provider.
    """
    client = _who(realm, parameters)
    if parameters.get("request_uri", "").startswith(PUSHED_PREFIX):
        return _begin_pushed(realm, client, parameters["request_uri"], browser=browser)
    try:
        judging.only_pushed(client)
        unpacked = judging.unpack(realm, client, parameters)
        parameters = unpacked.parameters
        redirect_uri = rules.check_redirect_uri(parameters, client)
        judged = judging.judge(realm, client, parameters, redirect_uri)
        return course.begin(
            realm, lambda connection: _first_time(realm, connection, judged, unpacked.single_use), browser=browser
        )
    except RequestRefused as refusal:
        record_refusal(realm, client.client_id, refusal)
        return _refused(realm, client, parameters, refusal)


def _who(realm: Realm, parameters: Mapping[str, str]) -> Client:
    """The client; without one an answer has nowhere to go."""
    try:
        with realm.database.read() as connection:
            return rules.check_client(parameters, lambda client_id: registry.find(connection, client_id))
    except ClientUnknown as refusal:
        record_refusal(realm, parameters.get("client_id", "")[:100] or "unknown", refusal)
        raise


def _first_time(
    realm: Realm, connection: Connection, judged: AuthorizationRequest, single_use: SingleUse | None
) -> AuthorizationRequest:
    """The request, unless the object it came in has been used before. Raises RequestRefused."""
    replay.use(realm, connection, single_use, client_id=judged.client_id)
    return judged


def _begin_pushed(realm: Realm, client: Client, request_uri: str, *, browser: str | None) -> Begun:
    """Begin with what the client pushed. Whatever else stands beside the reference is not read (RFC 9126, 4)."""
    try:
        return course.begin(
            realm,
            lambda connection: pushed.take(realm, connection, request_uri, client_id=client.client_id),
            browser=browser,
        )
    except RequestRefused as refusal:
        record_refusal(realm, client.client_id, refusal)
        raise


def _refused(realm: Realm, client: Client, parameters: Mapping[str, str], refusal: RequestRefused) -> Answer:
    """To the client, when we know where its answer goes and can give its `state` back whole. Raises the refusal otherwise."""
    state = parameters.get("state")
    try:
        redirect_uri = rules.check_redirect_uri(parameters, client)
    except ClientUnknown:
        raise refusal from None
    if state is not None and len(state) > MAX_STATE_LENGTH:
        raise refusal
    return _error(realm, redirect_uri, mode=rules.response_mode_of(parameters), state=state, refusal=refusal)


def _error(realm: Realm, redirect_uri: str, *, mode: str, state: str | None, refusal: RequestRefused) -> Answer:
    """The error that goes back to the client (RFC 6749, 4.1.2.1)."""
    parameters = {"error": refusal.code, "error_description": refusal.description}
    return _answer(realm, redirect_uri, parameters, mode=mode, state=state)


def _answer(realm: Realm, redirect_uri: str, parameters: Mapping[str, str], *, mode: str, state: str | None) -> Answer:
    """Every answer names its issuer (RFC 9207), so that a client of two providers cannot be confused about who answered."""
    answer = dict(parameters)
    if state is not None:
        answer["state"] = state
    answer["iss"] = realm.issuer
    return Answer(redirect_uri, mode, realm.seams.authorization_response(answer))
