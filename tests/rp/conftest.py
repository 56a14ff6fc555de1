"""A registry of its own for each test, beside a fake provider, in one process and on a clock that stands still."""

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import insert, select
from werkzeug.test import TestResponse

from ground.chance import SeededChance
from ground.clock import FixedClock
from ground.sealing import make_secrets
from rp.app import create_app
from rp.cabinet.terms.models import AcceptedTerms
from rp.database import MIGRATIONS
from rp.realm import Realm, open_realm
from rp.records.seed import load_seed
from rp.reports.statistics_import import import_statistics
from rp.settings import Home, Settings
from tests.compiled_templates import share_templates
from tests.postgresql.cluster import Cluster, running_cluster
from tests.rp.fake_provider import CLIENT_ID, ISSUER, RESOURCE, FakeProvider, make_key
from tests.wsgi_transport import WsgiTransport

NOW = 1795367762  # 2026-11-22T17:16:02Z
ROOT = Path(__file__).parents[2]
SECRET = "the-secret-of-a-test"
TEMPLATE = "registry"
POSTGRESQL = [pytest.param("postgresql", marks=pytest.mark.postgresql)] if os.environ.get("BOTH_DATABASES") else []
"""With BOTH_DATABASES=1 every test is run on PostgreSQL too; those of what writes always are."""
STATISTICS = ROOT / "config" / "data" / "ru_regions_covid_2020.csv"
REGIONS = ROOT / "config" / "seed" / "regions.csv"


@dataclass
class Monotonic:
    """The machine's own clock, moved by hand."""

    seconds: float = 1000.0

    def __call__(self) -> float:
        return self.seconds


@dataclass
class Stand:
    """A registry with everything around it."""

    home: Home
    clock: FixedClock
    monotonic: Monotonic
    transport: WsgiTransport
    provider: FakeProvider
    realm: Realm
    opened: list[Realm] = field(default_factory=list)
    has_agreed: bool = True
    """Whoever signs in has agreed to the terms before."""
    _app: Flask | None = None

    def app(self) -> Flask:
        self._app = self._app or share_templates(create_app(self.realm))
        return self._app

    def browser(self) -> "Browser":
        return Browser(self, self.app().test_client())

    def agree(self, subject: str) -> None:
        """Somebody has agreed to the terms before."""
        which = {"issuer": ISSUER, "subject": subject, "version": self.realm.settings.terms_version}
        with self.realm.database.write() as connection:
            if connection.execute(select(AcceptedTerms).filter_by(**which)).first() is None:
                connection.execute(insert(AcceptedTerms), {**which, "accepted_at": self.clock.now()})

    def restarted(self) -> "Stand":
        """The same registry in a new process: nothing is kept but files."""
        realm = open_realm(
            self.realm.settings,
            self.home,
            clock=self.clock,
            chance=SeededChance(b"after the restart"),
            transport=self.transport,
            monotonic=self.monotonic,
        )
        self.opened.append(realm)
        return Stand(self.home, self.clock, self.monotonic, self.transport, self.provider, realm, self.opened)


@dataclass
class Browser:
    """A browser at the registry; the trip to the provider is made by hand."""

    stand: Stand
    client: FlaskClient

    def get(self, path: str, **options: Any) -> TestResponse:
        return self.client.get(path, **options)

    def leave_for(self, path: str = "/") -> str:
        """Ask for a page while nobody is signed in: the authorization URL."""
        response = self.client.get(path)
        assert response.status_code == 302, response.text
        return response.headers["Location"]

    def come_back(self, callback_url: str) -> TestResponse:
        """Open the callback the provider sends the browser to."""
        parts = urlsplit(callback_url)
        assert f"{parts.scheme}://{parts.netloc}" == "http://localhost:8500"
        if self.stand.has_agreed:
            self.stand.agree(self.stand.provider.person["sub"])
        return self.client.get(f"{parts.path}?{parts.query}")

    def sign_in(self, path: str = "/", **answer: str | None) -> TestResponse:
        return self.come_back(self.stand.provider.approve(self.leave_for(path), **answer))

    def refusal(self, response: TestResponse) -> TestResponse:
        """Follow a callback that failed to the page that says so; nobody is in. Who proved too little is sent once more."""
        assert "rp_session" not in "".join(response.headers.getlist("Set-Cookie"))
        if response.status_code == 302:
            response = self.come_back(self.stand.provider.approve(response.headers["Location"]))
        assert response.status_code == 303
        assert response.headers["Location"].startswith("/sign-in/refused?reason=")
        assert "rp_session" not in "".join(response.headers.getlist("Set-Cookie"))
        assert self.client.get("/").status_code == 302
        return self.client.get(response.headers["Location"])


