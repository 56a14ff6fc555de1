"""A sign-in without a browser, through the same rooms as one by pages: attempt, policy, methods, session, consent, code.

What a page shows is left out, what a page does is not. Nobody else can go on with it: there is no browser whose cookie fits.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import urlencode

import orjson
from sqlalchemy import Connection

from ground.chance import draw_identifier, draw_token
from ground.clock import FixedClock
from ground.wire import Request
from idp.app import DIALECTS
from idp.authentication import attempt as attempts
from idp.authentication.attempt import Attempt, AttemptGone, Purpose
from idp.authentication.completion import complete
from idp.authentication.course import Standing, standing
from idp.authentication.method import Method
from idp.authentication.methods import METHODS
from idp.authentication.policy import CannotProveEnough
from idp.authentication.rehearsal import Asked
from idp.authentication.risk import Place
from idp.citizens import directory
from idp.citizens.acting import THEMSELVES, Choice
from idp.citizens.models import Person
from idp.clients import registry
from idp.clients.authentication import TOKEN_PATH
from idp.control.proofs import PROOFS
from idp.errors import SignInRefused
from idp.esia import course as esia_course
from idp.esia.grants import authorization_code
from idp.esia.grants.minted import answer_with_tokens
from idp.interaction import course as going_on
from idp.interaction import pause
from idp.interaction.answer import Given, give_answer
from idp.interaction.course import Answer, AnswerAwaited, Begun, SignInBegun
from idp.interaction.dispatch import AskConsent, ConfirmAccount, FirstSignIn
from idp.oauth import course
from idp.oauth.endpoints import equip
from idp.oauth.server import ClientRecord, ProviderServer, WireRequest
from idp.protocol.assurance import asked_level
from idp.protocol.client import Client
from idp.protocol.vocabulary import ACCOUNT_NOT_CONFIRMED
from idp.realm import Realm
from idp.sessions import store
from idp.sessions.store import Session

NOWHERE = Place()
"""Where a sign-in without a browser comes from."""
Script = Literal["right", "wrong_then_right", "wrong", "time_out"]


class SignInStopped(Exception):
    """The sign-in ends without a session, for the reason a page would name."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass
