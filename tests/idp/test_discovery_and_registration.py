"""What a client finds out by itself, and how it makes itself known."""

import pytest
import requests

from ground.clock import FixedClock
from tests.idp.stand import CALLBACK, ISSUER, VERIFIER, Stand, challenge

DISCOVERY = f"{ISSUER}/.well-known/openid-configuration"
REGISTER = f"{ISSUER}/oauth2/register"
DOCUMENTS = [DISCOVERY, f"{ISSUER}/.well-known/oauth-authorization-server", f"{ISSUER}/oauth2/jwks"]


def register(stand: Stand, **metadata: object) -> requests.Response:
    return stand.http().post(REGISTER, json={"redirect_uris": [CALLBACK], "client_name": "Проба"} | metadata)


def production(stand: Stand) -> Stand:
    return Stand(
        stand.settings.home, FixedClock(Stand.START), environment="production", issuer="https://idp.test", codes_per_hour=5
    )


def test_every_advertised_endpoint_answers(stand: Stand) -> None:
    document = stand.http().get(DISCOVERY).json()
    endpoints = {name: value for name, value in document.items() if name.endswith(("_endpoint", "_uri"))}
    assert len(endpoints) == 9
    for name, address in endpoints.items():
        assert address.startswith(ISSUER + "/"), name
        answers = [stand.http().get(address), stand.http().post(address)]
        assert not [answer for answer in answers if answer.status_code == 404 or answer.status_code >= 500], name


def test_what_is_advertised_is_what_holds(stand: Stand) -> None:
    document = stand.http().get(DISCOVERY).json()
    assert document["issuer"] == ISSUER
    assert document["response_types_supported"] == ["code"]
    assert document["code_challenge_methods_supported"] == ["S256"]
    assert document["authorization_response_iss_parameter_supported"] is True
    assert document["grant_types_supported"] == ["authorization_code", "refresh_token", "client_credentials"]
    assert "none" not in document["id_token_signing_alg_values_supported"]


def test_both_well_known_addresses_say_the_same(stand: Stand) -> None:
    assert stand.http().get(DOCUMENTS[0]).content == stand.http().get(DOCUMENTS[1]).content