@pytest.fixture(scope="session")
def provider_key() -> Any:
    """One RSA key for all tests: making one takes longer than a test."""
    return make_key("RS256", "key-1")


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated database with the seeded patients and the statistics, to be copied."""
    home = make_home(tmp_path_factory.mktemp("prepared"))
    realm = open_realm(Settings(environment="test"), home, clock=FixedClock(NOW), chance=SeededChance(b"seed"))
    fill(realm)
    realm.database.close()
    return home.root


def fill(realm: Realm) -> None:
    """Migrate, and load the seed and the statistics."""
    MIGRATIONS.upgrade(realm.database)
    with realm.database.write() as connection:
        list(load_seed(connection, realm))
        import_statistics(connection, realm, STATISTICS.read_bytes(), regions_data=REGIONS.read_bytes(), source=STATISTICS.name)


def make_home(root: Path) -> Home:
    """A home with keys, the repository's config, and an empty var/."""
    home = Home(root)
    (root / "config").symlink_to(ROOT / "config")
    home.variable.mkdir()
    make_secrets(home.secrets_file, SeededChance(b"keys"))
    make_secrets(home.encryption_keys_file, SeededChance(b"key-encryption keys"))
    home.client_file.write_text(SECRET + "\n", encoding="ascii")
    return home


@pytest.fixture(scope="session")
def registry_cluster(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A PostgreSQL with the database of a registry, seeded as `prepared` is, to be lent to tests."""
    root = tmp_path_factory.mktemp("postgresql") / "registry"
    shutil.copytree(prepared, root, symlinks=True)
    with running_cluster() as cluster:
        address = cluster.make_database(TEMPLATE)
        settings = Settings(environment="test", database_url=address)
        realm = open_realm(settings, Home(root), clock=FixedClock(NOW), chance=SeededChance(b"seed"))
        fill(realm)
        realm.database.close()
        cluster.keep_content(TEMPLATE)
        yield cluster


@pytest.fixture
def make_stand(tmp_path: Path, prepared: Path, provider_key: Any) -> Iterator[Callable[..., Stand]]:
    """Makes a stand; `settings` are those that differ."""
    opened: list[Realm] = []

    def make(**settings: Any) -> Stand:
        root = tmp_path / f"stand-{len(opened)}"
        shutil.copytree(prepared, root, symlinks=True)
        home, clock, monotonic = Home(root), FixedClock(NOW), Monotonic()
        provider = FakeProvider(clock, SECRET, key=provider_key)
        transport = WsgiTransport({ISSUER: provider})
        chosen = Settings(**{"environment": "test", "client_id": CLIENT_ID, **settings})
        realm = open_realm(chosen, home, clock=clock, chance=SeededChance(b"stand"), transport=transport, monotonic=monotonic)
        opened.append(realm)
        assert settings or realm.settings.resource == RESOURCE
        return Stand(home, clock, monotonic, transport, provider, realm, opened)

    yield make
    for realm in opened:
        realm.database.close()


@pytest.fixture
def sqlite_stand(make_stand: Callable[..., Stand]) -> Stand:
    return make_stand()


@pytest.fixture
def postgresql_stand(make_stand: Callable[..., Stand], registry_cluster: Cluster) -> Iterator[Stand]:
    with registry_cluster.borrow(TEMPLATE) as address:
        stand = make_stand(database_url=address)
        yield stand
        for realm in stand.opened:
            realm.database.close()


@pytest.fixture(params=["sqlite", *POSTGRESQL])
def stand(request: pytest.FixtureRequest) -> Stand:
    """A registry of this test's own."""
    stand: Stand = request.getfixturevalue(f"{request.param}_stand")
    return stand


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def both_stands(request: pytest.FixtureRequest) -> Stand:
    """The same for what writes: on SQLite and on PostgreSQL, always. A file says so once: by a fixture
    `stand` of its own that returns this one."""
    stand: Stand = request.getfixturevalue(f"{request.param}_stand")
    return stand


@pytest.fixture
def browser(stand: Stand) -> Browser:
    return stand.browser()
