"""What is raced for: how each kind of thing is made, and how one worker takes it."""

import base64
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import Connection, select, update

from ground.chance import SystemChance, draw_token
from ground.wire import Request
from idp.app import make_app
from idp.authentication import attempt as attempts
from idp.authentication import challenge
from idp.authentication.attempt import Attempt, Purpose
from idp.authentication.challenge import ChallengeGone
from idp.authentication.lockout import AccountLocked
from idp.authentication.method import Refusal
from idp.authentication.methods import METHODS
from idp.authentication.methods.one_time_code import codes as one_time_codes
from idp.authentication.methods.one_time_code.channels import EMAIL
from idp.authentication.methods.one_time_code.codes import Recipient
from idp.authentication.methods.password.hashing import PasswordChecker
from idp.authentication.methods.password.store import set_password
from idp.citizens import directory
from idp.citizens.models import Person, PersonalData
from idp.clients import registry
from idp.interaction import pushed
from idp.oauth.endpoints import token
from idp.protocol.authorization_request import AuthorizationRequest
from idp.protocol.client import Client
from idp.protocol.scopes import REGISTRABLE
from idp.realm import Realm
from idp.recovery import by_letter
from idp.recovery import store as recoveries
from idp.recovery.store import RecoveryGone
from idp.tokens import codes, families, refresh
from idp.tokens.families import Grant
from tests.browser import Browser
from tests.idp.signing import make_key, public_set, signed
from tests.idp.stand import CALLBACK
from tests.wsgi_transport import WsgiTransport

Deed = Callable[[], int]
SECRET = "a secret of a client that races with itself"
CLIENT, SIGNER = "racer", "signer"
PASSWORD, WRONG = "a good password", "a wrong password"
NEW_PASSWORD = "another good password"
MOST_COMPARISONS = 5
TRIES = 3
"""How many wrong passwords each worker gives: twelve at once, of which five may be looked at."""
ACTOR = "operator:test"
BROWSER = "a browser"
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
METHOD = {method.name: method for method in METHODS}


@dataclass(frozen=True)
class Kind:
    """One kind: `make` gives things that a pipe can carry, `ready` all of a worker's deed but the deed, which says how often it
    won. Each thing has at least `least` and at most `most` wins."""

    name: str
    make: Callable[[Realm, range], Sequence[Any]]
    ready: Callable[[Realm, Any], Deed]
    least: int = 1
    most: int = 1


def _racer(realm: Realm) -> str:
    """The client that races, registered when it is first asked for; and a citizen for its grants."""
    with realm.database.write() as connection:
        if registry.find(connection, CLIENT) is None:
            client = Client(
                client_id=CLIENT,
                name="Racer",
                redirect_uris=(CALLBACK,),
                authentication="client_secret_basic",
                secret_hash=registry.hash_secret(SECRET),
                scopes=frozenset(REGISTRABLE),
                grant_types=("authorization_code", "refresh_token"),
            )
            registry.register(realm, connection, client, actor=ACTOR)
        known = directory.find_by_login(realm, connection, "vera@example.test")
    assert known is not None, "the seed is there"
    return known.id


def grant_of(citizen_id: str, number: int) -> Grant:
    return Grant(CLIENT, citizen_id, f"session {number}", frozenset({"openid", "offline_access"}), "low", ("pwd",), 0)


def _asked() -> AuthorizationRequest:
    return AuthorizationRequest(client_id=CLIENT, redirect_uri=CALLBACK, scope=frozenset({"openid"}), nonce="n")


def _token(realm: Realm, fields: dict[str, str], *, is_known: bool = True) -> Callable[[], int]:
    """A request to the token endpoint; the deed gives the status."""
    credentials = base64.b64encode(f"{CLIENT}:{SECRET.replace(' ', '+')}".encode()).decode()
    headers = {"content-type": "application/x-www-form-urlencoded"}
    if is_known:
        headers["authorization"] = f"Basic {credentials}"
    body = urlencode(fields).encode()

    def send() -> int:
        return token(realm, Request("POST", "/oauth2/token", "", headers, body, "127.0.0.1")).status

    return send


def make_codes(realm: Realm, numbers: range) -> Sequence[str]:
    citizen_id = _racer(realm)
    with realm.database.write() as connection:
        return [codes.issue(realm, connection, _asked(), grant_of(citizen_id, number)) for number in numbers]


def redeem(realm: Realm, code: str) -> Deed:
    send = _token(realm, {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK})
    return lambda: send() == 200


