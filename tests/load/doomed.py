"""What is ended over HTTP while its provider is killed: how each comes to be, how it is ended, and what would be wrong with it
after the kill."""

import contextlib
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

import requests
from requests.adapters import HTTPAdapter
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from ground.chance import SystemChance, draw_identifier, draw_token
from idp.authentication import attempt as attempts
from idp.authentication.attempt import Purpose
from idp.authentication.methods.one_time_code.codes import CODES as ONE_TIME_CODES
from idp.authentication.methods.password.store import FIND_HASH, checker, set_password
from idp.citizens import directory
from idp.citizens.models import PersonalData
from idp.clients import registry
from idp.consent import ledger
from idp.protocol.assurance import Factor
from idp.protocol.client import Client
from idp.realm import Realm
from idp.recovery import store as recoveries
from idp.sessions import store
from idp.tokens import families, refresh
from tests.browser import Browser
from tests.idp.stand import CALLBACK
from tests.load import raced_things
from tests.load.raced_things import ASSERTION_TYPE, CLIENT, PASSWORD, SECRET, WRONG

ACTOR = "operator:test"
NEW_PASSWORD = "another good password"
PLAIN_TIMEOUT = 15
CHANCE = SystemChance()


@dataclass
class World:
    """One client of the servers: the database where it makes things, and the ports that it asks in turn."""

    realm: Realm
    ports: Sequence[int]
    number: int
    asked: int = 0
    http: requests.Session = field(default_factory=requests.Session)

    def __post_init__(self) -> None:
        self.http.trust_env = False

    @property
    def issuer(self) -> str:
        """One of the two servers, in turn."""
        self.asked += 1
        return f"http://localhost:{self.ports[(self.number + self.asked) % len(self.ports)]}"

    def token(self, **data: str) -> requests.Response:
        return self.http.post(f"{self.issuer}/oauth2/token", data=data, auth=(CLIENT, SECRET), timeout=PLAIN_TIMEOUT)

    def get(self, path: str, **cookies: str) -> requests.Response:
        return self.http.get(f"{self.issuer}{path}", cookies=cookies, allow_redirects=False, timeout=PLAIN_TIMEOUT)

    def browser(self, **cookies: str) -> Browser:
        browser = Browser(HTTPAdapter())  # type: ignore[arg-type]
        for name, value in cookies.items():
            browser.session.cookies.set(name, value, domain="localhost.local")
        return browser

    def close(self) -> None:
        self.http.close()
        with contextlib.suppress(DBAPIError):  # the database may be gone
            self.realm.database.release()


@dataclass(frozen=True)
class Deed:
    """One thing to be ended. `do` returns when its end was acknowledged and raises RequestException when it was not; `fault` says
    what is wrong with an acknowledged one, or nothing."""

    name: str
    make: Callable[[World], Any]
    do: Callable[[World, Any], None]
    fault: Callable[[World, Any], str]


def _expect(answer: requests.Response, *statuses: int) -> requests.Response:
    """An answer that nobody expected is a fault of the campaign or of the product, never an acknowledgement."""
    if answer.status_code not in statuses:
        raise AssertionError(f"{answer.status_code} for {answer.url}: {answer.text[:300]}")
    return answer


def make_code(world: World) -> dict[str, str]:
    return {"code": raced_things.make_codes(world.realm, range(1))[0], "token": ""}


def redeem(world: World, thing: dict[str, str]) -> None:
    answer = _expect(world.token(grant_type="authorization_code", code=thing["code"], redirect_uri=CALLBACK), 200)
    thing["token"] = answer.json()["access_token"]


def code_fault(world: World, thing: dict[str, str]) -> str:
    headers = {"Authorization": f"Bearer {thing['token']}"}
    if world.http.get(f"{world.issuer}/oauth2/userinfo", headers=headers, timeout=PLAIN_TIMEOUT).status_code != 200:
        return "the token that it gave is lost"
    again = world.token(grant_type="authorization_code", code=thing["code"], redirect_uri=CALLBACK)
    return "redeemed twice" if again.status_code != 400 else ""


def make_refresh_token(world: World) -> str:
    return raced_things.make_refresh_tokens(world.realm, range(1))[0]


def rotate(world: World, token: str) -> None:
    _expect(world.token(grant_type="refresh_token", refresh_token=token), 200)


def revoke(world: World, token: str) -> None:
    data = {"token": token}
    _expect(world.http.post(f"{world.issuer}/oauth2/revoke", data=data, auth=(CLIENT, SECRET), timeout=PLAIN_TIMEOUT), 200)


def refresh_fault(world: World, token: str) -> str:
    return "" if world.token(grant_type="refresh_token", refresh_token=token).status_code == 400 else "it refreshes"


def make_pushed(world: World) -> str:
    return raced_things.make_pushed_requests(world.realm, range(1))[0]


def bring(world: World, request_uri: str) -> None:
    _expect(_brought(world, request_uri), 302, 303)


