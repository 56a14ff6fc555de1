"""The course of an authorization request from its parameters to its answer, whoever brings it: a browser, by the pages of
`authorize`, or a test that has none.

judged and paused ──▶ taken up, again and again: a sign-in is begun, the person is asked something ──▶ answered
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from sqlalchemy import Connection

from idp.audit import Event, record
from idp.authentication import attempt as attempts
from idp.authentication.attempt import Purpose
from idp.clients import registry
from idp.errors import ClientUnknown, RequestRefused
from idp.interaction import pause, pushed, replay
from idp.interaction.dispatch import AskConsent, ChooseParty, ConfirmAccount, Finish, FirstSignIn, SignIn, next_step
from idp.interaction.pause import PausedRequest
from idp.oauth import judging
from idp.protocol import authorization_request as rules
from idp.protocol.assurance import asked_level
from idp.protocol.authorization_request import AuthorizationRequest
from idp.protocol.client import Client
from idp.protocol.redirect_uri import host_of
from idp.protocol.request_object import PUSHED_PREFIX, SingleUse
from idp.protocol.vocabulary import MAX_STATE_LENGTH
from idp.realm import Realm
from idp.sessions import store
from idp.sessions.browser_state import session_state
from idp.sessions.store import Session
from idp.tokens import codes
from idp.tokens.families import Grant

FindSession = Callable[[Connection], Session | None]
"""Who is signed in where the request is taken up, asked in the transaction that takes it up."""
HasRunOut = Callable[[Connection], bool]
"""Was somebody signed in there until their session ran out?"""


@dataclass(frozen=True)
class Answer:
    """The answer to a request: where it goes, how (`query` or `form_post`), and what it says."""

    redirect_uri: str
    mode: str
    parameters: Mapping[str, str]

    @property
    def address(self) -> str:
        """Where a browser goes with an answer in the query."""
        return f"{self.redirect_uri}{'&' if '?' in self.redirect_uri else '?'}{urlencode(self.parameters)}"


@dataclass(frozen=True)
class Begun:
    """A request that waits: its id, and the languages that it asks for."""

    interaction_id: str
    ui_locales: tuple[str, ...]


@dataclass(frozen=True)
class SignInBegun:
    """Somebody has to sign in for the request, by this attempt."""

    attempt_id: str


@dataclass(frozen=True)
class AnswerAwaited:
    """The person of this session has to answer: yes or no, for whom they act, or what to do about an account that is not
    enough."""

    paused: PausedRequest
    session: Session
    question: FirstSignIn | ConfirmAccount | ChooseParty | AskConsent


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
        return _pause(realm, lambda connection: _first_time(realm, connection, judged, unpacked.single_use), browser=browser)
    except RequestRefused as refusal:
        _record_refusal(realm, client.client_id, refusal)
        return _refused(realm, client, parameters, refusal)


def take_up(
    realm: Realm,
    interaction_id: str,
    *,
    browser: str,
    find_session: FindSession,
    has_run_out: HasRunOut = lambda _connection: False,
) -> Answer | SignInBegun | AnswerAwaited:
    """Do the next step of a paused request. Raises InteractionGone."""
    with realm.database.write() as connection:
        paused = pause.take_up(realm, connection, interaction_id, browser=browser)
        pause.bind(connection, interaction_id, browser=browser)
        session = find_session(connection)
        if session is not None:
            # Whoever ends it, or withdraws a consent, comes before this step or after it: what it gives must not outlive that.
            session = store.held(connection, session)
        asked = paused.request
        try:
            step = next_step(realm, connection, paused, session)
        except RequestRefused as refusal:
            pause.finish(realm, connection, paused)
            _write_refusal(realm, connection, asked.client_id, refusal)
            return _error(realm, asked.redirect_uri, mode=asked.response_mode, state=asked.state, refusal=refusal)
        if isinstance(step, SignIn):
            was_signed_in = step.reason == "no_session" and has_run_out(connection)
            attempt_id = _begin_sign_in(realm, connection, paused, step, session, browser=browser, has_run_out=was_signed_in)
            return SignInBegun(attempt_id)
        assert session is not None, "only somebody who is signed in is asked anything, and answers are given for them"
        done: Answer | AnswerAwaited
        if isinstance(step, Finish):
            done = _finish(realm, connection, paused, step)
        else:
            done = AnswerAwaited(paused, session, step)
    store.touch(realm, session)
    return done


def _who(realm: Realm, parameters: Mapping[str, str]) -> Client:
    """The client; without one an answer has nowhere to go."""
    try:
        with realm.database.read() as connection:
            return rules.check_client(parameters, lambda client_id: registry.find(connection, client_id))
    except ClientUnknown as refusal:
        _record_refusal(realm, parameters.get("client_id", "")[:100] or "unknown", refusal)
        raise


def _pause(realm: Realm, take: Callable[[Connection], AuthorizationRequest], *, browser: str | None) -> Begun:
    """Pause the request that `take` gives, in the transaction that takes it."""
    with realm.database.write() as connection:
        judged = take(connection)
        interaction_id = pause.pause(realm, connection, judged, browser=browser)
    return Begun(interaction_id, judged.ui_locales)


def _first_time(
    realm: Realm, connection: Connection, judged: AuthorizationRequest, single_use: SingleUse | None
) -> AuthorizationRequest:
    """The request, unless the object it came in has been used before. Raises RequestRefused."""
    replay.use(realm, connection, single_use, client_id=judged.client_id)
    return judged


def _begin_pushed(realm: Realm, client: Client, request_uri: str, *, browser: str | None) -> Begun:
    """Begin with what the client pushed. Whatever else stands beside the reference is not read (RFC 9126, 4)."""
    try:
        return _pause(
            realm,
            lambda connection: pushed.take(realm, connection, request_uri, client_id=client.client_id),
            browser=browser,
        )
    except RequestRefused as refusal:
        _record_refusal(realm, client.client_id, refusal)
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


def _begin_sign_in(
    realm: Realm,
    connection: Connection,
    paused: PausedRequest,
    step: SignIn,
    session: Session | None,
    *,
    browser: str,
    has_run_out: bool,
) -> str:
    """Begin a sign-in for this request and return its id. Who only has to prove more keeps what is proved."""
    asked = paused.request
    client = registry.find(connection, asked.client_id)
    keeps = session if step.reason == "level_too_low" else None
    attempt_id = attempts.begin(
        realm,
        connection,
        browser=browser,
        asked_level=asked_level(asked.acr_values),
        is_level_essential=bool(asked.essential_levels),
        demanded_level=step.demanded_level,
        purpose=Purpose(
            client_name=client.name if client else asked.client_id,
            client_host=host_of(asked.redirect_uri),
            destination=asked.redirect_uri,
            login_hint=asked.login_hint or "",
            has_run_out=has_run_out,
        ),
        return_path=f"{pause.CONTINUE}{paused.id}",
        citizen_id=keeps.citizen_id if keeps else None,
        factors=keeps.factors if keeps else (),
        keeps_sid=keeps.sid if keeps else None,
    )
    pause.remember_attempt(connection, paused, attempt_id)
    return attempt_id


def _finish(realm: Realm, connection: Connection, paused: PausedRequest, step: Finish) -> Answer:
    """Finish the request: one code, in the transaction that closes it (RFC 6749, 4.1.2), and what its client can watch the
    session by."""
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
        acting=step.acting,
        is_made_by_test=session.is_made_by_test,
    )
    code = codes.issue(realm, connection, asked, grant)
    watched = session_state(realm, client_id=asked.client_id, redirect_uri=asked.redirect_uri, sid=session.sid)
    parameters = {"code": code, "session_state": watched}
    return _answer(realm, asked.redirect_uri, parameters, mode=asked.response_mode, state=asked.state)


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
