"""The entrance: who asks, over what, and under which name we answer, whatever the request claims."""

from collections.abc import Mapping
from typing import Any

import pytest
from werkzeug.test import Client, TestResponse

from ground.entrance import Entrance, make_redirector
from ground.wire import RequestReader, Response, StartResponse, WsgiEnvironment, send

PUBLIC = "https://idp.test:8400"
PROXY = "10.1.2.3"


def show(environment: WsgiEnvironment, start_response: StartResponse) -> list[bytes]:
    """An application that tells what it was told."""
    request = RequestReader()(environment)
    known = {"address": request.remote_address, "is_secure": request.is_secure, "headers": dict(request.headers)}
    return send(Response.of_json(known), start_response)


def ask(
    path: str = "/page",
    *,
    method: str = "GET",
    scheme: str = "http",
    peer: str = PROXY,
    proxies: tuple[str, ...] = (),
    public: str = PUBLIC,
    headers: Mapping[str, str] | None = None,
) -> TestResponse:
    entrance = Entrance(show, public_url=public, trusted_proxies=proxies, is_for_programs=lambda path: path.startswith("/token"))
    return Client(entrance).open(
        path, method=method, base_url=f"{scheme}://whatever.test", headers=headers, environ_overrides={"REMOTE_ADDR": peer}
    )


def seen(answer: TestResponse) -> Any:
    assert answer.status_code == 200, answer.text
    return answer.json


def test_host_that_the_application_sees_is_the_public_one() -> None:
    claims = {"Host": "evil.example", "X-Forwarded-Host": "evil.example"}
    for proxies in ((), ("10.0.0.0/8",)):
        headers = seen(ask(scheme="https", headers=claims, proxies=proxies))["headers"]
        assert headers["host"] == "idp.test:8400"
        assert "evil.example" not in str(headers)


def test_nobody_behind_the_entrance_sees_claims_about_the_request() -> None:
    claims = ["Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Original-URL", "X-Rewrite-URL", "X-HTTP-Method-Override"]
    headers = seen(ask(scheme="https", headers=dict.fromkeys(claims, "claimed")))["headers"]
    assert "claimed" not in headers.values()


def test_claims_of_a_stranger_change_nothing() -> None:
    claims = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https"}
    answer = seen(ask(peer="198.51.100.1", proxies=("10.0.0.0/8",), public="http://localhost:8400", headers=claims))
    assert (answer["address"], answer["is_secure"]) == ("198.51.100.1", False)
    assert ask(peer="198.51.100.1", proxies=("10.0.0.0/8",), headers=claims).status_code == 301


@pytest.mark.parametrize(
    ("forwarded_for", "client"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("203.0.113.9:4711", "203.0.113.9"),
        ("[2001:db8::9]:4711", "2001:db8::9"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("1.1.1.1, 203.0.113.9", "203.0.113.9"),
        ("1.1.1.1, 203.0.113.9, 10.9.9.9", "203.0.113.9"),
        ("10.9.9.9, 10.8.8.8", "10.9.9.9"),
        ("203.0.113.9, unknown", PROXY),
        ("", PROXY),
    ],
)
def test_client_is_the_nearest_address_that_is_no_proxy_of_ours(forwarded_for: str, client: str) -> None:
    claims = {"X-Forwarded-For": forwarded_for, "X-Forwarded-Proto": "https"}
    assert seen(ask(proxies=("10.0.0.0/8",), headers=claims))["address"] == client


@pytest.mark.parametrize(
    ("forwarded_for", "forwarded_proto", "is_secure"),
    [
        ("203.0.113.9", "https", True),
        ("203.0.113.9", "HTTPS", True),
        ("203.0.113.9", "http", False),
        ("203.0.113.9", "https, http", False),  # the first word is the client's own
        ("203.0.113.9, 10.9.9.9", "https, http", True),  # the outer of our two proxies was reached over https
        ("203.0.113.9", "", False),
        ("203.0.113.9", "gopher", False),
    ],
)
def test_scheme_is_the_one_that_the_outermost_proxy_was_reached_by(
    forwarded_for: str, forwarded_proto: str, is_secure: bool
) -> None:
    claims = {"X-Forwarded-For": forwarded_for, "X-Forwarded-Proto": forwarded_proto}
    answer = ask(proxies=("10.0.0.0/8",), headers=claims)
    assert answer.status_code == (200 if is_secure else 301)


def test_proxy_inside_an_ipv6_socket_is_recognised() -> None:
    claims = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https"}
    assert seen(ask(peer=f"::ffff:{PROXY}", proxies=(PROXY,), headers=claims))["address"] == "203.0.113.9"


def test_se_01_page_over_http_is_sent_to_https_with_its_query() -> None:
    answer = ask("/sign-in/a%20b/%D1%8F?x=1&y=a%20b")
    assert answer.status_code == 301
    assert answer.headers["Location"] == f"{PUBLIC}/sign-in/a%20b/%D1%8F?x=1&y=a%20b"
    assert "Strict-Transport-Security" not in answer.headers, "nobody may set it over plain http (RFC 6797, 7.2)"


@pytest.mark.parametrize("path", ["//evil.example/", "/%0d%0aSet-Cookie:%20a=b", "/%5cevil.example", "/@evil.example"])
def test_way_to_https_never_leaves_the_public_host(path: str) -> None:
    answer = ask(path, headers={"Host": "evil.example"})
    assert answer.headers["Location"].startswith(f"{PUBLIC}/")
    assert not set(answer.headers["Location"]) & set("\r\n\\ ")
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize(("method", "path"), [("POST", "/token"), ("GET", "/token"), ("POST", "/page"), ("DELETE", "/page")])
def test_se_01_program_over_http_is_refused_and_not_redirected(method: str, path: str) -> None:
    answer = ask(path, method=method)
    assert answer.status_code == 403
    assert "Location" not in answer.headers
    assert answer.json["error"] == "invalid_request"


def test_health_answers_over_plain_http_too() -> None:
    assert ask("/health").status_code == 200


def test_every_answer_over_https_binds_the_browser_to_it_once() -> None:
    assert ask(scheme="https").headers.getlist("Strict-Transport-Security") == ["max-age=31536000"]


def test_where_the_public_url_is_http_nothing_is_redirected_or_bound() -> None:
    for scheme in ("http", "https"):
        answer = ask(scheme=scheme, public="http://localhost:8400")
        assert answer.status_code == 200
        assert "Strict-Transport-Security" not in answer.headers


def test_listener_of_plain_http_serves_nobody() -> None:
    client = Client(make_redirector(PUBLIC, lambda path: path == "/token"))
    assert client.get("/page?x=1").headers["Location"] == f"{PUBLIC}/page?x=1"
    assert client.get("/token").status_code == client.post("/page").status_code == 403


@pytest.mark.parametrize("text", ["proxy.test", "10.0.0.0/33", "10.0.0", ""])
def test_proxy_that_is_no_address_is_named(text: str) -> None:
    with pytest.raises(ValueError, match=f"not '{text}'"):
        Entrance(show, public_url=PUBLIC, trusted_proxies=[text])