def make_refresh_tokens(realm: Realm, numbers: range) -> Sequence[str]:
    citizen_id = _racer(realm)
    now = realm.clock.now()
    with realm.database.write() as connection:
        begun = [families.begin(realm, connection, grant_of(citizen_id, number)) for number in numbers]
        return [refresh.issue(realm, connection, family_id=family, family_begun_at=now) for family in begun]


def rotate(realm: Realm, refresh_token: str) -> Deed:
    send = _token(realm, {"grant_type": "refresh_token", "refresh_token": refresh_token})
    return lambda: send() == 200


def _person(realm: Realm, connection: Connection, name: str) -> str:
    data = PersonalData("Гонщик", "Один", email=f"{name}@race.test")
    return directory.enter(realm, connection, data, email_is_verified=True, risk_is_judged=False, actor=ACTOR)


def _begin(realm: Realm, connection: Connection, citizen_id: str | None) -> str:
    purpose = Purpose(client_name="", client_host="", destination="")
    return attempts.begin(
        realm, connection, browser=BROWSER, asked_level=None, purpose=purpose, return_path="/", citizen_id=citizen_id
    )


def _found(realm: Realm, attempt_id: str, citizen_id: str) -> tuple[Attempt, Person]:
    with realm.database.read() as connection:
        attempt = attempts.find(realm, connection, attempt_id, browser=BROWSER)
        person = directory.find(realm, connection, citizen_id)
    assert person is not None
    return attempt, person


def send_code(realm: Realm, connection: Connection, attempt_id: str, citizen_id: str, address: str) -> str:
    """Send a code by mail in a sign-in attempt, and tell it."""
    sent: list[str] = []

    def text(code: str) -> str:
        sent.append(code)
        return code

    one_time_codes.send(realm, connection, Recipient(f"attempt:{attempt_id}", EMAIL, address, citizen_id), text, subject=None)
    return sent[0]


def make_one_time_codes(realm: Realm, numbers: range) -> Sequence[tuple[str, str, str]]:
    things = []
    with realm.database.write() as connection:
        for number in numbers:
            name = f"code-{number}"
            citizen_id = _person(realm, connection, name)
            attempt_id = _begin(realm, connection, citizen_id)
            things.append((attempt_id, citizen_id, send_code(realm, connection, attempt_id, citizen_id, f"{name}@race.test")))
    return things


def give_code(realm: Realm, thing: tuple[str, str, str]) -> Deed:
    attempt, person = _found(realm, *thing[:2])

    def give() -> int:
        try:
            METHOD["email"].finish(realm, attempt, person, {"code": thing[2]})
        except Refusal:
            return 0
        return 1

    return give


def make_pushed_requests(realm: Realm, numbers: range) -> Sequence[str]:
    _racer(realm)
    with realm.database.write() as connection:
        return [pushed.push(realm, connection, _asked()) for _ in numbers]


def bring(realm: Realm, request_uri: str) -> Deed:
    """The authorization page itself."""
    application = realm.remember("raced application", lambda: make_app(realm))
    browser = Browser(WsgiTransport({realm.issuer: application}))
    address = f"{realm.issuer}/oauth2/authorize?" + urlencode({"client_id": CLIENT, "request_uri": request_uri})
    return lambda: browser.session.get(address, allow_redirects=False).status_code in (302, 303)


def make_challenges(realm: Realm, numbers: range) -> Sequence[tuple[str, str]]:
    things = []
    with realm.database.write() as connection:
        for number in numbers:
            citizen_id = _person(realm, connection, f"challenge-{number}")
            attempt_id = _begin(realm, connection, citizen_id)
            attempt = attempts.find(realm, connection, attempt_id, browser=BROWSER)
            challenge.ask(realm, connection, attempt, "passkey", {}, lifetime_seconds=300)
            things.append((attempt_id, citizen_id))
    return things


def use_challenge(realm: Realm, thing: tuple[str, str]) -> Deed:
    attempt, _ = _found(realm, *thing)

    def use() -> int:
        try:
            with realm.database.write() as connection:
                challenge.use(realm, connection, attempt, "passkey")
        except ChallengeGone:
            return 0
        return 1

    return use


def make_assertions(realm: Realm, numbers: Iterable[int | str]) -> Sequence[str]:
    key = realm.remember("raced key", lambda: make_key("ES256"))
    with realm.database.write() as connection:
        if registry.find(connection, SIGNER) is None:
            client = Client(
                client_id=SIGNER,
                name="Signer",
                redirect_uris=(CALLBACK,),
                authentication="private_key_jwt",
                jwks=public_set(key),
                scopes=frozenset(REGISTRABLE),
            )
            registry.register(realm, connection, client, actor=ACTOR)
    now = realm.clock.now()
    claims = {"iss": SIGNER, "sub": SIGNER, "aud": realm.issuer, "iat": now, "exp": now + 60}
    return [signed(key, claims | {"jti": f"jti-{number}"}, algorithm="ES256") for number in numbers]


