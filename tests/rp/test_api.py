"""`GET /api/v1/me/records`, as an application with a bearer token sees it."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from rp.trust.access_token import judge_access_token
from tests.rp.conftest import NOW, Stand
from tests.rp.fake_provider import ISSUER, PYOTR, STRANGER, Claims, encode, make_key

PATH = "/api/v1/me/records"


@pytest.fixture
def client(stand: Stand) -> FlaskClient:
    return stand.app().test_client()


def ask(client: FlaskClient, token: str | None) -> TestResponse:
    headers = {"Authorization": f"Bearer {token}"} if token is not None else {}
    return client.get(PATH, headers=headers)


def test_a_token_gives_the_records_of_its_citizen(stand: Stand, client: FlaskClient) -> None:
    response = ask(client, stand.provider.access_token())
    assert response.status_code == 200
    records = response.get_json()["records"]
    assert len(records) == 11
    assert {record["type"] for record in records} == {
        "vaccination",
        "laboratory_test",
        "disease_case",
        "preventive_measure",
    }
    dose = next(record for record in records if record["occurred_on"] == "2026-03-11")
    assert dose["lot"] == "УЧ-0417"
    assert dose["vaccine"]["name"] == "Гам-КОВИД-Вак"
    assert {"system": "http://hl7.org/fhir/sid/cvx", "code": "505"} in dose["vaccine"]["codings"]
    assert response.headers["Cache-Control"] == "no-store"


def test_without_a_browser_session_the_person_is_found_by_what_introspection_tells(stand: Stand, client: FlaskClient) -> None:
    stand.provider.person = dict(PYOTR)
    assert len(ask(client, stand.provider.access_token()).get_json()["records"]) == 4


def test_a_person_unknown_to_the_register_has_no_records(stand: Stand, client: FlaskClient) -> None:
    stand.provider.person = dict(STRANGER)
    assert ask(client, stand.provider.access_token()).get_json() == {"records": []}


def test_a_cookie_opens_nothing_here(stand: Stand) -> None:
    browser = stand.browser()
    browser.sign_in()
    assert browser.get("/").status_code == 200
    assert browser.get(PATH).status_code == 401


@pytest.mark.parametrize("authorization", [None, "", "Bearer", "Bearer ", "Basic dXNlcjpwYXNz", "Token x"])
def test_no_token_is_a_401_that_names_the_scheme(client: FlaskClient, authorization: str | None) -> None:
    headers = {} if authorization is None else {"Authorization": authorization}
    response = client.get(PATH, headers=headers)
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"] == 'Bearer realm="registry"'
    assert response.mimetype == "application/json"


def test_a_token_in_the_query_is_not_looked_at(stand: Stand, client: FlaskClient) -> None:
    assert client.get(f"{PATH}?access_token={stand.provider.access_token()}").status_code == 401


SPOILED: dict[str, Callable[[Claims], Claims]] = {
    "another issuer": lambda claims: {**claims, "iss": "http://evil.test"},
    "another audience": lambda claims: {**claims, "aud": [ISSUER]},
    "audience of another resource": lambda claims: {**claims, "aud": "http://localhost:8500/apis"},
    "no audience": lambda claims: {key: value for key, value in claims.items() if key != "aud"},
    "expired": lambda claims: {**claims, "exp": NOW},
    "no exp": lambda claims: {key: value for key, value in claims.items() if key != "exp"},
    "of the future": lambda claims: {**claims, "iat": NOW + 61},
    "not yet": lambda claims: {**claims, "nbf": NOW + 600},
    "no jti": lambda claims: {key: value for key, value in claims.items() if key != "jti"},
    "no client": lambda claims: {key: value for key, value in claims.items() if key != "client_id"},
    "another subject than introspection": lambda claims: {**claims, "sub": "subject-pyotr"},
}


@pytest.mark.parametrize("case", SPOILED)
def test_a_token_with_a_spoiled_claim_is_a_401(stand: Stand, client: FlaskClient, case: str) -> None:
    check_invalid(ask(client, stand.provider.access_token(SPOILED[case])))


@pytest.mark.parametrize("header", [{"typ": "JWT"}, {"typ": None}, {"kid": "unknown"}, {"alg": "none"}, {"alg": "HS256"}])
def test_a_token_with_a_spoiled_header_is_a_401(stand: Stand, client: FlaskClient, header: dict[str, Any]) -> None:
    if "alg" in header:
        # Only the header lies: the signature stays that of the honest algorithm.
        honest = stand.provider.access_token()
        token = f"{encode(json.dumps(header | {'kid': 'key-1', 'typ': 'at+jwt'}).encode())}.{honest.partition('.')[2]}"
    else:
        token = stand.provider.access_token(
            spoil_header=lambda honest: {name: value for name, value in (honest | header).items() if value is not None}
        )
    check_invalid(ask(client, token))


@pytest.mark.parametrize("token", ["x", "a.b.c", "é", "x" * 20_000, "..", "null"])
def test_a_token_that_is_none_is_a_401(client: FlaskClient, token: str) -> None:
    check_invalid(client.get(PATH, headers={"Authorization": f"Bearer {token}".encode().decode("latin-1")}))


def test_a_token_of_a_foreign_key_is_a_401(stand: Stand, client: FlaskClient) -> None:
    check_invalid(ask(client, stand.provider.access_token(key=make_key("RS256", "key-1"))))


def test_an_id_token_is_no_access_token(stand: Stand) -> None:
    kept: list[str] = []

    def keep(answer: Claims) -> Claims:
        kept.append(answer["id_token"])
        return answer

    stand.provider.spoil_tokens = keep
    browser = stand.browser()
    browser.sign_in()
    check_invalid(ask(browser.client, kept[0]))


def test_a_token_that_is_not_active_any_more_is_a_401(stand: Stand, client: FlaskClient) -> None:
    stand.provider.is_active = False
    check_invalid(ask(client, stand.provider.access_token()))


@pytest.mark.parametrize("scope", ["openid", "registry.write", "", "registry.readable"])
def test_a_token_without_the_scope_is_a_403(stand: Stand, client: FlaskClient, scope: str) -> None:
    stand.provider.scope = scope
    response = ask(client, stand.provider.access_token())
    assert response.status_code == 403
    assert 'error="insufficient_scope"' in response.headers["WWW-Authenticate"]
    assert 'scope="registry.read"' in response.headers["WWW-Authenticate"]


@pytest.mark.parametrize("acr", ["low", "gold", "", None, 3])
@pytest.mark.parametrize("place", ["token", "introspection"])
def test_rp_15_token_whose_person_proved_too_little_is_a_401_that_names_the_level(
    stand: Stand, client: FlaskClient, acr: object, place: str
) -> None:
    def weaken(claims: Claims) -> Claims:
        return {name: value for name, value in {**claims, "acr": acr}.items() if value is not None}

    if place == "introspection":
        stand.provider.spoil_introspection = weaken
        response = ask(client, stand.provider.access_token())
    else:
        response = ask(client, stand.provider.access_token(weaken))
    assert (response.status_code, response.get_json()["error"]) == (401, "insufficient_user_authentication")
    assert 'acr_values="substantial"' in response.headers["WWW-Authenticate"]


@pytest.mark.parametrize(("acr", "status"), [("low", 200), ("substantial", 200), ("high", 200), ("gold", 401), (None, 401)])
def test_rp_15_lenient_registry_takes_a_token_of_any_known_level(
    make_stand: Callable[..., Stand], acr: str | None, status: int
) -> None:
    stand = make_stand(required_acr="low")
    token = stand.provider.access_token(lambda claims: {**claims, "acr": acr})
    assert ask(stand.app().test_client(), token).status_code == status


def test_introspection_of_another_client_is_a_401(stand: Stand, client: FlaskClient) -> None:
    stand.provider.spoil_introspection = lambda answer: {**answer, "client_id": "another"}
    check_invalid(ask(client, stand.provider.access_token()))


def test_token_of_a_system_is_no_persons(stand: Stand, client: FlaskClient) -> None:
    def without_person(claims: Claims) -> Claims:
        known = {"active", "iss", "aud", "scope", "iat", "exp", "jti"}
        return {name: value for name, value in claims.items() if name in known} | {"sub": "clinic", "client_id": "clinic"}

    stand.provider.spoil_introspection = without_person
    token = stand.provider.access_token(without_person)
    access = judge_access_token(stand.realm, token, scope="registry.read")
    assert (access.is_of_system, access.subject, access.snils, access.birth_date) == (True, "clinic", None, None)
    response = ask(client, token)
    assert (response.status_code, response.get_json()["error"]) == (403, "access_denied")


def test_token_of_a_person_is_no_systems(stand: Stand) -> None:
    assert not judge_access_token(stand.realm, stand.provider.access_token(), scope="registry.read").is_of_system


def test_a_scope_that_introspection_has_taken_away_is_a_403(stand: Stand, client: FlaskClient) -> None:
    stand.provider.spoil_introspection = lambda answer: {**answer, "scope": "openid"}
    assert ask(client, stand.provider.access_token()).status_code == 403


@pytest.mark.parametrize("broken", ["away", "500", "not JSON", "our credentials refused"])
def test_a_provider_that_cannot_be_asked_is_a_503_and_never_access(stand: Stand, client: FlaskClient, broken: str) -> None:
    token = stand.provider.access_token()
    assert ask(client, token).status_code == 200
    stand.clock.advance(1)
    match broken:
        case "away":
            stand.transport.hosts[ISSUER] = None
        case "500":
            stand.provider.broken["/oauth2/introspect"] = ("500 Internal Server Error", b"")
        case "not JSON":
            stand.provider.broken["/oauth2/introspect"] = ("200 OK", b"<html>")
        case _:
            stand.provider.secret = "another"
    response = ask(client, token)
    assert response.status_code == 503
    assert response.get_json()["error"] == "temporarily_unavailable"


def test_introspection_is_remembered_for_at_most_one_second(stand: Stand, client: FlaskClient) -> None:
    token = stand.provider.access_token()
    for _ in range(3):
        ask(client, token)
    assert stand.provider.calls.count("/oauth2/introspect") == 1
    stand.provider.is_active = False
    assert ask(client, token).status_code == 200
    stand.clock.advance(1)
    assert ask(client, token).status_code == 401


def test_a_clock_that_stands_still_does_not_keep_a_revoked_token_alive(stand: Stand, client: FlaskClient) -> None:
    token = stand.provider.access_token()
    assert ask(client, token).status_code == 200
    stand.provider.is_active = False
    stand.monotonic.seconds += 1.0
    assert ask(client, token).status_code == 401


@pytest.mark.parametrize("path", ["/api/", "/api/v1/records", "/api/v1/me/records/1"])
def test_another_address_of_the_api_is_a_404_in_json(client: FlaskClient, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 404
    assert response.mimetype == "application/problem+json"


def test_another_method_is_a_405_in_json(client: FlaskClient) -> None:
    response = client.post(PATH)
    assert response.status_code == 405
    assert response.mimetype == "application/problem+json"


def check_invalid(response: TestResponse) -> None:
    assert response.status_code == 401, response.text
    assert response.headers["WWW-Authenticate"].startswith('Bearer realm="registry", error="invalid_token"')
    assert response.get_json()["error"] == "invalid_token"
