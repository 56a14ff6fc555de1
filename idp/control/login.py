"""Signing a test person in without a browser: to the cookies of a session, to an authorization code, or to tokens."""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from msgspec import UNSET, Struct, UnsetType

from ground.chance import draw_token
from ground.web.cookies import Cookie
from idp.authentication.method import Method
from idp.authentication.methods import METHODS
from idp.citizens.acting import THEMSELVES, Choice
from idp.citizens.models import Person
from idp.control.headless import Script, SignInStopped, Visitor, redeem
from idp.control.operation import Answer, Call, Operation, Problem
from idp.control.whom import find_client, find_person
from idp.errors import RequestRefused
from idp.interaction.answer import Given
from idp.interaction.course import Answer as Answered
from idp.pages import site_of
from idp.protocol.client import Client
from idp.realm import Realm
from idp.sessions.browser import cookies_of


class ScriptedMethod(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a person answers one method: `time_out` is judged one second after the answer ran out."""

    name: str
    script: Script = "right"


class ActingFor(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """On whose behalf somebody comes, where a client asks it: an organisation that they are a member of, or a child of theirs."""

    type: Literal["organisation", "child"]
    id: str


class LoginRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who signs in, how, and into what.

    `person` is an id, phone, e-mail or СНИЛС. Methods that are asked for and not named are answered right; naming one of
    another kind than the first asks for two factors, unless `acr_values` say otherwise. A `password` is really checked,
    without one the proof counts as done. `authorization` holds the parameters of an authorization request.
    """

    person: str
    password: str | UnsetType = UNSET
    methods: list[ScriptedMethod] = []
    acr_values: str | UnsetType = UNSET
    into: Literal["session", "code", "tokens"] = "session"
    authorization: dict[str, str | int] = {}
    acting_for: ActingFor | UnsetType = UNSET
    consent: Given = "allow"


class SetCookie(Struct, frozen=True, kw_only=True):
    """A cookie as the provider would set it."""

    name: str
    value: str
    path: str
    http_only: bool
    secure: bool
    same_site: str

    @classmethod
    def of(cls, cookie: Cookie) -> "SetCookie":
        names = cls.__struct_fields__
        return cls(**{name: getattr(cookie, name) for name in names})


class LoginAnswer(Struct, frozen=True, kw_only=True):
    """What came of it. `reason` is the word of the page that refused, or the error that the client was sent.

    `redirect_to` is where the browser would go; an answer by form_post goes there as the fields of `form`.
    """

    outcome: Literal["done", "refused"]
    person_id: str
    reason: str | UnsetType = UNSET
    sid: str | UnsetType = UNSET
    acr: str | UnsetType = UNSET
    amr: list[str] | UnsetType = UNSET
    cookies: list[SetCookie] = []
    redirect_to: str | UnsetType = UNSET
    form: dict[str, str] | UnsetType = UNSET
    code: str | UnsetType = UNSET
    state: str | UnsetType = UNSET
    tokens: dict[str, Any] | UnsetType = UNSET


def login(realm: Realm, call: Call) -> Answer:
    """Sign somebody in; a refusal that a person would see is an answer too. Raises RequestRefused where a page would refuse."""
    asked: LoginRequest = call.body
    person = find_person(realm, asked.person)
    visitor = Visitor(
        realm.acting_for_test(),
        person,
        scripts=_scripts(realm, asked.methods, person),
        password=None if asked.password is UNSET else asked.password,
        acting=THEMSELVES if asked.acting_for is UNSET else Choice(asked.acting_for.type, asked.acting_for.id),
        consent=asked.consent,
    )
    try:
        members = _sign_in(visitor, asked) if asked.into == "session" else _authorize(visitor, asked)
    except SignInStopped as stopped:
        members = {"outcome": "refused", "reason": stopped.reason}
    return Answer(200, LoginAnswer(person_id=person.id, **_session_members(realm, visitor), **members))


def _scripts(realm: Realm, named: Sequence[ScriptedMethod], person: Person) -> dict[str, Script]:
    methods = {method.name: method for method in METHODS}
    for each in named:
        if each.name not in methods:
            raise Problem(400, "method_unknown", "There is no such method", f"{each.name} is none of {', '.join(methods)}")
        _demand_offered(realm, methods[each.name], person)
    if len({each.name for each in named}) != len(named):
        raise Problem(400, "method_named_twice", "A method is named more than once")
    return {each.name: each.script for each in named}


def _demand_offered(realm: Realm, method: Method, person: Person) -> None:
    """Raises Problem for a method that is switched off, or that this person has not got."""
    reason = method.why_shut(realm)
    with realm.database.read() as connection:
        has = method.is_offered(realm, connection, person) or method.may_have(realm, connection, person)
        if reason is None and has:
            return
    detail = f"{method.name} is switched off here" if reason else f"{method.name} is not offered to them"
    raise Problem(400, "method_not_offered", "This person cannot use the method", detail)


def _level(asked: LoginRequest) -> str:
    """The level to ask for: the one that is named, or the one that brings every named method about."""
    if asked.acr_values is not UNSET:
        return asked.acr_values
    named = [method for method in METHODS if method.name in {each.name for each in asked.methods}]
    if any(method.level == "high" for method in named):
        return "high"
    begun = [] if any(method.identifies for method in named) else [METHODS[0]]
    return "substantial" if len({method.kind for method in [*begun, *named]}) > 1 else ""


def _sign_in(visitor: Visitor, asked: LoginRequest) -> dict[str, Any]:
    if asked.authorization:
        raise Problem(
            400, "authorization_unused", "No client is asked for", 'authorization is read with into "code" or "tokens" only'
        )
    visitor.sign_in(_level(asked))
    return {"outcome": "done"}


def _authorize(visitor: Visitor, asked: LoginRequest) -> dict[str, Any]:
    """Bring the request to its answer, and for tokens redeem the code of it."""
    given = {name: str(value) for name, value in asked.authorization.items()}
    code_verifier = given.pop("code_verifier", None)
    client = find_client(visitor.realm, given.get("client_id", ""))
    parameters = _defaults(client, _level(asked)) | given
    if asked.into == "tokens" and client is not None and client.must_use_pkce and "code_challenge" not in given:
        code_verifier = draw_token(visitor.realm.chance, "code verifier of a test")
        parameters |= {"code_challenge": _challenge(code_verifier), "code_challenge_method": "S256"}
    answered = visitor.authorize(parameters)
    if "code" not in answered.parameters:
        return {"outcome": "refused", "reason": answered.parameters.get("error", ""), **_where(answered)}
    if asked.into == "code":
        return {"outcome": "done", "code": answered.parameters["code"], **_where(answered)}
    assert client is not None, "a code was given to somebody"
    status, body = redeem(visitor.realm, client, answered, code_verifier=code_verifier)
    if status != 200:
        error, description = str(body.get("error")), str(body.get("error_description", ""))
        raise RequestRefused(error, description, clause="RFC 6749, 5.2")
    return {"outcome": "done", "tokens": body}


def _defaults(client: Client | None, level: str) -> dict[str, str]:
    """What need not be said of a request: the client's only redirect URI, the flow, the scope."""
    only = {"redirect_uri": client.redirect_uris[0]} if client is not None and len(client.redirect_uris) == 1 else {}
    return {"response_type": "code", "scope": "openid", **only, **({"acr_values": level} if level else {})}


def _where(answered: Answered) -> dict[str, Any]:
    state = {"state": answered.parameters["state"]} if "state" in answered.parameters else {}
    if answered.mode == "form_post":
        return {"redirect_to": answered.redirect_uri, "form": dict(answered.parameters), **state}
    return {"redirect_to": answered.address, **state}


def _session_members(realm: Realm, visitor: Visitor) -> Mapping[str, Any]:
    session, cookie = visitor.session, visitor.cookie
    if session is None or cookie is None:
        return {}
    cookies = [SetCookie.of(each) for each in cookies_of(realm, site_of(realm), session, cookie)]
    return {"sid": session.sid, "acr": session.level, "amr": list(session.references), "cookies": cookies}


def _challenge(code_verifier: str) -> str:
    digest = hashlib.sha256(code_verifier.encode("ascii")).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")


OPERATIONS = (
    Operation(
        name="login",
        method="POST",
        path="/login",
        summary="Sign a person in without a browser: to a session, a code or tokens",
        handle=login,
        body=LoginRequest,
        answers={200: LoginAnswer},
        problems=(400, 404),
    ),
)
