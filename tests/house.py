"""Both applications in one process, joined by one network: the house that journeys walk through.

The registry asks the provider over the same network that people's browsers use, so a test can take either server away.
"""

import shutil
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import requests

from ground.clock import FileClock, FixedClock
from idp.seed import read_people
from rp.access.models import SessionRow
from rp.app import create_app
from rp.cli.keys import make_keys as make_registry_keys
from rp.cli.prepare import prepare_database
from rp.realm import Realm, open_realm
from rp.settings import Home, Settings
from tests.browser import Browser
from tests.idp.stand import ISSUER, Stand, make_keys

ROOT = Path(__file__).parents[1]
REGISTRY = "http://localhost:8500"
CABINET = f"{REGISTRY}/"
RECORDS = f"{REGISTRY}/api/v1/me/records"


@dataclass(frozen=True)
class Person:
    """A test person, by what they type."""

    key: str
    phone: str
    email: str
    snils: str
    password: str


PEOPLE = {
    entry["key"]: Person(entry["key"], entry["phone"], entry["email"], entry.get("snils", ""), entry["password"])
    for entry in read_people(ROOT / "config" / "seed")
}
VERA, PYOTR, MAYA = PEOPLE["vera"], PEOPLE["pyotr"], PEOPLE["maya"]


class House:
    """Provider and registry of one home folder, on one clock."""

    def __init__(
        self,
        home: Path,
        clock: FixedClock | FileClock,
        *,
        registry_clock: FileClock | None = None,
        provider_database: str = "",
        registry_database: str = "",
        required_acr: str = "substantial",
        terms_version: str = "",
    ) -> None:
        self.clock = clock
        self.home = home
        self.stand = Stand(home, clock, database_url=provider_database)
        self.registry: Realm = open_realm(
            Settings(environment="test", database_url=registry_database, required_acr=required_acr, terms_version=terms_version),
            Home(home),
            clock=registry_clock or clock,
            transport=self.stand.transport,
            monotonic=lambda: float(clock.now()),
        )

    def prepare(self) -> None:
        """Migrate and seed both databases, as `prepare` of both command lines does."""
        self.stand.prepare()
        prepare_database(self.registry)

    def open(self) -> "House":
        """Put both applications on the network."""
        self.stand.transport.hosts[REGISTRY] = create_app(self.registry)
        return self

    def close(self) -> None:
        self.stand.close()
        self.registry.database.close()

    def browser(self) -> Browser:
        return self.stand.browser()

    def http(self) -> requests.Session:
        """Somebody without cookies: a client's back channel."""
        return self.stand.http()

    def stop_provider(self) -> None:
        """From now on nobody listens at the issuer."""
        self.stand.transport.hosts[ISSUER] = None

    def sign_in(self, person: Person, browser: Browser | None = None, *, login: str | None = None) -> Browser:
        """Open the cabinet and do whatever the pages ask for, to the end."""
        browser = (browser or self.browser()).open(CABINET)
        return self.go_on(browser, person, login=login)

    def go_on(self, browser: Browser, person: Person, *, login: str | None = None) -> Browser:
        """Answer password, code and consent, as far as they are asked for."""
        if "sign-in" in browser.forms():
            browser.submit("sign-in", "submit", login=login or person.email, password=person.password)
        if "code-form" in browser.forms():
            browser.submit("code-form", "submit", code=self.stand.last_code())
        if "consent" in browser.forms():
            browser.submit("consent", "allow")
        if "terms" in browser.forms():
            browser.submit("terms", "submit", agree="1")
        return browser

    def sign_out(self, browser: Browser) -> Browser:
        """Press «Выйти» in the registry, and say yes if the provider asks."""
        browser.submit("sign-out-form", "sign-out")
        if "logout" in browser.forms():
            browser.submit("logout", "submit")
        return browser

    def last_session(self) -> dict[str, object]:
        """The newest session of the registry, as its row."""
        table = SessionRow.__table__
        with self.registry.database.read() as connection:
            return dict(connection.execute(table.select().order_by(table.c.created_at.desc())).mappings().first() or {})

    def session_tokens(self) -> dict[str, object]:
        """The tokens of the newest session, unsealed."""
        row = self.last_session()
        fields = self.registry.vault.open_fields(f"sessions:{row['id']}", row["sealed"])
        tokens: dict[str, object] = fields["tokens"]
        return tokens

    def ask_api(self, token: str) -> requests.Response:
        """The records of a bearer token."""
        return self.http().get(RECORDS, headers={"Authorization": f"Bearer {token}"})

    def assert_journals_are_whole(self) -> None:
        for realm in (self.stand.realm, self.registry):
            with realm.database.read() as connection:
                assert realm.journal.verify(connection) == []


def make_home(home: Path) -> Path:
    """A folder with the repository's config and fresh keys of both applications."""
    shutil.copytree(ROOT / "config", home / "config")
    make_keys(home)
    Home(home).client_file.unlink()  # as everywhere outside tests, the registry makes it
    make_registry_keys(Home(home))
    (home / "var").mkdir(exist_ok=True)
    return home


def parameters_of(address: str) -> dict[str, str]:
    """The query of an address."""
    return dict(parse_qsl(urlsplit(address).query))
