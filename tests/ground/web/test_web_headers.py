"""Headers, cookies and caching of every answer."""

import json
import re

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

TLS = "https://localhost"


def policy_of(answer: TestResponse) -> dict[str, str]:
    directives = (directive.strip().partition(" ") for directive in answer.headers["Content-Security-Policy"].split(";"))
    return {name: value for name, _, value in directives}


@pytest.mark.parametrize("path", ["/", "/nowhere", "/fault", "/api/refusal", "/static/ground/parts.css"])
def test_every_answer_carries_the_headers(client: FlaskClient, path: str) -> None:
    answer = client.get(path, buffered=True)
    policy = policy_of(answer)
    assert policy["default-src"] == "'self'"
    assert policy["img-src"] == "'self' data:"
    assert policy["object-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert policy["form-action"] == "'self'"
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "geolocation=()" in answer.headers["Permissions-Policy"]
    assert "Strict-Transport-Security" not in answer.headers


def test_page_that_leads_to_a_client_names_its_origin_once_and_nothing_else(client: FlaskClient) -> None:
    assert policy_of(client.get("/target"))["form-action"] == "'self' http://localhost:8500 com.example.app:"
    assert policy_of(client.get("/"))["form-action"] == "'self'"


@pytest.mark.parametrize("address", ["/relative", "http://a.test; script-src *", "http://a.test b", "http://a.test,b"])
def test_form_target_that_would_change_the_policy_is_refused(client: FlaskClient, address: str) -> None:
    from ground.web.headers import allow_form_target

    with client.application.test_request_context("/"), pytest.raises(ValueError, match="not an absolute address"):
        allow_form_target(address)


@pytest.mark.parametrize("path", ["/", "/nowhere", "/fault", "/refusal", "/api/refusal", "/token"])
def test_no_answer_but_a_static_file_is_stored(client: FlaskClient, path: str) -> None:
    assert client.get(path).headers["Cache-Control"] == "no-store"


def test_static_file_with_the_hash_of_its_content_is_kept_for_a_year(client: FlaskClient) -> None:
    for address in re.findall(r'(?:href|src)="(/static/[^"]+)"', client.get("/page/phone").text):
        answer = client.get(address, buffered=True)
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert "Set-Cookie" not in answer.headers


def test_static_file_under_an_old_hash_or_none_is_asked_again_after_a_day(client: FlaskClient) -> None:
    for query in ("", "?v=000000000000"):
        assert client.get(f"/static/ground/parts.css{query}", buffered=True).headers["Cache-Control"] == "public, max-age=86400"


def test_missing_static_file_is_not_kept(client: FlaskClient) -> None:
    answer = client.get("/static/ground/no-such.css?v=1")
    assert answer.status_code == 404
    assert "public" not in answer.headers.get("Cache-Control", "")


def test_everything_a_style_sheet_points_at_is_served_beside_it(client: FlaskClient) -> None:
    pointed = set()
    for sheet in ("tokens.css", "parts.css", "tools.css"):
        pointed |= set(re.findall(r'url\("([^"]+)"\)', client.get(f"/static/ground/{sheet}", buffered=True).text))
    fonts = {name for name in pointed if name.startswith("fonts/")}
    assert {name.rpartition("/")[2] for name in fonts} == {
        f"golos-text-{part}-wght-normal.woff2" for part in ("cyrillic", "latin")
    }
    for name in pointed - fonts:
        assert client.get(f"/static/ground/{name}", buffered=True).status_code == 200


def test_cookie_over_plain_http_has_no_prefix(client: FlaskClient) -> None:
    (cookie,) = client.get("/browser").headers.getlist("Set-Cookie")
    assert re.match(r"idp_browser=[A-Za-z0-9_-]{43}; HttpOnly; Path=/; SameSite=Lax$", cookie)


def test_cookie_over_tls_is_secure_and_bound_to_the_host(secure_client: FlaskClient) -> None:
    answer = secure_client.get("/browser", base_url=TLS)
    (cookie,) = answer.headers.getlist("Set-Cookie")
    assert re.match(r"__Host-idp_browser=[A-Za-z0-9_-]{43}; Secure; HttpOnly; Path=/; SameSite=Lax$", cookie)
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"


def test_cookies_of_language_and_theme_have_the_same_shape(secure_client: FlaskClient) -> None:
    for path, name in (("/?lang=en", "language"), ("/?theme=dark", "theme"), ("/?theme=system", "theme")):
        cookies = secure_client.get(path, base_url=TLS).headers.getlist("Set-Cookie")
        (cookie,) = [cookie for cookie in cookies if cookie.startswith(f"__Host-idp_{name}=")]
        assert all(part in cookie for part in ("; Secure", "; HttpOnly", "; Path=/", "; SameSite=Lax"))
        assert "Domain" not in cookie


def test_browser_is_the_same_on_its_next_visit(client: FlaskClient) -> None:
    first, second = client.get("/browser"), client.get("/browser")
    assert first.json == second.json
    assert json.loads(first.text)["id"] == json.loads(first.text)["again"]
    assert "Set-Cookie" not in second.headers


def test_binding_of_a_browser_does_not_tell_its_secret(client: FlaskClient) -> None:
    known = json.loads(client.get("/browser").text)
    assert re.fullmatch("[0-9a-f]{64}", known["binding"])
    assert known["id"] not in known["binding"]


@pytest.mark.parametrize("planted", ["", "short", "x" * 4000, "é" * 43])
def test_browser_cookie_of_another_shape_is_replaced(client: FlaskClient, planted: str) -> None:
    client.set_cookie("idp_browser", planted)
    answer = client.get("/browser")
    assert json.loads(answer.text)["id"] != planted
    assert len(answer.headers.getlist("Set-Cookie")) == 1
