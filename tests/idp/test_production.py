"""In production nothing of the test stand exists: not its addresses, not its modules, and no word but one turns it on."""

import json
import re
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask import Flask

from ground.settings import SettingRefused
from idp.app import make_app, make_pages
from idp.authority import endpoints
from idp.control.app import make_control
from idp.settings import read_settings
from rp import settings as rp_settings
from rp.app import create_app
from tests.browser import Browser
from tests.house import House
from tests.idp.stand import Stand
from tests.running_stand import ROOT, clean_environment
from tests.wsgi_transport import WsgiTransport

ISSUER, REGISTRY = "https://idp.test", "https://rp.test"
NOT_THERE = "/there-was-never-anything-here"
WORDS = """
    control test debug t/x t phone outbox login mint openapi.json clock clock/advance clock/expire requests requests/take
    keys keys/rotate reset sandboxes sandboxes/x people people/x clients clients/x open admin metrics status console lab
    faults attacks trial observer verdict report snapshot snapshots restore wipe seed fixtures impersonate sudo su become
    backdoor magic otp codes code sms mail inbox push totp token tokens session sessions config settings env environ info
    version trace profiler profile pprof heap dump shell exec eval graphql swagger swagger.json swagger-ui redoc docs
    api-docs docs/openapi actuator actuator/health actuator/env server-status server-info _debug _control __debug__
    __test__ dev develop development stage staging mock mocks stub fake simulate simulator time now freeze travel advance
    expire health/test healthz readyz livez internal private secret secrets .env .git/config .well-known/control
    .well-known/test backup database db sql sqlite var var/control-token control-token journal audit logs log events
    stream live ws socket socket.io sse poll wait
"""
PREFIXES = ("", "control/", "test/", "idp/")
AUTHORITY = (*endpoints.ENDPOINTS, *endpoints.TREES, "/authority", "/authority/ocsp/MAA")
OWN = {"/", "/health"}
"""What the honest applications have at these addresses themselves."""
OF_REGISTRY = ("/requests",)
"""What the registry has there for its citizens: applications, where the control plane has requests of systems."""


def guesses() -> list[str]:
    return [f"/{prefix}{word}" for prefix in PREFIXES for word in WORDS.split()]


def addresses(app: Flask) -> Iterable[tuple[str, str]]:
    """Every path and method of an application, with something in the place of each variable."""
    for rule in app.url_map.iter_rules():
        for method in rule.methods or ():
            yield method, re.sub(r"<[^>]+>", "x", rule.rule)


@pytest.fixture
def in_production(house: House) -> dict[str, Browser]:
    """Both applications over the same files, with nothing set but what production demands."""
    stand = house.stand
    settings = replace(stand.settings, environment="production", issuer=ISSUER, codes_per_hour=5, registry_url=REGISTRY)
    provider = make_app(replace(stand.realm, settings=settings, _memory={}))
    registry = create_app(replace(house.registry, settings=rp_settings.Settings(url=REGISTRY, issuer=ISSUER)))
    transport = WsgiTransport({ISSUER: provider, REGISTRY: registry})
    return {ISSUER: Browser(transport), REGISTRY: Browser(transport)}


def body_of(browser: Browser, method: str, url: str) -> tuple[int, str]:
    answer = browser.session.request(method, url, allow_redirects=False, headers={"Authorization": "Bearer guessed"})
    body = re.sub(r"(ТН|TN)-\d{8}-[0-9a-zA-Z]+", "", answer.text)
    body = re.sub(r'nonce="[^"]*"|name="csrf[^>]*>', "", body)
    # The links that choose language and theme lead back to where one is.
    return answer.status_code, body.replace(f'href="{urlsplit(url).path}?', 'href="?')


def test_lb_01_addresses_of_the_test_stand_are_unknown_in_production(house: House, in_production: dict[str, Browser]) -> None:
    control = {(method, path) for method, path in addresses(make_control(house.stand.realm)) if "/static" not in path}
    asked = {(method, path) for method, path in control if path not in OWN}
    asked |= {("GET", path) for path in guesses()} | {("POST", path) for path in guesses()[::5]}
    asked |= {(method, path) for path in AUTHORITY for method in ("GET", "POST")}
    assert len(asked) > 200
    for host, browser in in_production.items():
        nothing = {method: body_of(browser, method, host + NOT_THERE) for method in {method for method, _ in asked}}
        assert {status for status, _ in nothing.values()} == {404}
        unknown = {(method, path) for method, path in asked if host != REGISTRY or not path.startswith(OF_REGISTRY)}
        told = {f"{method} {path}" for method, path in unknown if body_of(browser, method, host + path) != nothing[method]}
        assert not told


def test_lb_01_routes_of_the_test_stand_are_not_registered_in_production(stand: Stand) -> None:
    control = {rule.rule for rule in make_control(stand.realm).url_map.iter_rules()}
    settings = replace(stand.settings, environment="production", issuer=ISSUER, codes_per_hour=5)
    pages = {rule.rule for rule in make_pages(replace(stand.realm, settings=settings, _memory={})).url_map.iter_rules()}
    assert {rule for rule in control & pages if "/static" not in rule} <= OWN
    assert not {rule for rule in pages if rule.startswith(("/t/", "/control", "/test"))}


