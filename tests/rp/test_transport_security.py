"""The registry over TLS and behind proxies."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from rp.settings import Settings
from tests.rp.conftest import Stand

URL = "https://rp.test:8500"


@pytest.fixture
def secure(make_stand: Callable[..., Stand]) -> FlaskClient:
    """The registry whose address is https."""
    return make_stand(url=URL).app().test_client()


def test_se_01_r139_page_over_http_is_sent_to_https_and_the_api_refuses(secure: FlaskClient) -> None:
    answer = secure.get("/regions?region=70", base_url="http://rp.test:8500")
    assert (answer.status_code, answer.headers["Location"]) == (301, f"{URL}/regions?region=70")
    for path in ("/api/v1/me/records", "/api/nowhere"):
        assert secure.get(path, base_url="http://rp.test:8500").status_code == 403
    assert secure.post("/sign-out", base_url="http://rp.test:8500").status_code == 403


@pytest.mark.parametrize("path", ["/", "/health", "/nowhere", "/api/v1/me/records", "/static/ground/parts.css"])
def test_se_01_every_answer_over_https_says_so_for_a_year(secure: FlaskClient, path: str) -> None:
    answer = secure.get(path, base_url=URL, buffered=True)
    assert answer.headers.getlist("Strict-Transport-Security") == ["max-age=31536000"]


def test_r139_cookies_over_https_are_secure_and_bound_to_the_host(secure: FlaskClient) -> None:
    cookies = [cookie for path in ("/", "/?lang=en") for cookie in secure.get(path, base_url=URL).headers.getlist("Set-Cookie")]
    assert cookies
    for cookie in cookies:
        assert re.match("__Host-rp_[a-z]+=", cookie)
        assert "; Secure" in cookie
        assert "Domain" not in cookie


@pytest.mark.parametrize("header", ["Host", "X-Forwarded-Host", "X-Original-Host"])
def test_se_16_no_answer_follows_the_host_a_request_names(make_stand: Callable[..., Stand], header: str) -> None:
    client = make_stand(trusted_proxies=("127.0.0.1",)).app().test_client()
    for path in ("/", "/nowhere", "//regions", "/api/v1/me/records", "/signed-out"):
        answer = client.get(path, headers={header: "evil.example"})
        assert "evil.example" not in answer.text
        assert "evil.example" not in str(answer.headers)


@pytest.mark.parametrize("path", ["/control", "/staff", "/outbox"])
def test_se_16_no_detour_leads_where_there_is_no_door(stand: Stand, path: str) -> None:
    client = stand.app().test_client()
    for detour in (path, f"{path};x=y", f"/health;{path}", f"/health/..{path}", f"/%2f{path[1:]}"):
        assert client.get(detour, follow_redirects=True).status_code == 404, detour
    assert client.get("/nowhere", headers={"X-Original-URL": "/health", "X-Rewrite-URL": "/health"}).status_code == 404


def test_behind_a_proxy_that_ends_tls_the_forwarded_scheme_counts(make_stand: Callable[..., Stand]) -> None:
    client = make_stand(url=URL, trusted_proxies=("127.0.0.0/8",)).app().test_client()
    assert client.get("/signed-out", headers={"X-Forwarded-Proto": "https"}).status_code == 200
    assert client.get("/signed-out").status_code == 301
    stranger = {"REMOTE_ADDR": "198.51.100.1"}
    assert client.get("/signed-out", headers={"X-Forwarded-Proto": "https"}, environ_overrides=stranger).status_code == 301


def test_r139_settings_that_would_not_be_secure_are_refused() -> None:
    with pytest.raises(ValueError, match="https:// in production"):
        Settings(issuer="https://idp.test")
    with pytest.raises(ValueError, match="where tls_certificate is set"):
        Settings(environment="test", tls_certificate=Path("a"), tls_private=Path("b"))
    with pytest.raises(ValueError, match="not 'proxy'"):
        Settings(environment="test", trusted_proxies=("proxy",))
