"""Single use holds over processes: two providers on one database, and everybody at once with the same thing."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from ground.clock import SystemClock
from idp.audit import Event
from idp.authentication.methods.totp.codes import code_of, step_at
from idp.authentication.methods.totp.store import secret_of
from idp.citizens import directory
from idp.clients import registry
from idp.database import JOURNAL
from idp.protocol.client import Client
from idp.realm import open_realm
from idp.settings import read_settings
from tests.browser import Browser
from tests.house import PEOPLE, VERA, parameters_of
from tests.houses import copy_home
from tests.reliability.servers import Servers, plain_http, real_browser
from tests.running_stand import Addresses, free_ports, write_settings

ANTON = PEOPLE["anton"]
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


def test_codes_and_refresh_tokens_raced_over_two_processes_have_one_winner_each(
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
        scopes=frozenset({"openid", "offline_access"}),
        grant_types=("authorization_code", "refresh_token"),
    )
    with realm.database.write() as connection:
        registry.register(realm, connection, client, actor="operator:test")

    browser = _signed_in(servers.at.issuer)
    for _ in range(cycles):
        for code in _obtain_codes(browser, servers.at.issuer):
            code_answer = _race(ports, {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK})
            after_replay = {"grant_type": "refresh_token", "refresh_token": code_answer["refresh_token"]}
            assert _race(ports, after_replay, may_be_dead=True) is None, "the replayed code has killed the family"
        for code in _obtain_codes(browser, servers.at.issuer):
            tokens = _redeem_alone(ports[0], code)
            assert _race(ports, {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]})
    with realm.database.read() as connection:
        assert realm.journal.verify(connection) == []
        actions = [row.action for row in connection.execute(JOURNAL.select())]
    # One row for each success, and no more: the raced codes, and those redeemed alone for their refresh tokens.
    assert actions.count(Event.AUTHORIZATION_REDEEMED) == 2 * cycles * CODES_PER_CYCLE
    assert actions.count(Event.TOKENS_REFRESHED) == cycles * CODES_PER_CYCLE
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
    return f"{issuer}/oauth2/authorize?response_type=code&client_id=racer&redirect_uri={CALLBACK}&scope=openid+offline_access"


def _redeem_alone(port: int, code: str) -> dict[str, str]:
    with plain_http() as session:
        return _token(session, port, {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK}).json()  # type: ignore[no-any-return]


def _race(ports: list[int], data: dict[str, str], *, may_be_dead: bool = False) -> Any:
    """Eight requests that set off together, half of them at each process: the one answer that won.

    None when nobody won, which only something that is already dead may do.
    """
    barrier = threading.Barrier(RACERS)

    def run(number: int) -> requests.Response:
        with plain_http() as session:
            barrier.wait(30)
            return _token(session, ports[number % len(ports)], data)

    with ThreadPoolExecutor(RACERS) as pool:
        answers = list(pool.map(run, range(RACERS)))
    winners = [answer.json() for answer in answers if answer.status_code == 200]
    assert {answer.status_code for answer in answers} <= {200, 400}
    assert len(winners) == (0 if may_be_dead else 1), [answer.text for answer in answers]
    return winners[0] if winners else None


def _token(session: requests.Session, port: int, data: dict[str, str]) -> requests.Response:
    return session.post(f"http://127.0.0.1:{port}/oauth2/token", data=data, auth=("racer", SECRET), timeout=30)


def test_lm_16_code_of_an_application_raced_over_two_processes_lets_one_in(two_providers: tuple[Servers, list[int]]) -> None:
    servers, ports = two_providers
    realm = open_realm(read_settings({"PROPUSK_HOME": str(servers.home)}), clock=SystemClock())
    with realm.database.read() as connection:
        person = directory.find_by_login(realm, connection, ANTON.email)
        secret = secret_of(realm, connection, person.id) if person else None
    assert secret is not None
    realm.database.close()
    browsers = [_at_totp(servers.at.issuer) for _ in range(RACERS)]
    code = code_of(secret, step_at(SystemClock().now()))
    barrier = threading.Barrier(RACERS)

    def give(index: int) -> int:
        browser, form = browsers[index], browsers[index].forms()["totp-form"]
        address = f"http://127.0.0.1:{ports[index % len(ports)]}{urlsplit(form.action).path}"
        cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in browser.session.cookies)
        with plain_http() as session:
            barrier.wait(30)
            answer = session.post(
                address, data=form.values | {"code": code}, headers={"Cookie": cookies}, allow_redirects=False, timeout=30
            )
        return answer.status_code

    with ThreadPoolExecutor(RACERS) as pool:
        statuses = list(pool.map(give, range(RACERS)))
    assert statuses.count(303) == 1, statuses
    assert set(statuses) <= {303, 400, 429}, "used, and after five of them nobody is listened to"


def _at_totp(issuer: str) -> Browser:
    """A browser of Anton's after his password, where the code of his application is asked for."""
    address = f"{issuer}/account/security/password/add"
    browser = real_browser().open(address)
    attempt = browser.url.rpartition("/")[0]
    browser.submit("sign-in", "submit", login=ANTON.email, password=ANTON.password)
    return browser.open(f"{attempt}/totp")