OFF = ["0", "false", "no", " ", "off", "", "TRUE ", "Test", "TEST", "test ", " test", "true", "1", "yes", "on", "testing",
       "production,test", "tеst", "development"]  # fmt: skip


@pytest.mark.parametrize("value", [None, *OFF])
def test_lb_04_only_the_exact_word_makes_a_test_stand(value: str | None, tmp_path: Path) -> None:
    """The last but one has a Cyrillic letter."""
    variables = {"PROPUSK_HOME": str(tmp_path), "PROPUSK_ISSUER": ISSUER, "REGISTRY_URL": REGISTRY, "REGISTRY_ISSUER": ISSUER}
    if value is None:
        assert read_settings(variables).is_production
        assert rp_settings.read_settings(variables)[0].environment == "production"
        return
    given = variables | {"PROPUSK_ENVIRONMENT": value, "REGISTRY_ENVIRONMENT": value}
    for read in (read_settings, rp_settings.read_settings):
        with pytest.raises(SettingRefused, match="environment must be"):
            read(given)
    file = tmp_path / "config" / "idp.toml"
    file.parent.mkdir()
    file.write_text(f"environment = {json.dumps(value, ensure_ascii=False)}\n", encoding="utf-8")
    with pytest.raises(SettingRefused, match="environment must be"):
        read_settings(variables)


def test_lb_04_the_exact_word_does(tmp_path: Path) -> None:
    variables = {"PROPUSK_HOME": str(tmp_path), "PROPUSK_ENVIRONMENT": "test", "REGISTRY_ENVIRONMENT": "test"}
    assert read_settings(variables).is_test and rp_settings.read_settings(variables)[0].is_test


SERVE_ONE = """
import io, sys
import idp.serve
said = []
environment = {"REQUEST_METHOD": "GET", "PATH_INFO": sys.argv[1], "QUERY_STRING": "", "SERVER_NAME": "idp.test",
               "SERVER_PORT": "443", "REMOTE_ADDR": "127.0.0.1", "wsgi.url_scheme": "https", "wsgi.input": io.BytesIO(b""),
               "wsgi.errors": sys.stderr, "SERVER_PROTOCOL": "HTTP/1.1", "wsgi.version": (1, 0), "wsgi.multithread": True,
               "wsgi.multiprocess": True, "wsgi.run_once": False}
b"".join(idp.serve.application(environment, lambda status, *_: said.append(status)))
rooms = sorted(name for name in sys.modules if name.startswith(("idp.control", "idp.sandboxes", "propusk", "waitress")))
print(said[0][:3], ",".join(rooms))
"""


SERVE_REGISTRY = """
import io, sys
import rp.serve
said = []
environment = {"REQUEST_METHOD": "GET", "PATH_INFO": sys.argv[1], "QUERY_STRING": "", "SERVER_NAME": "rp.test",
               "SERVER_PORT": "443", "REMOTE_ADDR": "127.0.0.1", "wsgi.url_scheme": "https", "wsgi.input": io.BytesIO(b""),
               "wsgi.errors": sys.stderr, "SERVER_PROTOCOL": "HTTP/1.1", "wsgi.version": (1, 0), "wsgi.multithread": True,
               "wsgi.multiprocess": True, "wsgi.run_once": False}
b"".join(rp.serve.app(environment, lambda status, *_: said.append(status)))
print(said[0][:3], ",".join(sorted(name for name in sys.modules if name.startswith(("rp.control", "waitress")))))
"""


@pytest.mark.parametrize("path", ["/regions", "/outbox", "/reset"])
def test_lb_13_registry_in_production_never_loads_its_control_plane(house: House, path: str) -> None:
    home = house.stand.settings.home
    (home / "config" / "rp.toml").unlink()
    variables = {"REGISTRY_URL": REGISTRY, "REGISTRY_ISSUER": ISSUER, "REGISTRY_TRUSTED_PROXIES": "127.0.0.1"}
    done = subprocess.run(
        [sys.executable, "-c", SERVE_REGISTRY, path],
        cwd=ROOT,
        env=clean_environment(home, **variables),
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == ["200" if path == "/regions" else "404"], done.stdout + done.stderr
    plane = subprocess.run(
        [sys.executable, "-m", "rp.cli", "serve", "--control"],
        cwd=ROOT,
        env=clean_environment(home, **variables),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (plane.returncode, plane.stderr) == (1, 'the control plane runs only with environment = "test"\n')


@pytest.mark.parametrize("path", ["/.well-known/openid-configuration", "/", "/phone"])
def test_lb_13_provider_in_production_never_loads_the_test_stand(house: House, path: str) -> None:
    home = house.stand.settings.home
    (home / "config" / "idp.toml").unlink()
    environment = clean_environment(home, PROPUSK_ISSUER=ISSUER, PROPUSK_TRUSTED_PROXIES="127.0.0.1")
    done = subprocess.run(
        [sys.executable, "-c", SERVE_ONE, path], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["404" if path == "/phone" else "200"], done.stdout + done.stderr