def present(realm: Realm, assertion: str) -> Deed:
    """Whoever is believed is told that there is no such code; whoever is not, that they are not who they say."""
    fields = {
        "grant_type": "authorization_code",
        "code": "no such code",
        "redirect_uri": CALLBACK,
        "client_assertion_type": ASSERTION_TYPE,
        "client_assertion": assertion,
    }
    send = _token(realm, fields, is_known=False)
    return lambda: send() == 400


def make_links(realm: Realm, numbers: range) -> Sequence[str]:
    """Letters for a forgotten password, of people who have no other way to prove whose the account is; their links were opened,
    which may be done again until there is a new password."""
    things = []
    for number in numbers:
        login, token = f"link-{number}", draw_token(SystemChance(), "raced link")
        with realm.database.write() as connection:
            citizen_id = _person(realm, connection, login)
            set_password(realm, connection, citizen_id, PASSWORD)
            recoveries.begin(
                realm,
                connection,
                way="email",
                browser=BROWSER,
                citizen_id=citizen_id,
                login=login,
                sent_to=f"{login}@race.test",
                link_token=token,
            )
        things.append(by_letter.follow_link(realm, token, browser=BROWSER).id)
    return things


def reset(realm: Realm, recovery_id: str) -> Deed:
    with realm.database.read() as connection:
        recovery = recoveries.find(realm, connection, recovery_id, browser=BROWSER)

    def set_it() -> int:
        try:
            by_letter.set_new_password(realm, recovery, NEW_PASSWORD, NEW_PASSWORD, browser=BROWSER)
        except RecoveryGone:
            return 0
        return 1

    return set_it


def make_accounts(realm: Realm, numbers: range) -> Sequence[tuple[str, str]]:
    things = []
    with realm.database.write() as connection:
        for number in numbers:
            citizen_id = _person(realm, connection, f"account-{number}")
            set_password(realm, connection, citizen_id, PASSWORD)
            things.append((_begin(realm, connection, None), f"account-{number}@race.test"))
    return things


class CountingChecker:
    """The realm's password checker, which also counts: each thread its own comparisons."""

    def __init__(self, checker: PasswordChecker) -> None:
        self._checker = checker
        self._local = threading.local()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._checker, name)

    def is_right(self, stored: str | None, password: str) -> bool:
        self._local.count = self.count + 1
        return self._checker.is_right(stored, password)

    @property
    def count(self) -> int:
        return int(getattr(self._local, "count", 0))


def count_comparisons(realm: Realm) -> CountingChecker:
    """From now on the passwords of this realm are compared by a checker that counts. Before anybody asks for the realm's own."""
    return realm.remember("password checker", lambda: CountingChecker(PasswordChecker(realm.settings.password_hashing)))


def guess(realm: Realm, thing: tuple[str, str]) -> Deed:
    """Three wrong passwords one after the other; how many of them were compared."""
    attempt_id, login = thing
    checker = count_comparisons(realm)
    with realm.database.read() as connection:
        attempt = attempts.find(realm, connection, attempt_id, browser=BROWSER)

    def try_three() -> int:
        before = checker.count
        for _ in range(TRIES):
            try:
                METHOD["password"].finish(realm, attempt, None, {"login": login, "password": WRONG})
            except (Refusal, AccountLocked):
                continue
        return checker.count - before

    return try_three


def redeem_carelessly(realm: Realm, code: str) -> Deed:
    """The planted bug: read whether it was used, and if not, write that it is."""
    which = codes.CODES.c.code_hash == codes.hash_code(code)

    def redeem() -> int:
        with realm.database.read() as connection:
            if connection.execute(select(codes.CODES.c.redeemed_at).where(which)).scalar() is not None:
                return 0
        with realm.database.write() as connection:
            connection.execute(update(codes.CODES).where(which), {"redeemed_at": realm.clock.now()})
        return 1

    return redeem


KINDS = (
    Kind("authorization code", make_codes, redeem),
    Kind("refresh token", make_refresh_tokens, rotate),
    Kind("one-time code", make_one_time_codes, give_code),
    Kind("pushed request", make_pushed_requests, bring),
    Kind("challenge", make_challenges, use_challenge),
    Kind("jti of a client assertion", make_assertions, present),
    Kind("reset link", make_links, reset),
    Kind("wrong passwords", make_accounts, guess, least=MOST_COMPARISONS, most=MOST_COMPARISONS),
)
PLANTED = Kind("planted bug", make_codes, redeem_carelessly, most=1)
