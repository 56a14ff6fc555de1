"""Builders for tests of the provider."""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit

import requests
from flask import Flask
from joserfc import jwt
from joserfc.jwk import KeySet
from joserfc.jwt import Token

from ground.chance import SystemChance
from ground.clock import FileClock, FixedClock
from ground.preparation import bring_up_to_date
from ground.sealing import make_secrets
from ground.wire import Wsgi
from idp.app import make_app, make_pages
from idp.citizens import directory, roles
from idp.clients import registry
from idp.control.app import make_control
from idp.database import JOURNAL, MIGRATIONS
from idp.keyring.rotation import make_missing_keys
from idp.protocol.client import Client
from idp.protocol.scopes import REGISTRABLE
from idp.realm import Realm, open_realm
from idp.requests import recorder
from idp.sandboxes.mount import Mount
from idp.sandboxes.opened import opened_by
from idp.seed import ACTOR as ACTOR_OF_SEED
from idp.seed import load_seed, read_people
from idp.settings import BankId, PasswordHashing, RequestJournal, Settings
from tests.browser import Browser
from tests.compiled_templates import share_templates
from tests.wsgi_transport import WsgiTransport

ISSUER = "http://localhost:8400"
BANK = "http://localhost:8402"
CONTROL = "http://127.0.0.1:8401"
CONTROL_TOKEN = "the token of the control plane, 32 and more"
CLIENT = "http://localhost:9999"
CALLBACK = f"{CLIENT}/callback"
SECRET = "a secret only this client knows"
VERIFIER = "v" * 43
PEOPLE = read_people(Path(__file__).parents[2] / "config" / "seed")
SEEDED = len(PEOPLE)
"""How many people a stand begins with."""
CITIZENS = SEEDED + sum(len(entry.get("children", ())) for entry in PEOPLE)
"""The same with the children on their lists, who have no way in."""


def make_keys(home: Path) -> None:
    """What scripts/keys makes, for the provider and for the registry's client secret."""
    make_own_keys(home, "idp")
    (home / "keys" / "rp").mkdir(parents=True)
    (home / "keys" / "rp" / "client-secret").write_text("registry secret")
    (home / "var").mkdir()
    (home / "var" / "control-token").write_text(CONTROL_TOKEN)


def make_own_keys(home: Path, instance: str) -> None:
    """The secrets and signing keys of one instance of the provider's program."""
    make_secrets(home / "keys" / instance / "secrets.json", SystemChance())
    make_missing_keys(home / "keys" / instance / "signing", now=Stand.START - 1)