@pytest.mark.parametrize("address", DOCUMENTS)
def test_jw_03_document_is_cached_by_its_tag(stand: Stand, address: str) -> None:
    answer = stand.http().get(address)
    assert "max-age" in answer.headers["Cache-Control"]
    assert stand.http().get(address).headers["ETag"] == answer.headers["ETag"]
    again = stand.http().get(address, headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert "Content-Length" not in again.headers
    assert stand.http().get(address, headers={"If-None-Match": '"another"'}).status_code == 200


@pytest.mark.parametrize("address", DOCUMENTS)
def test_jw_03_head_says_what_get_would(stand: Stand, address: str) -> None:
    head, get = stand.http().head(address), stand.http().get(address)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers == get.headers
    assert int(head.headers["Content-Length"]) == len(get.content)


@pytest.mark.parametrize("address", DOCUMENTS)
def test_document_is_read_only(stand: Stand, address: str) -> None:
    answer = stand.http().put(address, data="x")
    assert answer.status_code == 405
    assert answer.headers["Allow"] == "GET, HEAD"


def test_host_header_writes_no_address(stand: Stand) -> None:
    answer = stand.http().get(DISCOVERY, headers={"Host": "evil.test", "X-Forwarded-Host": "evil.test"})
    assert "evil.test" not in answer.text


def test_client_that_registered_itself_signs_people_in(stand: Stand) -> None:
    answer = register(stand, post_logout_redirect_uris=["http://localhost:9999/bye"])
    assert answer.status_code == 201
    assert answer.headers["Cache-Control"] == "no-store"
    made = answer.json()
    assert made["client_name"] == "Проба"
    assert made["client_secret_expires_at"] == 0
    assert made["client_id_issued_at"] == Stand.START
    code = stand.obtain_code(client_id=made["client_id"])
    assert stand.redeem(code, auth=(made["client_id"], made["client_secret"])).status == 200


def test_public_client_gets_no_secret_and_must_use_pkce(stand: Stand) -> None:
    made = register(stand, token_endpoint_auth_method="none").json()
    assert "client_secret" not in made
    code = stand.obtain_code(client_id=made["client_id"], code_challenge=challenge(), code_challenge_method="S256")
    assert stand.redeem(code, auth=None, client_id=made["client_id"], code_verifier=VERIFIER).status == 200


def test_ca_14_secret_is_shown_once_and_stored_as_a_hash(stand: Stand) -> None:
    secret = register(stand).json()["client_secret"]
    assert len(secret) >= 43
    assert secret not in str(stand.rows("SELECT * FROM information_systems"))
    assert secret not in str(stand.events())
    for file in (stand.settings.home / "var").rglob("*"):
        assert not file.is_file() or secret.encode() not in file.read_bytes()


def test_registered_client_cannot_call_itself_the_registry(stand: Stand) -> None:
    made = register(stand, client_id="registry", resource="http://localhost:8500/api").json()
    assert made["client_id"] != "registry"
    token = stand.tokens(scope="openid registry.read")["access_token"]
    assert stand.introspect(token, auth=(made["client_id"], made["client_secret"])).json() == {"active": False}


@pytest.mark.parametrize(
    ("metadata", "code"),
    [
        ({"redirect_uris": ["http://client.example/"]}, "invalid_redirect_uri"),
        ({"redirect_uris": ["javascript:alert(1)"]}, "invalid_redirect_uri"),
        ({"redirect_uris": []}, "invalid_redirect_uri"),
        ({"token_endpoint_auth_method": "private_key_jwt"}, "invalid_client_metadata"),
        ({"client_name": "a\0b"}, "invalid_client_metadata"),
    ],
)
def test_unsound_registration_is_refused_stores_nothing_and_leaves_its_row(
    stand: Stand, metadata: dict[str, object], code: str
) -> None:
    before = stand.rows("SELECT count(*) FROM information_systems")
    answer = register(stand, **metadata)
    assert (answer.status_code, answer.json()["error"]) == (400, code)
    assert stand.rows("SELECT count(*) FROM information_systems") == before
    assert stand.actions()[-1] == f"client.refused {code}"


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"null", b"{", b"\xff", b'"x"', b'{"redirect_uris":["\\ud800"]}', b"[" * 5000, b'{"a":' * 5000]
)
def test_registration_of_junk_is_a_bad_request(stand: Stand, body: bytes) -> None:
    answer = stand.http().post(REGISTER, data=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 400
    assert answer.json()["error"] == "invalid_client_metadata"


def test_ca_12_number_of_clients_is_bounded(stand: Stand) -> None:
    (count,) = stand.rows("SELECT count(*) FROM information_systems")[0]
    bounded = Stand(stand.settings.home, stand.clock, registration_limit=int(str(count)) + 1)
    assert [register(bounded).status_code for _ in range(3)] == [201, 429, 429]
    bounded.close()


def test_ca_08_in_production_registration_needs_the_token(stand: Stand) -> None:
    stand_in_production = production(stand)
    token = stand_in_production.settings.keys_folder / "registration-token"
    token.write_text("the initial access token\n")
    http, address = stand_in_production.http(), "https://idp.test/oauth2/register"
    metadata = {"redirect_uris": ["https://client.example/callback"]}
    for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "Bearer "}, {"Authorization": "Basic the"}):
        answer = http.post(address, json=metadata, headers=headers)
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_token")
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    headers = {"Authorization": "Bearer the initial access token"}
    assert http.post(address, json=metadata, headers=headers).status_code == 201
    assert http.post(address, json={"redirect_uris": ["http://rp.test/"]}, headers=headers).status_code == 400
    token.write_text("")
    assert http.post(address, json=metadata, headers={"Authorization": "Bearer "}).status_code == 401
    token.unlink()
    assert http.post(address, json=metadata, headers=headers).status_code == 401
    stand_in_production.close()


def test_ca_08_open_registration_is_a_thing_of_the_test_environment(stand: Stand) -> None:
    closed = Stand(stand.settings.home, stand.clock, registration_is_open=False)
    assert register(closed).status_code == 401
    closed.close()
    stand_in_production = production(stand)
    assert stand_in_production.settings.registration_is_open, "the setting alone opens nothing there"
    answer = stand_in_production.http().post("https://idp.test/oauth2/register", json={"redirect_uris": ["https://c.example/"]})
    assert answer.status_code == 401
    stand_in_production.close()
