"""The whole stand over TLS as its user starts it: real servers, real handshakes, and a person who signs in."""

import os
import re
import shutil
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

from ground.fetch import FetchPolicy, confine
from tests.browser import Browser

ROOT = Path(__file__).parents[2]
LAST_LINE = "Ctrl-C stops everything"
SERVERS = ("PROPUSK_LISTEN", "PROPUSK_CONTROL_LISTEN", "REGISTRY_LISTEN", "REGISTRY_CONTROL_LISTEN")


@dataclass(frozen=True)
class RunningStand:
    """A stand that scripts/start has started, and what it said."""

    home: Path
    ports: Mapping[str, int]
    said: Sequence[str]

    @property
    def authority(self) -> Path:
        return self.home / "keys" / "authority" / "root.pem"

    def address(self, server: str, *, scheme: str, host: str) -> str:
        return f"{scheme}://{host}:{self.ports[server]}"

    def browser(self) -> Browser:
        browser = Browser(requests.adapters.HTTPAdapter())  # type: ignore[arg-type]
        browser.session.verify = str(self.authority)
        return browser

    def sign_in(self, browser: Browser, registry: str) -> Browser:
        """Vera opens her cabinet and answers what she is asked, with the code that the control plane shows."""
        browser.open(f"{registry}/").submit("sign-in", "submit", login="vera@example.test", password="romashka-17")
        if "code-form" in browser.forms():
            browser.submit("code-form", "submit", code=self._last_code())
        if "consent" in browser.forms():
            browser.submit("consent", "allow")
        if "terms" in browser.forms():
            browser.submit("terms", "submit", agree="1")
        return browser

    def _last_code(self) -> str:
        token = (self.home / "var" / "control-token").read_text().strip()
        control = self.address("PROPUSK_CONTROL_LISTEN", scheme="http", host="127.0.0.1")
        headers = {"Authorization": f"Bearer {token}"}
        answer = requests.get(f"{control}/outbox", params={"wait_for": "10"}, headers=headers, timeout=20)
        return re.findall(r"\b\d{6}\b", answer.text)[-1]


@contextmanager
def running_stand(home: Path, *options: str, **settings: str) -> Iterator[RunningStand]:
    """Run `scripts/start` in a folder of its own, on free ports."""
    ports = dict(zip(SERVERS, free_ports(len(SERVERS)), strict=True))
    environment = {**os.environ, "PROPUSK_HOME": str(home), "PYTHONUTF8": "1", **settings}
    environment |= {name: f"127.0.0.1:{port}" for name, port in ports.items()}
    environment["PROPUSK_REGISTRY_CONTROL_URL"] = f"http://{environment['REGISTRY_CONTROL_LISTEN']}"
    if "--tls" not in options:
        issuer, registry = (f"http://localhost:{ports[name]}" for name in ("PROPUSK_LISTEN", "REGISTRY_LISTEN"))
        environment |= {"PROPUSK_ISSUER": issuer, "REGISTRY_ISSUER": issuer}
        environment |= {"PROPUSK_REGISTRY_URL": registry, "REGISTRY_URL": registry}
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "scripts" / "start"), "--no-setup", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=environment,
    )
    try:
        assert process.stdout is not None
        said: list[str] = []
        for line in process.stdout:
            said.append(line.rstrip())
            if line.startswith(LAST_LINE):
                break
        assert said[-1].startswith(LAST_LINE), "\n".join(said)
        yield RunningStand(home, ports, said)
    finally:
        process.terminate()
        process.communicate(timeout=60)