def pushed_fault(world: World, request_uri: str) -> str:
    return "" if _brought(world, request_uri).status_code == 400 else "it is taken a second time"


def _brought(world: World, request_uri: str) -> requests.Response:
    return world.get("/oauth2/authorize?" + urlencode({"client_id": CLIENT, "request_uri": request_uri}))


def make_assertion(world: World) -> str:
    return raced_things.make_assertions(world.realm, [draw_token(CHANCE, "jti")])[0]


def present(world: World, assertion: str) -> None:
    _expect(_presented(world, assertion), 400)


def assertion_fault(world: World, assertion: str) -> str:
    return "" if _presented(world, assertion).status_code == 401 else "it is believed a second time"


def _presented(world: World, assertion: str) -> requests.Response:
    data = {
        "grant_type": "authorization_code",
        "code": "no such code",
        "redirect_uri": CALLBACK,
        "client_assertion_type": ASSERTION_TYPE,
        "client_assertion": assertion,
    }
    return world.http.post(f"{world.issuer}/oauth2/token", data=data, timeout=PLAIN_TIMEOUT)


def _person(world: World) -> tuple[str, str]:
    """A citizen of this deed's own, and how they sign in."""
    login = f"{draw_identifier(CHANCE, 'doomed')}@doomed.test"
    with world.realm.database.write() as connection:
        data = PersonalData("Обречённый", "Один", email=login)
        citizen_id = directory.enter(world.realm, connection, data, email_is_verified=True, risk_is_judged=False, actor=ACTOR)
        set_password(world.realm, connection, citizen_id, PASSWORD)
    return citizen_id, login


def _session(world: World, citizen_id: str) -> str:
    """The cookie of a session in which everything was proved just now."""
    now = world.realm.clock.now()
    factors = [
        Factor("password", "knowledge", ("pwd",), now),
        Factor("email", "possession", ("otp",), now),
    ]
    with world.realm.database.write() as connection:
        return store.open_session(world.realm, connection, citizen_id, factors, replaces=None)[1]


def make_session(world: World) -> str:
    return _session(world, _person(world)[0])


def sign_out(world: World, cookie: str) -> None:
    browser = world.browser(idp_session=cookie).open(f"{world.issuer}/oauth2/logout", timeout=PLAIN_TIMEOUT)
    browser.submit("logout", "submit")
    _expect(browser.answer, 200)


def session_fault(world: World, cookie: str) -> str:
    return "" if world.get("/account", idp_session=cookie).status_code == 303 else "it is let in"


def make_account(world: World) -> str:
    return _person(world)[1]


def lock(world: World, login: str) -> None:
    browser = world.browser().open(f"{world.issuer}/account", timeout=PLAIN_TIMEOUT)
    for _ in range(5):
        browser.submit("sign-in", "submit", login=login, password=WRONG)
    _expect(browser.answer, 403)


def lock_fault(world: World, login: str) -> str:
    browser = world.browser().open(f"{world.issuer}/account", timeout=PLAIN_TIMEOUT)
    browser.submit("sign-in", "submit", login=login, password=PASSWORD)
    return "" if browser.status == 403 else "the right password lets in"


def make_password(world: World) -> tuple[str, str]:
    citizen_id = _person(world)[0]
    return citizen_id, _session(world, citizen_id)


def change_password(world: World, thing: tuple[str, str]) -> None:
    browser = world.browser(idp_session=thing[1])
    browser.open(f"{world.issuer}/account/security/password/add", timeout=PLAIN_TIMEOUT)
    values = {"old-password": PASSWORD, "new-password": NEW_PASSWORD, "new-password-again": NEW_PASSWORD}
    browser.submit("add-form", **values)
    _expect(browser.answer, 200)


def password_fault(world: World, thing: tuple[str, str]) -> str:
    with world.realm.database.read() as connection:
        stored = connection.execute(FIND_HASH, {"citizen_id": thing[0]}).scalar()
    return "the old one is right" if checker(world.realm).is_right(stored, PASSWORD) else ""


def make_client(world: World) -> dict[str, str]:
    """Entered past the endpoint, which lets an address register a hundred an hour."""
    token = draw_token(CHANCE, "registration token")
    client = Client(
        client_id="",
        name="Обречённый",
        redirect_uris=(CALLBACK,),
        authentication="client_secret_basic",
        scopes=frozenset({"openid"}),
    )
    with world.realm.database.write() as connection:
        known, _ = registry.register(world.realm, connection, client, actor=ACTOR, registration_token=token)
    return {"client_id": known.client_id, "registration_access_token": token}


def remove_client(world: World, client: dict[str, str]) -> None:
    headers = {"Authorization": f"Bearer {client['registration_access_token']}"}
    address = f"{world.issuer}/oauth2/register/{client['client_id']}"
    _expect(world.http.delete(address, headers=headers, timeout=PLAIN_TIMEOUT), 204)


