"""The course of a paused authorization request to its answer, whoever goes on with it: a browser, by the pages, or a test that
has none.

paused ──▶ taken up, again and again: a sign-in is begun, the person is asked something ──▶ answered

How a request is judged before it is paused, and what its answer looks like, is the business of its dialect.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlencode

from sqlalchemy import Connection

from idp.audit import Event, record
from idp.authentication import attempt as attempts
from idp.authentication.attempt import Purpose
from idp.authentication.course import is_beyond_reach
from idp.authentication.methods import METHODS
from idp.clients import registry
from idp.errors import RequestRefused
from idp.interaction import pause
from idp.interaction.dispatch import AskConsent, ChooseParty, ConfirmAccount, Finish, FirstSignIn, SignIn, next_step
from idp.interaction.pause import PausedRequest
from idp.protocol.assurance import asked_level
from idp.protocol.authorization_request import AuthorizationRequest
from idp.protocol.redirect_uri import host_of
from idp.realm import Realm
from idp.sessions import store
from idp.sessions.store import Session

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


class Dialect(Protocol):
    """How one dialect of clients is answered."""

    def check_person(self, realm: Realm, connection: Connection, paused: PausedRequest, session: Session) -> None:
        """May this person be signed in to this client at all? Asked as soon as somebody is signed in. Raises RequestRefused."""
        ...

    def finish(self, realm: Realm, connection: Connection, paused: PausedRequest, step: Finish) -> Answer:
        """The good answer, in the transaction that closes the request."""
        ...

    def refuse(self, realm: Realm, request: AuthorizationRequest, refusal: RequestRefused) -> Answer:
        """The error that goes back to the client."""
        ...


Dialects = Mapping[str, Dialect]
"""Every dialect there is, by the name that a request carries."""


def begin(realm: Realm, take: Callable[[Connection], AuthorizationRequest], *, browser: str | None) -> Begun:
    """Pause the request that `take` gives, in the transaction that takes it."""
    with realm.database.write() as connection:
        judged = take(connection)
        interaction_id = pause.pause(realm, connection, judged, browser=browser)
    return Begun(interaction_id, judged.ui_locales)


def take_up(
    realm: Realm,
    interaction_id: str,
    *,
    browser: str,
    dialects: Dialects,
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
        dialect = dialects[asked.dialect]
        try:
            step = next_step(realm, connection, paused, session)
            if isinstance(step, SignIn):
                _check_within_reach(realm, connection, paused, browser=browser)
            if session is not None and not isinstance(step, SignIn):
                dialect.check_person(realm, connection, paused, session)
        except RequestRefused as refusal:
            pause.finish(realm, connection, paused)
            write_refusal(realm, connection, asked.client_id, refusal)
            return dialect.refuse(realm, asked, refusal)
        if isinstance(step, SignIn):
            was_signed_in = step.reason == "no_session" and has_run_out(connection)
            attempt_id = _begin_sign_in(realm, connection, paused, step, session, browser=browser, has_run_out=was_signed_in)
            return SignInBegun(attempt_id)
        assert session is not None, "only somebody who is signed in is asked anything, and answers are given for them"
        done: Answer | AnswerAwaited
        if isinstance(step, Finish):
            pause.finish(realm, connection, paused)
            done = dialect.finish(realm, connection, paused, step)
        else:
            done = AnswerAwaited(paused, session, step)
    store.touch(realm, session)
    return done


def _check_within_reach(realm: Realm, connection: Connection, paused: PausedRequest, *, browser: str) -> None:
    """Who has read that they cannot prove what is demanded comes back here, and the client is told. Raises RequestRefused."""
    attempt_id = paused.attempt_id
    if attempt_id is not None and is_beyond_reach(realm, connection, attempt_id, METHODS, browser=browser):
        raise RequestRefused(
            "unmet_authentication_requirements",
            "a second factor is demanded, and the person has none",
            clause="OpenID Connect Core Unmet Authentication Requirements 1.0",
        )


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


def record_refusal(realm: Realm, client_id: str, refusal: RequestRefused) -> None:
    """Write down that a request was refused before it was paused."""
    with realm.database.write() as connection:
        write_refusal(realm, connection, client_id, refusal)


def write_refusal(realm: Realm, connection: Connection, client_id: str, refusal: RequestRefused) -> None:
    """The same in a transaction of the caller."""
    record(
        realm,
        connection,
        Event.AUTHORIZATION_REFUSED,
        actor=f"client:{client_id}",
        object="authorization",
        outcome=refusal.outcome,
        clause=refusal.clause,
        **({"cause": refusal.cause} if refusal.cause else {}),
    )
