"""The provider over TLS and behind proxies: what is secure, what plain http gets, and which claims are believed."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from werkzeug.test import Client

from idp.app import HOT_ENDPOINTS, make_app
from idp.control.app import BLUEPRINTS
from idp.settings import Settings
from tests.idp.stand import Stand

ISSUER = "https://idp.test:8400"
PROXY = "10.1.2.3"
CONTROL_PATHS = ("/open", "/phone", "/outbox", "/control", "/console", "/lab")


@pytest.fixture
def secure(stand: Stand) -> Client:
    """The provider whose issuer is https."""
    realm = replace(stand.realm, settings=replace(stand.settings, issuer=ISSUER))
    return Client(make_app(realm), use_cookies=False)


@pytest.mark.parametrize("path", ["/", "/sign-in/unknown/password", "/oauth2/authorize?client_id=client"])
def test_se_01_r139_page_over_http_is_sent_to_https(secure: Client, path: str) -> None:
    answer = secure.get(path, base_url="http://idp.test:8400")
    assert (answer.status_code, answer.headers["Location"]) == (301, ISSUER + path)


@pytest.mark.parametrize("path", sorted(set(HOT_ENDPOINTS) - {"/health"}))
def test_se_01_what_programs_call_is_refused_over_http(secure: Client, path: str) -> None:
    for method in ("GET", "POST"):
        answer = secure.open(path, method=method, base_url="http://idp.test:8400")
        assert (answer.status_code, answer.json["error"]) == (403, "invalid_request")
        assert "Location" not in answer.headers


def test_se_01_form_posted_over_http_changes_nothing_and_is_not_redirected(secure: Client) -> None:
    assert secure.post("/sign-in/unknown/password", base_url="http://idp.test:8400").status_code == 403


@pytest.mark.parametrize("path", ["/", "/nowhere", "/static/ground/parts.css", "/authority/crl", *HOT_ENDPOINTS])
def test_se_01_every_answer_over_https_says_so_for_a_year(secure: Client, path: str) -> None:
    with secure.get(path, base_url=ISSUER) as answer:
        assert answer.headers.getlist("Strict-Transport-Security") == ["max-age=31536000"]


def test_r139_every_cookie_over_https_is_secure_and_bound_to_the_host(secure: Client) -> None:
    query = {"client_id": "client", "response_type": "code", "redirect_uri": "http://localhost:9999/callback", "scope": "openid"}
    cookies = [
        cookie
        for path in ("/?lang=en", "/?theme=dark")
        for cookie in secure.get(path, base_url=ISSUER).headers.getlist("Set-Cookie")
    ]
    cookies += secure.get("/oauth2/authorize", query_string=query, base_url=ISSUER).headers.getlist("Set-Cookie")
    assert {cookie.partition("=")[0] for cookie in cookies} >= {"__Host-idp_browser", "__Host-idp_language", "__Host-idp_theme"}
    for cookie in cookies:
        assert re.match("__Host-idp_[a-z]+=", cookie)
        assert all(part in cookie for part in ("; Secure", "; HttpOnly", "; Path=/", "; SameSite=Lax"))
        assert "Domain" not in cookie


@pytest.mark.parametrize("header", ["Host", "X-Forwarded-Host", "X-Original-Host", "Forwarded"])
def test_se_16_no_answer_follows_the_host_a_request_names(stand: Stand, header: str) -> None:
    client = Client(make_app(replace(stand.realm, settings=replace(stand.settings, trusted_proxies=("127.0.0.1",)))))
    forged = "host=evil.example" if header == "Forwarded" else "evil.example"
    # A path with a double slash is redirected by the router, which writes whole addresses.
    for path in ("/", "/nowhere", "//oauth2//authorize", "/oauth2/authorize", "/authority/root.pem", *HOT_ENDPOINTS):
        answer = client.get(path, headers={header: forged}, environ_overrides={"REMOTE_ADDR": "127.0.0.1"})
        assert "evil.example" not in answer.text
        assert "evil.example" not in str(answer.headers)


@pytest.mark.parametrize("path", CONTROL_PATHS)
def test_se_16_no_detour_leads_to_the_control_plane(stand: Stand, path: str) -> None:
    assert BLUEPRINTS, "the control plane exists, and yet"
    client = Client(make_app(stand.realm))
    detours = [f"{path};x=y", f"/;x=y{path}", f"/health;{path}", f"/health/..{path}", f"/health/%2e%2e{path}", f"/%2f{path[1:]}"]
    for detour in (path, *detours):
        assert client.get(detour, follow_redirects=True).status_code == 404, detour
    for header in ("X-Original-URL", "X-Rewrite-URL", "X-HTTP-Method-Override"):
        assert client.get("/nowhere", headers={header: path}).status_code == 404
        assert client.get("/health", headers={header: path}).json["status"] == "ok"


def test_se_16_method_is_the_one_of_the_request(stand: Stand) -> None:
    client = Client(make_app(stand.realm))
    for header in ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"):
        assert client.get("/oauth2/token?_method=POST", headers={header: "POST"}).status_code == 405


def test_journal_names_the_client_behind_a_listed_proxy_and_the_peer_otherwise(stand: Stand) -> None:
    for proxies, address in (((), PROXY), ((PROXY,), "203.0.113.9"), (("192.0.2.0/24",), PROXY)):
        client = Client(make_app(replace(stand.realm, settings=replace(stand.settings, trusted_proxies=proxies))))
        client.post(
            "/oauth2/register",
            json={"client_name": "a system that names no address to come back to"},
            headers={"X-Forwarded-For": "203.0.113.9", "X-Real-IP": "203.0.113.7"},
            environ_overrides={"REMOTE_ADDR": PROXY},
        )
        assert stand.events()[-1]["actor"] == f"address:{address}"


def test_behind_a_proxy_that_ends_tls_the_forwarded_scheme_counts(stand: Stand) -> None:
    settings = replace(stand.settings, issuer=ISSUER, trusted_proxies=("10.0.0.0/8",))
    client = Client(make_app(replace(stand.realm, settings=settings)))
    inside = {"base_url": "http://127.0.0.1:8400", "environ_overrides": {"REMOTE_ADDR": PROXY}}
    answer = client.get("/", headers={"X-Forwarded-Proto": "https"}, **inside)
    assert (answer.status_code, answer.headers["Strict-Transport-Security"]) == (200, "max-age=31536000")
    assert client.get("/", headers={"X-Forwarded-Proto": "http"}, **inside).status_code == 301
    outside = inside | {"environ_overrides": {"REMOTE_ADDR": "198.51.100.1"}}
    assert client.get("/", headers={"X-Forwarded-Proto": "https"}, **outside).status_code == 301


def test_cookies_of_a_page_behind_such_a_proxy_are_secure(stand: Stand) -> None:
    settings = replace(stand.settings, issuer=ISSUER, trusted_proxies=(PROXY,))
    client = Client(make_app(replace(stand.realm, settings=settings)))
    answer = client.get("/?lang=en", headers={"X-Forwarded-Proto": "https"}, environ_overrides={"REMOTE_ADDR": PROXY})
    assert all(cookie.startswith("__Host-") and "; Secure" in cookie for cookie in answer.headers.getlist("Set-Cookie"))


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({}, "issuer must use https in production"),
        (
            {"environment": "test", "tls_certificate": Path("a"), "tls_private": Path("b")},
            "issuer must use https where tls_certificate is set",
        ),
        ({"tls_certificate": Path("a"), "issuer": ISSUER}, "set together"),
        ({"issuer": ISSUER, "trusted_proxies": ("proxy.test",)}, "not 'proxy.test'"),
    ],
)
def test_r139_settings_that_would_not_be_secure_are_refused(settings: dict[str, object], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        Settings(**settings)  # type: ignore[arg-type]


def test_issuer_of_https_that_no_https_request_can_reach_is_noticed() -> None:
    assert not Settings(issuer=ISSUER).is_reached_securely
    assert Settings(issuer=ISSUER, trusted_proxies=("127.0.0.1",)).is_reached_securely
    assert Settings(issuer=ISSUER, tls_certificate=Path("a"), tls_private=Path("b")).is_reached_securely
