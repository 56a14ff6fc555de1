"""Both applications are killed in the middle of a sign-in: what was acknowledged is there again, and goes on."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode, urljoin

import pytest
import requests

from ground.clock import SystemClock
from idp.realm import Realm, open_realm
from idp.seed import load_seed
from idp.settings import read_settings
from rp.realm import Realm as RegistryRealm
from rp.realm import open_realm as open_registry
from rp.settings import read_settings as read_registry_settings
from tests.browser import Browser
from tests.house import PEOPLE, Person, parameters_of
from tests.houses import copy_home
from tests.reliability.servers import Servers, plain_http, real_browser
from tests.running_stand import Addresses, write_settings

KILLED_AFTER = ("password", "code", "consent")


@pytest.fixture
def servers(prepared_home: Path, tmp_path: Path) -> Iterator[Servers]:
    home, at = copy_home(prepared_home, tmp_path / "home"), Addresses.on_localhost()
    write_settings(home, at)
    _enter_registry(home)
    servers = Servers(home, at)
    servers.start()
    yield servers
    servers.kill()


def test_nothing_acknowledged_is_lost_when_both_applications_are_killed_in_the_middle(servers: Servers, cycles: int) -> None:
    people = list(PEOPLE.values())
    browsers = []
    for cycle in range(cycles):
        killed_after = KILLED_AFTER[cycle % len(KILLED_AFTER)]
        browsers.append(_sign_in(servers, people[cycle % len(people)], killed_after=killed_after))
    servers.kill()
    servers.start()
    for browser in browsers:
        _assert_everything_is_there(browser, servers.at.registry)
    _assert_journals_are_whole(servers)


def _sign_in(servers: Servers, person: Person, *, killed_after: str) -> Browser:
    """Sign in, with a kill in between; after the restart every acknowledged thing is where it was."""
    registry, browser = servers.at.registry, real_browser()

    def kill_if(point: str) -> None:
        if point == killed_after:
            servers.kill()
            servers.start()

    browser.open(f"{registry}/")
    browser.submit("sign-in", "submit", login=person.email, password=person.password)
    assert "code-form" in browser.forms(), "the password was acknowledged"
    sent = _texts(servers)
    kill_if("password")
    assert _texts(servers) == sent, "an SMS that was announced is still in the outbox"
    browser.submit("code-form", "submit", code=_digits(sent[-1]))
    kill_if("code")
    if "consent" in browser.forms():
        callback = _answer_consent(browser, registry)
        kill_if("consent")
        browser.open(callback)
    elif killed_after == "consent":
        kill_if("consent")
    assert (browser.status, browser.url) == (200, f"{registry}/"), "the sign-in goes on where it was"
    return browser


def _assert_everything_is_there(browser: Browser, registry: str) -> None:
    """Sessions, consents and used codes outlive the death of both applications."""
    assert browser.open(f"{registry}/").url == f"{registry}/", "the registry's session lives"
    browser.session.cookies.set("rp_session", None)
    browser.open(f"{registry}/")
    assert (browser.status, browser.url) == (200, f"{registry}/"), "the provider's session and the consent live"
    callbacks = [answer.url for answer in browser.answer.history if "/sign-in/callback?" in answer.url]
    assert callbacks and "Этот вход уже завершён" in browser.open(callbacks[0]).text, "a used answer stays used"


def test_a_used_code_stays_used_and_its_replay_still_revokes_after_a_kill(servers: Servers) -> None:
    issuer, browser, person = servers.at.issuer, real_browser(), PEOPLE["vera"]
    callback = f"{issuer}/nobody-listens-for-this"
    client = _register(issuer, callback)
    browser.open(_authorize(issuer, client, callback))
    browser.submit("sign-in", "submit", login=person.email, password=person.password)
    code = parameters_of(_answer_consent(browser, callback))["code"]
    first = _redeem(issuer, client, callback, code)
    assert first.status_code == 200
    token = first.json()["access_token"]
    assert _userinfo(issuer, token) == 200

    servers.kill()
    servers.start()
    assert _userinfo(issuer, token) == 200, "an acknowledged token lives"
    assert _redeem(issuer, client, callback, code).json()["error"] == "invalid_grant"
    assert _userinfo(issuer, token) == 401, "the replay was seen"

    servers.kill()
    servers.start()
    assert _userinfo(issuer, token) == 401, "an acknowledged revocation outlives a kill"
    _assert_journals_are_whole(servers)


def _enter_registry(home: Path) -> None:
    """Tell the provider's database at which address the registry is now, as `propusk prepare` does."""
    realm = _provider(home)
    load_seed(realm)
    realm.database.close()


def _provider(home: Path) -> Realm:
    return open_realm(read_settings({"PROPUSK_HOME": str(home)}), clock=SystemClock())


def _texts(servers: Servers) -> list[str]:
    """The outbox as a process sees it that was never killed."""
    realm = _provider(servers.home)
    with realm.database.read() as connection:
        texts = [message.text for message in realm.outbox.messages(connection)]
    realm.database.close()
    return texts


def _digits(text: str) -> str:
    found = re.search(r"(?<!\d)\d{6}(?!\d)", text)
    assert found, text
    return found[0]


def _answer_consent(browser: Browser, destination: str) -> str:
    """Allow, and stop at the door of the client: the address it would be called back with."""
    form = browser.forms()["consent"]
    name, value = form.buttons["allow"]
    answer = browser.session.post(form.action, data={**form.values, name: value}, allow_redirects=False)
    while not answer.headers["Location"].startswith(destination):
        following = urljoin(answer.url, answer.headers["Location"])
        answer = browser.session.get(following, allow_redirects=False)
    return str(answer.headers["Location"])


def _register(issuer: str, callback: str) -> dict[str, str]:
    with plain_http() as session:
        body = {"redirect_uris": [callback], "scope": "openid profile"}
        client: dict[str, str] = session.post(f"{issuer}/oauth2/register", json=body, timeout=10).json()
    return client


def _authorize(issuer: str, client: dict[str, str], callback: str) -> str:
    query = {"response_type": "code", "client_id": client["client_id"], "redirect_uri": callback, "scope": "openid profile"}
    return f"{issuer}/oauth2/authorize?{urlencode(query)}"


def _redeem(issuer: str, client: dict[str, str], callback: str, code: str) -> requests.Response:
    with plain_http() as session:
        return session.post(
            f"{issuer}/oauth2/token",
            data={"grant_type": "authorization_code", "code": code, "redirect_uri": callback},
            auth=(client["client_id"], client["client_secret"]),
            timeout=10,
        )


def _userinfo(issuer: str, token: str) -> int:
    with plain_http() as session:
        return session.get(f"{issuer}/oauth2/userinfo", headers={"Authorization": f"Bearer {token}"}, timeout=10).status_code


def _assert_journals_are_whole(servers: Servers) -> None:
    provider = _provider(servers.home)
    settings, home = read_registry_settings({"PROPUSK_HOME": str(servers.home)})
    registry: RegistryRealm = open_registry(settings, home)
    for realm in (provider, registry):
        with realm.database.read() as connection:
            assert realm.journal.verify(connection) == []
        realm.database.close()
