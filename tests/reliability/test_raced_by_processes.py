"""Single use holds over processes: two providers on one database, and everybody at once with the same thing."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ground.clock import SystemClock
from idp.audit import Event
from idp.clients import registry
from idp.database import JOURNAL
from idp.protocol.client import Client
from idp.realm import open_realm
from idp.settings import read_settings
from tests.browser import Browser
from tests.house import VERA, parameters_of
from tests.houses import copy_home
from tests.reliability.servers import Servers, plain_http, real_browser
from tests.running_stand import Addresses, free_ports, write_settings

RACERS = 8
CODES_PER_CYCLE = 6
CALLBACK = "http://localhost:9/callback"
SECRET = "the secret of a client that races with itself"


@pytest.fixture
def two_providers(prepared_home: Path, tmp_path: Path) -> Iterator[tuple[Servers, list[int]]]:
    home, at = copy_home(prepared_home, tmp_path / "home"), Addresses.on_localhost()
    write_settings(home, at)
    ports = [at.idp_port, *free_ports(1)]
    servers = Servers(home, at)
    for port in ports:
        servers.launch("idp", port)
    servers.await_answers(*ports)
    yield servers, ports
    servers.kill()


def test_a_code_raced_over_two_processes_is_redeemed_once_each_time(
    two_providers: tuple[Servers, list[int]], cycles: int
) -> None:
    servers, ports = two_providers
    realm = open_realm(read_settings({"PROPUSK_HOME": str(servers.home)}), clock=SystemClock())
    client = Client(
        client_id="racer",
        name="Racer",
        redirect_uris=(CALLBACK,),
        authentication="client_secret_basic",
        secret_hash=registry.hash_secret(SECRET),
        scopes=frozenset({"openid"}),
    )
    with realm.database.write() as connection:
        registry.register(realm, connection, client, actor="operator:test")

    browser = _signed_in(servers.at.issuer)
    for _ in range(cycles):
        for code in _obtain_codes(browser, servers.at.issuer):
            statuses = _race(ports, code)
            assert statuses.count(200) == 1, statuses
            assert set(statuses) == {200, 400}
    with realm.database.read() as connection:
        assert realm.journal.verify(connection) == []
        actions = [row.action for row in connection.execute(JOURNAL.select())]
    assert actions.count(Event.AUTHORIZATION_REDEEMED) == cycles * CODES_PER_CYCLE, (
        "one row of the journal for each success, and no more"
    )
    realm.database.close()


def _signed_in(issuer: str) -> Browser:
    """A browser whose person has signed in and consented."""
    browser = real_browser().open(_address(issuer))
    browser.submit("sign-in", "submit", login=VERA.email, password=VERA.password)
    form = browser.forms()["consent"]
    name, value = form.buttons["allow"]
    browser.session.post(form.action, data={**form.values, name: value}, allow_redirects=False)
    return browser


def _obtain_codes(browser: Browser, issuer: str) -> list[str]:
    """Codes without a question: session and consent are there. They live a minute, so they are had a few at a time."""
    answers = [browser.session.get(_address(issuer), allow_redirects=False) for _ in range(CODES_PER_CYCLE)]
    return [parameters_of(answer.headers["Location"])["code"] for answer in answers]


def _address(issuer: str) -> str:
    return f"{issuer}/oauth2/authorize?response_type=code&client_id=racer&redirect_uri={CALLBACK}&scope=openid"


def _race(ports: list[int], code: str) -> list[int]:
    """The statuses of eight redemptions that set off together, half of them at each process."""
    barrier = threading.Barrier(RACERS)

    def redeem(number: int) -> int:
        with plain_http() as session:
            barrier.wait(30)
            answer = session.post(
                f"http://127.0.0.1:{ports[number % len(ports)]}/oauth2/token",
                data={"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK},
                auth=("racer", SECRET),
                timeout=30,
            )
        return answer.status_code

    with ThreadPoolExecutor(RACERS) as pool:
        return list(pool.map(redeem, range(RACERS)))