def client_fault(world: World, client: dict[str, str]) -> str:
    query = {"response_type": "code", "client_id": client["client_id"], "redirect_uri": CALLBACK, "scope": "openid"}
    return "" if world.get(f"/oauth2/authorize?{urlencode(query)}").status_code == 400 else "it may ask"


def make_one_time_code(world: World) -> tuple[str, str, str]:
    """A sign-in of a browser that the world knows the cookie of, and the code that was sent."""
    citizen_id, login = _person(world)
    cookie = draw_token(CHANCE, "browser")
    realm = world.realm
    with realm.database.write() as connection:
        attempt_id = attempts.begin(
            realm,
            connection,
            browser=hashlib.sha256(cookie.encode()).hexdigest(),
            asked_level="substantial",
            demanded_level="substantial",
            purpose=Purpose(client_name="", client_host="", destination=realm.issuer),
            return_path="/account",
            citizen_id=citizen_id,
            factors=[Factor("password", "knowledge", ("pwd",), realm.clock.now())],
        )
        code = raced_things.send_code(realm, connection, attempt_id, citizen_id, login)
    return attempt_id, cookie, code


def give_code(world: World, thing: tuple[str, str, str]) -> None:
    browser = world.browser(idp_browser=thing[1]).open(f"{world.issuer}/sign-in/{thing[0]}/email", timeout=PLAIN_TIMEOUT)
    browser.submit("code-form", "submit", code=thing[2])
    _expect(browser.answer, 200)


def one_time_code_fault(world: World, thing: tuple[str, str, str]) -> str:
    query = select(ONE_TIME_CODES.c.ended_because).where(ONE_TIME_CODES.c.holder == f"attempt:{thing[0]}")
    with world.realm.database.read() as connection:
        ended = connection.execute(query).scalars().all()
    return "" if "used" in ended else "it could be typed again"


def make_link(world: World) -> tuple[str, str]:
    """The token of a letter's link, and the cookie of the browser that asked for it."""
    citizen_id, login = _person(world)
    token, cookie = draw_token(CHANCE, "link"), draw_token(CHANCE, "browser")
    with world.realm.database.write() as connection:
        recoveries.begin(
            world.realm,
            connection,
            way="email",
            browser=hashlib.sha256(cookie.encode()).hexdigest(),
            citizen_id=citizen_id,
            login=login,
            sent_to=login,
            link_token=token,
        )
    return token, cookie


def reset(world: World, thing: tuple[str, str]) -> None:
    browser = world.browser(idp_browser=thing[1]).open(f"{world.issuer}/recovery/link/{thing[0]}", timeout=PLAIN_TIMEOUT)
    browser.submit("password-form", **{"new-password": NEW_PASSWORD, "new-password-again": NEW_PASSWORD})
    _expect(browser.answer, 200)


def link_fault(world: World, thing: tuple[str, str]) -> str:
    browser = world.browser(idp_browser=thing[1]).open(f"{world.issuer}/recovery/link/{thing[0]}", timeout=PLAIN_TIMEOUT)
    return "it sets another password" if "password-form" in browser.forms() else ""


def make_consent(world: World) -> tuple[str, str]:
    """Somebody's session, and a refresh token of a client that they allowed that."""
    citizen_id, _ = _person(world)
    now = world.realm.clock.now()
    with world.realm.database.write() as connection:
        ledger.give(world.realm, connection, citizen_id, CLIENT, {"openid", "offline_access"})
        grant = replace(raced_things.grant_of(citizen_id, 0), scopes=frozenset({"openid", "offline_access"}))
        family_id = families.begin(world.realm, connection, grant)
        token = refresh.issue(world.realm, connection, family_id=family_id, family_begun_at=now)
    return _session(world, citizen_id), token


def withdraw(world: World, thing: tuple[str, str]) -> None:
    browser = world.browser(idp_session=thing[0]).open(f"{world.issuer}/account/consents", timeout=PLAIN_TIMEOUT)
    browser.submit(f"withdraw-{CLIENT}")
    _expect(browser.answer, 200)


def consent_fault(world: World, thing: tuple[str, str]) -> str:
    return refresh_fault(world, thing[1])


DEEDS = (
    Deed("redeemed code", make_code, redeem, code_fault),
    Deed("rotated refresh token", make_refresh_token, rotate, refresh_fault),
    Deed("revoked token", make_refresh_token, revoke, refresh_fault),
    Deed("pushed request", make_pushed, bring, pushed_fault),
    Deed("jti of an assertion", make_assertion, present, assertion_fault),
    Deed("ended session", make_session, sign_out, session_fault),
    Deed("locked account", make_account, lock, lock_fault),
    Deed("changed password", make_password, change_password, password_fault),
    Deed("removed client", make_client, remove_client, client_fault),
    Deed("reset link", make_link, reset, link_fault),
    Deed("withdrawn consent", make_consent, withdraw, consent_fault),
    Deed("one-time code", make_one_time_code, give_code, one_time_code_fault),
)
