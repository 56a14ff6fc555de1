"""Both applications on one network of WSGI applications, with the people of the seed."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from ground.chance import SystemChance
from ground.clock import FixedClock
from ground.sealing import make_secrets
from rp.app import create_app
from rp.cli import REGIONS_FILE, STATISTICS_FILE
from rp.database import MIGRATIONS
from rp.realm import Realm, open_realm
from rp.records.seed import load_seed
from rp.reports.statistics_import import import_statistics
from rp.settings import Home, Settings
from tests.browser import Browser
from tests.idp.stand import ISSUER, Stand, make_keys
from tests.wsgi_transport import WsgiTransport

ROOT = Path(__file__).parents[2]
REGISTRY = "http://localhost:8500"


@dataclass
class House:
    """The provider, the registry, and the network both are on."""

    provider: Stand
    registry: Realm
    network: WsgiTransport

    def browser(self) -> Browser:
        return Browser(self.network)

    def enter(self, browser: Browser, address: str, *, login: str, password: str) -> Browser:
        """Open a page of the registry and do what the provider's pages ask for."""
        browser.open(address)
        if "sign-in" in browser.forms():
            self.provider.sign_in(browser, login=login, password=password)
        if "code-form" in browser.forms():
            browser.submit("code-form", "submit", code=self.provider.last_code())
        if "consent" in browser.forms():
            browser.submit("consent", "allow")
        return browser


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the keys and prepared databases of both, made once and copied for each story."""
    root = tmp_path_factory.mktemp("house")
    shutil.copytree(ROOT / "config", root / "config")
    make_keys(root)
    home = Home(root)
    make_secrets(home.secrets_file, SystemChance())
    clock = FixedClock(Stand.START)
    stand = Stand(root, clock)
    stand.prepare()
    stand.close()
    registry = open_realm(Settings(environment="test"), home, clock=clock)
    MIGRATIONS.upgrade(registry.database)
    with registry.database.write() as connection:
        list(load_seed(connection, registry))
        import_statistics(
            connection,
            registry,
            (home.data / STATISTICS_FILE).read_bytes(),
            regions_data=(home.seed / REGIONS_FILE).read_bytes(),
            source=STATISTICS_FILE,
        )
    registry.database.close()
    return root


@pytest.fixture
def house(built: Path, tmp_path: Path) -> Iterator[House]:
    root = tmp_path / "house"
    shutil.copytree(built, root)
    clock = FixedClock(Stand.START)
    provider = Stand(root, clock)
    network = provider.transport
    registry = open_realm(Settings(environment="test", issuer=ISSUER), Home(root), clock=clock, transport=network)
    network.hosts[REGISTRY] = create_app(registry)
    yield House(provider, registry, network)
    registry.database.close()
    provider.close()
