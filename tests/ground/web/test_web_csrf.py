"""A write must come from a page we gave to this very browser."""

import json
import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

OWN = "http://localhost"


def token_of(client: FlaskClient) -> str:
    found = re.search(r'name="csrf_token" value="([0-9a-f]{64})"', client.get("/").text)
    assert found
    return found[1]


def post(client: FlaskClient, token: str, **headers: str) -> int:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.post("/form", data={"csrf_token": token}, headers=named).status_code


def test_form_with_its_own_token_is_accepted(client: FlaskClient) -> None:
    assert post(client, token_of(client)) == 200


def test_form_without_token_is_refused_with_a_page(client: FlaskClient) -> None:
    client.get("/")
    answer = client.post("/form", data={})
    assert answer.status_code == 403
    assert "Форма устарела" in answer.text
    assert "changed" not in answer.text


def test_token_of_another_browser_is_refused(demo: Callable[[str], FlaskClient]) -> None:
    mine = demo("propusk")
    theirs = token_of(mine)
    other = mine.application.test_client()
    token_of(other)
    assert post(other, theirs) == 403


def test_token_without_the_browser_cookie_is_refused(client: FlaskClient) -> None:
    token = token_of(client)
    client.delete_cookie("idp_browser")
    assert post(client, token) == 403


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": OWN}, 200),
        ({"Origin": OWN, "Sec_Fetch_Site": "same-origin"}, 200),
        ({"Sec_Fetch_Site": "none"}, 200),
        # What Chromium sends for our own forms under Referrer-Policy: no-referrer.
        ({"Origin": "null", "Sec_Fetch_Site": "same-origin"}, 200),
        ({"Origin": "null"}, 403),
        ({"Origin": "null", "Sec_Fetch_Site": "cross-site"}, 403),
        ({"Origin": "http://evil.test"}, 403),
        ({"Origin": "https://localhost"}, 403),
        ({"Origin": "http://localhost:8500"}, 403),
        ({"Sec_Fetch_Site": "cross-site"}, 403),
        ({"Sec_Fetch_Site": "same-site"}, 403),
    ],
)
def test_browser_that_says_who_asks_is_believed(client: FlaskClient, headers: dict[str, str], status: int) -> None:
    assert post(client, token_of(client), **headers) == status


def test_own_origin_over_tls_is_https_even_behind_a_terminator(secure_client: FlaskClient) -> None:
    page = secure_client.get("/", base_url="https://localhost")
    found = re.search(r'value="([0-9a-f]{64})"', page.text)
    assert found
    sent = {"data": {"csrf_token": found[1]}, "base_url": "https://localhost"}
    assert secure_client.post("/form", headers={"Origin": "https://localhost"}, **sent).status_code == 200
    assert secure_client.post("/form", headers={"Origin": "http://localhost"}, **sent).status_code == 403


def test_view_without_cookie_authority_needs_no_token(client: FlaskClient) -> None:
    assert client.post("/token", headers={"Origin": "http://client.test"}).text == "token"


def test_view_of_an_endpoint_of_plain_values_needs_no_token(client: FlaskClient) -> None:
    answer = client.post("/wire", data={"grant_type": "x"})
    assert answer.json == {"method": "POST", "form": {"grant_type": "x"}}
    assert answer.headers.getlist("Set-Cookie") == ["a=1", "b=2"]


def test_endpoint_of_plain_values_refuses_what_it_cannot_read_in_json(client: FlaskClient) -> None:
    answer = client.post("/wire", data="a=1&a=2", content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 400
    assert json.loads(answer.text)["error"] == "invalid_request"


def test_write_that_no_view_would_answer_keeps_its_honest_status(client: FlaskClient) -> None:
    assert client.post("/nowhere").status_code == 404
    assert client.post("/").status_code == 405