def free_ports(count: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    try:
        return [one.getsockname()[1] for one in sockets]
    finally:
        for one in sockets:
            one.close()


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("tls")
    shutil.copytree(ROOT / "config", home / "config")
    return home


@pytest.fixture
def names_are_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """This process finds names under .test on this machine, as a line in /etc/hosts would have it."""
    ask = socket.getaddrinfo
    monkeypatch.setattr(
        socket,
        "getaddrinfo",
        lambda host, *rest, **options: ask("127.0.0.1" if host.endswith(".test") else host, *rest, **options),
    )


@pytest.mark.usefixtures("names_are_known")
def test_r139_stand_over_tls_and_back(home: Path) -> None:
    """One test, because starting a stand costs seconds: names of one's choice, and the same home without TLS again."""
    with running_stand(home, "--tls", "--names", "idp.test,rp.test") as stand:
        issuer = stand.address("PROPUSK_LISTEN", scheme="https", host="idp.test")
        registry = stand.address("REGISTRY_LISTEN", scheme="https", host="rp.test")
        assert any(f"--cacert {stand.authority}" in line for line in stand.said)
        browser = stand.browser()

        discovery = browser.session.get(f"{issuer}/.well-known/openid-configuration")
        assert discovery.json()["issuer"] == issuer
        assert all(issuer in str(value) for name, value in discovery.json().items() if name.endswith(("_endpoint", "_uri")))
        assert discovery.headers["Strict-Transport-Security"] == "max-age=31536000"

        stand.sign_in(browser, registry)
        assert browser.url == f"{registry}/"
        assert "Вера Р." in browser.text
        assert browser.answer.headers["Strict-Transport-Security"] == "max-age=31536000"
        cookies = list(browser.session.cookies)
        assert {cookie.name for cookie in cookies} >= {"__Host-idp_session", "__Host-rp_session"}
        assert all(cookie.name.startswith("__Host-") and cookie.secure and not cookie.domain_specified for cookie in cookies)

        check_handshakes(stand, issuer)
        check_plain_http_gets_nothing(stand)
        check_nobody_trusts_it_by_default(issuer)
        trusted = {path: path.read_bytes() for path in (home / "keys" / "authority").iterdir()}

    with running_stand(home) as stand:
        registry = stand.address("REGISTRY_LISTEN", scheme="http", host="localhost")
        browser = stand.sign_in(stand.browser(), registry)
        assert browser.url == f"{registry}/"
        assert "Вера Р." in browser.text
        assert "Strict-Transport-Security" not in browser.answer.headers
        assert not any("keys/authority" in line for line in stand.said)
    assert trusted == {path: path.read_bytes() for path in (home / "keys" / "authority").iterdir()}


def check_handshakes(stand: RunningStand, issuer: str) -> None:
    """TLS 1.2 and 1.3, under the name and under loopback names; nothing older."""
    port = urlsplit(issuer).port or 443
    for name in ("idp.test", "localhost", "127.0.0.1"):
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            context = ssl.create_default_context(cafile=str(stand.authority))
            context.minimum_version = context.maximum_version = version
            with (
                socket.create_connection(("127.0.0.1", port)) as plain,
                context.wrap_socket(plain, server_hostname=name) as secure,
            ):
                assert secure.version() == version.name.replace("_", ".")


def check_plain_http_gets_nothing(stand: RunningStand) -> None:
    """The port of https closes a connection that begins with plain http: no page, no token, no cookie."""
    for server in ("PROPUSK_LISTEN", "REGISTRY_LISTEN"):
        address = stand.address(server, scheme="http", host="127.0.0.1")
        with pytest.raises(requests.ConnectionError):
            requests.post(f"{address}/oauth2/token", timeout=10)


def check_nobody_trusts_it_by_default(issuer: str) -> None:
    """A client that was not told of the authority does not talk to the stand; one that was, also through `ground.fetch`."""
    session = confine(requests.Session(), FetchPolicy(allow_test_hosts=True, addresses={"idp.test": "127.0.0.1"}))
    with pytest.raises(requests.exceptions.SSLError):
        session.get(f"{issuer}/health")


def test_se_01_listener_of_plain_http_sends_browsers_to_https(home: Path) -> None:
    doors = {"idp.cli": ("PROPUSK", "PROPUSK_ISSUER"), "rp.cli": ("REGISTRY", "REGISTRY_URL")}
    listens = [f"127.0.0.1:{port}" for port in free_ports(len(doors))]
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", module, "serve", "--plain"],
            cwd=ROOT,
            env={**os.environ, "PROPUSK_HOME": str(home), variable: "https://there.test", f"{prefix}_PLAIN_LISTEN": listen},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for (module, (prefix, variable)), listen in zip(doors.items(), listens, strict=True)
    ]
    try:
        for listen in listens:
            answer = ask_until_it_listens(f"http://{listen}/page?x=1")
            assert (answer.status_code, answer.headers["Location"]) == (301, "https://there.test/page?x=1")
            assert requests.post(f"http://{listen}/oauth2/token", timeout=10).status_code == 403
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait(30)


def ask_until_it_listens(address: str) -> requests.Response:
    session = requests.Session()
    retries = requests.adapters.Retry(total=12, connect=12, backoff_factor=0.05, backoff_max=5.0)
    session.mount("http://", requests.adapters.HTTPAdapter(max_retries=retries))
    return session.get(address, allow_redirects=False, timeout=10)