class Visitor:
    """Somebody who signs in: who it is, what they answer to which method (right, if nothing is said), for whom they act where
    that is asked, and what they answer to consent.

    `realm` acts for the test. `browser` is drawn: it is what binds attempt and request where a browser's cookie would.
    """

    realm: Realm
    person: Person
    scripts: Mapping[str, Script] = field(default_factory=dict)
    password: str | None = None
    acting: Choice = THEMSELVES
    consent: Given = "allow"
    session: Session | None = None
    cookie: str | None = None

    def __post_init__(self) -> None:
        self.browser = draw_token(self.realm.chance, "browser of a test")

    def sign_in(self, acr_values: str = "") -> None:
        """Sign in for no client's sake. Raises SignInStopped."""
        nobody = Purpose(client_name="", client_host="", destination="")
        level = asked_level(acr_values.split())
        with self.realm.database.write() as connection:
            attempt_id = attempts.begin(
                self.realm, connection, browser=self.browser, asked_level=level, purpose=nobody, return_path="/"
            )
        self._go_through(attempt_id)

    def authorize(self, parameters: Mapping[str, str]) -> Answer:
        """Bring an authorization request to its answer. Raises SignInStopped, and RequestRefused where a page would refuse."""
        begun = self._begin(parameters)
        if isinstance(begun, Answer):
            return begun
        while True:
            step = going_on.take_up(
                self.realm, begun.interaction_id, browser=self.browser, dialects=DIALECTS, find_session=self._current
            )
            if isinstance(step, Answer):
                return step
            if isinstance(step, SignInBegun):
                self._go_through(step.attempt_id)
                continue
            self._reply(step)

    def _begin(self, parameters: Mapping[str, str]) -> Begun | Answer:
        """Judge the request by the dialect of its client. The test speaks for a system of ESIA, so nothing has to be signed."""
        with self.realm.database.read() as connection:
            client = registry.find(connection, parameters.get("client_id", ""))
        if client is None or client.dialect != "esia":
            return course.begin(self.realm, parameters, browser=self.browser)
        given = {"state": draw_identifier(self.realm.chance, "state of a test"), **parameters}
        esia_course.whom_to_answer(self.realm, given)
        levels = tuple(given.get("acr_values", "").split())
        return esia_course.begin_for(self.realm, client, given, version="v2", browser=self.browser, acr_values=levels)

    def _reply(self, awaited: AnswerAwaited) -> None:
        """What the person says to a question of the request. Raises SignInStopped where they cannot go on."""
        paused, question, citizen_id = awaited.paused, awaited.question, awaited.session.citizen_id
        if isinstance(question, ConfirmAccount):
            raise SignInStopped(ACCOUNT_NOT_CONFIRMED)
        with self.realm.database.write() as connection:
            if isinstance(question, FirstSignIn):
                # «Позже», as the page has it: a test that wants a passport there says so when it enters the person.
                directory.note_first_sign_in(self.realm, connection, citizen_id)
            elif isinstance(question, AskConsent):
                claims = question.claims
                give_answer(self.realm, connection, paused, self.consent, citizen_id=citizen_id, claims=claims)
            elif question.offers(self.acting):
                pause.remember_choice(connection, paused, self.acting, citizen_id=citizen_id)
            else:
                raise SignInStopped("party_unknown")

    def _current(self, connection: Connection) -> Session | None:
        return store.find(self.realm, connection, self.cookie)

    def _go_through(self, attempt_id: str) -> None:
        """Answer method after method, as long as the policy asks for one, to the session."""
        try:
            while True:
                stands = self._stand(self.realm, attempt_id)
                attempt = stands.attempt
                if not stands.ways:
                    break
                method = next((way for way in stands.ways if way.name in self.scripts), stands.ways[0])
                method.begin(self.realm, attempt, stands.person)
                self._answer(method, attempt)
            self.session, self.cookie = complete(self.realm, attempt, find_session=self._current, place=NOWHERE)
        except SignInRefused as refusal:
            raise SignInStopped(refusal.reason) from None
        except AttemptGone:
            raise SignInStopped("attempt_gone") from None
        except CannotProveEnough:
            raise SignInStopped("access_denied") from None

    def _answer(self, method: Method, attempt: Attempt) -> None:
        """Have the answer of the script judged. Raises SignInRefused, AttemptGone."""
        proof, script = PROOFS[method.name], self.scripts.get(method.name, "right")
        asked = Asked(attempt, self.person, self.password)
        match script:
            case "right":
                proof.right(self.realm, asked)
            case "wrong":
                proof.wrong(self.realm, asked)
            case "wrong_then_right":
                with suppress(SignInRefused):
                    proof.wrong(self.realm, asked)
                proof.right(self.realm, asked)
            case "time_out":
                # One second after it ran out, by a clock of our own: the stand's stays where it is.
                later = self.realm.at(FixedClock(proof.last_second(self.realm, asked) + 1))
                self._stand(later, attempt.id)
                proof.right(later, asked)

    def _stand(self, realm: Realm, attempt_id: str) -> Standing:
        with realm.database.read() as connection:
            attempt = attempts.find(realm, connection, attempt_id, browser=self.browser)
        return standing(realm, attempt, METHODS, NOWHERE)


class TrustingServer(ProviderServer):
    """The token endpoint for a client that the test speaks for: everything is judged but who the client is."""

    def __init__(self, realm: Realm, client: Client) -> None:
        super().__init__(realm)
        self._client = client

    def authenticate_client(self, request: WireRequest, *_: Any, **__: Any) -> ClientRecord:
        request.auth_method = self._client.authentication
        return ClientRecord(self._client)


def redeem(realm: Realm, client: Client, answer: Answer, *, code_verifier: str | None) -> tuple[int, dict[str, Any]]:
    """Status and body of the token endpoint's answer to the code of this answer. Raises RequestRefused for a system of ESIA."""
    if client.dialect == "esia":
        return 200, _redeem_at_esia(realm, client, answer, code_verifier=code_verifier)
    form = {"grant_type": "authorization_code", "code": answer.parameters["code"], "redirect_uri": answer.redirect_uri}
    form |= {"code_verifier": code_verifier} if code_verifier is not None else {}
    request = Request(
        method="POST",
        path=TOKEN_PATH,
        query="",
        headers={"content-type": "application/x-www-form-urlencoded"},
        body=urlencode(form).encode("ascii"),
        remote_address="",
    )
    response = equip(TrustingServer(realm, client)).create_token_response(request)
    body: dict[str, Any] = orjson.loads(response.body)
    return response.status, body


def _redeem_at_esia(realm: Realm, client: Client, answer: Answer, *, code_verifier: str | None) -> dict[str, Any]:
    given = {"code": answer.parameters["code"], "redirect_uri": answer.redirect_uri}
    given |= {"code_verifier": code_verifier} if code_verifier is not None else {}
    with realm.database.write() as connection:
        taken = authorization_code.take(realm, connection, client, given)
    return answer_with_tokens(realm, taken, state=answer.parameters["state"])