def challenge(verifier: str = VERIFIER) -> str:
    """The S256 challenge of a verifier."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


@dataclass(frozen=True)
class Tokens:
    """A token answer with its status."""

    status: int
    body: dict[str, object]


PAGES: dict[tuple[object, ...], Flask] = {}


def shared_pages(realm: Realm) -> Flask:
    """The pages, made once for all stands alike of a run: a hundred addresses are compiled for 40 ms, and each request brings its
    realm along. Templates compile for a tenth of a second each, once for all tests too."""
    settings = realm.settings
    kind = (settings.instance, settings.environment, settings.issuer)
    if kind not in PAGES:
        PAGES[kind] = share_templates(make_pages(realm))
    return PAGES[kind]


class Stand:
    """A provider as a WSGI application, with one client that signs people in."""

    START = 1_795_340_000

    def __init__(
        self, home: Path, clock: FixedClock | FileClock, *, transport: WsgiTransport | None = None, **settings: object
    ) -> None:
        self.clock = clock
        cheap = PasswordHashing(memory_kib=8, iterations=1)
        values: dict[str, object] = {
            "environment": "test",
            "issuer": ISSUER,
            "home": home,
            "registration_is_open": True,
            "codes_per_hour": 0,
            "password_hashing": cheap,
            "bank": BankId(issuer=BANK),
            # On, as on every test stand, it writes a durable transaction behind each answer: a third of what a test takes.
            "request_journal": RequestJournal(enabled=False),
        }
        self.settings = Settings(**(values | settings))  # type: ignore[arg-type]
        self.transport = transport or WsgiTransport({CLIENT: _say_nothing})
        """Everybody there is: the provider, the client's pages, and the servers that a test adds to `hosts`."""
        self.realm = open_realm(self.settings, clock=clock, transport=self.transport)
        self.pages = shared_pages(self.realm)
        self.beside: list[Stand] = []
        """Other instances that are closed with this one."""
        self.opened = opened_by(self.realm)
        self.transport.hosts[self.issuer] = make_app(self.realm, self.pages, mount=self._mount)

    def prepare(self) -> None:
        """Migrate and seed, as `propusk prepare` does."""
        (self.settings.home / "var").mkdir(exist_ok=True)
        bring_up_to_date(
            self.realm.database,
            MIGRATIONS,
            sqlite_file=self.settings.sqlite_file,
            backups=self.settings.var_folder,
            clock=self.clock,
        )
        load_seed(self.realm)
        # Every test has a browser of its own, which would be unusual of everybody; tests of risk say otherwise.
        self.execute("UPDATE citizens SET risk_is_judged = false")
        self.add_client()

    def add_client(self, client_id: str = "client", **terms: object) -> Client:
        """Register a client that may have every scope."""
        client = Client(
            client_id=client_id,
            name="Учебная поликлиника",
            redirect_uris=(CALLBACK,),
            authentication="client_secret_basic",
            secret_hash=registry.hash_secret(SECRET),
            scopes=frozenset(REGISTRABLE),
            post_logout_redirect_uris=("http://localhost:9999/signed-out",),
        )
        client = replace(client, **terms)  # type: ignore[arg-type]
        if client.is_public:
            client = replace(client, secret_hash=None)
        with self.realm.database.write() as connection:
            registry.register(self.realm, connection, client, actor="operator:test")
        return client

    @property
    def issuer(self) -> str:
        return self.settings.issuer

    def control(self) -> Browser:
        """Somebody at the control plane who has not shown its token."""
        names = (CONTROL, CONTROL.replace("127.0.0.1", "localhost"), "http://evil.test:8401")
        return Browser(WsgiTransport(dict.fromkeys(names, self.control_application())))

    def control_application(self) -> Flask:
        """The control plane itself."""
        control = make_control(self.realm)
        share_templates(control)
        return control

    def citizen(self, login: str) -> str:
        """The subject of whoever has this login."""
        with self.realm.database.read() as connection:
            person = directory.find_by_login(self.realm, connection, login)
        assert person is not None, login
        return person.id

    def give_role(self, login: str, role: str) -> None:
        """From now on this person has a role, and nobody of the staff gave it."""
        with self.realm.database.write() as connection:
            roles.give(self.realm, connection, self.citizen(login), role, actor="operator:test")

    def rows(self, statement: str) -> list[tuple[object, ...]]:
        """What the database holds, seen past the code."""
        with self.realm.database.read() as connection:
            return [tuple(row) for row in connection.exec_driver_sql(statement)]

    def execute(self, statement: str, *parameters: object) -> None:
        """Somebody changes the database past the code."""
        with self.realm.database.write() as connection:
            connection.exec_driver_sql(statement, parameters)

    def browser(self) -> Browser:
        return Browser(self.transport)

    def http(self) -> requests.Session:
        """A client's back channel."""
        return Browser(self.transport).session

    def _mount(self, main: Wsgi, pages: Flask) -> Wsgi:
        return Mount(main, pages, self.opened) if self.settings.has_control else main

    def close(self) -> None:
        for other in self.beside:
            other.close()
        self.opened.close_all()
        recorder.close(self.realm)
        self.realm.database.close()

    def authorize_url(self, **parameters: str | None) -> str:
        """The address of a plain good authorization request, with some parameters changed or, by None, left out."""
        values: dict[str, str | None] = {
            "response_type": "code",
            "client_id": "client",
            "redirect_uri": CALLBACK,
            "scope": "openid profile",
            "state": "the state",
            "nonce": "the nonce",
        }
        values |= parameters
        return f"{self.issuer}/oauth2/authorize?" + urlencode(
            {name: value for name, value in values.items() if value is not None}
        )

    def sign_in(self, browser: Browser, *, login: str = "vera@example.test", password: str = "romashka-17") -> Browser:
        """Fill the sign-in page in."""
        return browser.submit("sign-in", "submit", login=login, password=password)

    def sms(self) -> list[str]:
        """The texts of the outbox, oldest first."""
        with self.realm.database.read() as connection:
            return [message.text for message in self.realm.outbox.messages(connection)]

    def last_code(self) -> str:
        """The six digits of the newest SMS."""
        text = self.sms()[-1]
        return next(word.strip(".") for word in text.split() if word.strip(".").isdecimal() and len(word.strip(".")) == 6)

    def code_from(self, browser: Browser) -> str:
        """The authorization code of the answer that the browser arrived with."""
        answer = answer_of(browser)
        assert "code" in answer, answer
        return answer["code"]

    def obtain_code(self, browser: Browser | None = None, **parameters: str | None) -> str:
        """A code for Vera, through pages only."""
        browser = (browser or self.browser()).open(self.authorize_url(**parameters))
        if "sign-in" in browser.forms():
            self.sign_in(browser)
        if "code-form" in browser.forms():
            browser.submit("code-form", "submit", code=self.last_code())
        if "consent" in browser.forms():
            browser.submit("consent", "allow")
        return self.code_from(browser)

    def redeem(self, code: str, *, auth: tuple[str, str] | None = ("client", SECRET), **parameters: str) -> Tokens:
        """Send a code to the token endpoint."""
        data = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK} | parameters
        answer = self.http().post(f"{self.issuer}/oauth2/token", data=data, auth=auth)
        return Tokens(answer.status_code, answer.json())

    def tokens(self, browser: Browser | None = None, **parameters: str | None) -> dict[str, str]:
        """The token answer to a plain good sign-in of Vera."""
        answer = self.redeem(self.obtain_code(browser, **parameters))
        assert answer.status == 200, answer.body
        return {name: str(value) for name, value in answer.body.items()}

    def userinfo(self, access_token: str) -> requests.Response:
        return self.http().get(f"{self.issuer}/oauth2/userinfo", headers={"Authorization": f"Bearer {access_token}"})

    def introspect(self, token: str, *, auth: tuple[str, str] | None = ("client", SECRET)) -> requests.Response:
        return self.http().post(f"{self.issuer}/oauth2/introspect", data={"token": token}, auth=auth)

    def verified(self, token: str) -> Token:
        """A token as joserfc sees it with the published keys; raises for a wrong signature."""
        keys = KeySet.import_key_set(self.http().get(f"{self.issuer}/oauth2/jwks").json())
        return jwt.decode(token, keys, algorithms=["RS256", "ES256"])

    def actions(self) -> list[str]:
        """The journal in short: what was done, and with which outcome when it was not done. What the seed did is left out."""
        since = [event for event in self.events() if event["actor"] != ACTOR_OF_SEED]
        return [str(event["action"]) + ("" if event["outcome"] == "done" else f" {event['outcome']}") for event in since]

    def events(self) -> list[Mapping[str, object]]:
        """The journal, oldest first."""
        with self.realm.database.read() as connection:
            return [dict(row) for row in connection.execute(JOURNAL.select().order_by(JOURNAL.c.seq)).mappings()]


def answer_of(browser: Browser) -> dict[str, str]:
    """The parameters that the client was sent back with."""
    assert browser.url.startswith(CALLBACK), browser.url
    return dict(parse_qsl(urlsplit(browser.url).query))


def _say_nothing(_environment: object, start_response: object) -> list[bytes]:
    """The client's own pages are of no interest here."""
    start_response("200 OK", [("Content-Type", "text/plain")])  # type: ignore[operator]
    return [b"back at the client"]
