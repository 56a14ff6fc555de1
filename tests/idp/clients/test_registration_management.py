"""A client reads, replaces and deletes its own registration (RFC 7592)."""

from typing import Any

import pytest
from joserfc.jwk import OctKey

from tests.idp.clients.registrant import (
    BELIEVED,
    NOT_BELIEVED,
    REGISTER,
    assertion_data,
    claims_of,
    error_of,
    manage,
    register,
    try_to_authenticate,
)  # fmt: skip
from tests.idp.signing import make_key, public_set, signed
from tests.idp.stand import CALLBACK, ISSUER, Stand

BAD_METADATA = (400, "invalid_client_metadata")
SHOWN_ONCE = ("client_secret", "client_secret_expires_at")
OURS = ("registration_access_token", "registration_client_uri", "client_id_issued_at", *SHOWN_ONCE)


def terms_of(client: dict[str, Any], **changed: Any) -> dict[str, Any]:
    """What an update sends: everything that was registered, changed."""
    return {name: value for name, value in client.items() if name not in OURS} | changed


def believed(stand: Stand, client: dict[str, Any], secret: str) -> bool:
    answer = try_to_authenticate(stand, client, auth=(client["client_id"], secret))
    return error_of(answer) == BELIEVED


def test_registration_is_read_as_it_was_made(stand: Stand) -> None:
    client = register(stand, contacts=["developer@client.test"])
    stand.clock.advance(1000)
    answer = manage(stand, "GET", client)
    assert answer.status_code == 200
    assert answer.json() == {name: value for name, value in client.items() if name not in SHOWN_ONCE}
    assert answer.headers["Cache-Control"] == "no-store"


def test_update_replaces_everything_and_leaves_the_secret(stand: Stand) -> None:
    client = register(stand, contacts=["developer@client.test"], require_pkce=True)
    wanted = {"client_id": client["client_id"], "redirect_uris": ["https://client.test/new"], "client_name": "Новое имя"}
    answer = manage(stand, "PUT", client, json=wanted)
    assert answer.status_code == 200, answer.text
    changed = answer.json()
    assert changed["redirect_uris"] == ["https://client.test/new"]
    assert changed["client_name"] == "Новое имя"
    assert not {"contacts", "require_pkce", "client_secret"} & changed.keys()
    assert manage(stand, "GET", client).json() == changed
    assert believed(stand, client, client["client_secret"])
    assert stand.browser().open(stand.authorize_url(client_id=client["client_id"])).status == 400


@pytest.mark.parametrize(
    "changed",
    [
        {"client_id": "client"},
        {"client_id": None},
        {"client_secret": "another"},
        {"client_secret": 7},
        {"redirect_uris": ["/callback"]},
        {"registration_access_token": "x"},
        {"client_id_issued_at": 0},
        {"software_statement": "x"},
    ],
)
def test_bad_update_changes_nothing(stand: Stand, changed: dict[str, Any]) -> None:
    client = register(stand)
    before = manage(stand, "GET", client).json()
    assert manage(stand, "PUT", client, json=terms_of(client, client_name="Новое имя") | changed).status_code == 400
    assert manage(stand, "GET", client).json() == before


def test_present_secret_may_be_repeated(stand: Stand) -> None:
    client = register(stand)
    answer = manage(stand, "PUT", client, json=terms_of(client, client_secret=client["client_secret"]))
    assert answer.status_code == 200
    assert believed(stand, client, client["client_secret"])


def test_public_client_that_becomes_confidential_gets_a_secret(stand: Stand) -> None:
    client = register(stand, token_endpoint_auth_method="none")
    answer = manage(stand, "PUT", client, json=terms_of(client, token_endpoint_auth_method="client_secret_basic")).json()
    assert believed(stand, client, answer["client_secret"])


def test_client_that_needs_no_secret_any_more_loses_it(stand: Stand) -> None:
    client = register(stand)
    key = make_key("ES256")
    terms = terms_of(client, token_endpoint_auth_method="private_key_jwt", jwks=public_set(key))
    assert "client_secret" not in manage(stand, "PUT", client, json=terms).json()
    assert not believed(stand, client, client["client_secret"])
    data = assertion_data(signed(key, claims_of(stand, client), algorithm="ES256"))
    assert error_of(try_to_authenticate(stand, client, data=data)) == BELIEVED
    again = manage(stand, "PUT", client, json=terms_of(client)).json()
    assert not believed(stand, client, client["client_secret"])
    assert believed(stand, client, again["client_secret"])


def sign_with(stand: Stand, client: dict[str, Any], secret: str) -> tuple[int, str]:
    key = OctKey.import_key(secret)
    data = assertion_data(signed(key, claims_of(stand, client), algorithm="HS256", header={"kid": None}))
    return error_of(try_to_authenticate(stand, client, data=data))


def test_client_that_begins_to_sign_with_its_secret(stand: Stand) -> None:
    """We hold only a hash, so the secret is repeated or a new one is made; afterwards it stays."""
    first, second = register(stand), register(stand)
    terms = terms_of(first, token_endpoint_auth_method="client_secret_jwt")
    repeated = manage(stand, "PUT", first, json=terms | {"client_secret": first["client_secret"]}).json()
    assert "client_secret" not in repeated
    assert sign_with(stand, first, first["client_secret"]) == BELIEVED
    terms = terms_of(second, token_endpoint_auth_method="client_secret_jwt")
    renewed = manage(stand, "PUT", second, json=terms).json()
    assert sign_with(stand, second, second["client_secret"]) == NOT_BELIEVED
    assert sign_with(stand, second, renewed["client_secret"]) == BELIEVED
    assert "client_secret" not in manage(stand, "PUT", second, json=terms).json()
    assert sign_with(stand, second, renewed["client_secret"]) == BELIEVED


def test_deleted_client_and_its_tokens_are_dead(stand: Stand) -> None:
    client = register(stand)
    code = stand.obtain_code(client_id=client["client_id"], scope="openid")
    auth = (client["client_id"], client["client_secret"])
    tokens = stand.redeem(code, auth=auth)
    assert tokens.status == 200
    waiting = stand.obtain_code(client_id=client["client_id"], scope="openid")
    answer = manage(stand, "DELETE", client)
    assert (answer.status_code, answer.content) == (204, b"")
    assert manage(stand, "GET", client).status_code == 401
    assert stand.redeem(waiting, auth=auth).status == 401
    headers = {"Authorization": f"Bearer {tokens.body['access_token']}"}
    assert stand.http().get(f"{ISSUER}/oauth2/userinfo", headers=headers).status_code == 401
    assert stand.browser().open(stand.authorize_url(client_id=client["client_id"])).status == 400
    actions = [event["action"] for event in stand.events()]
    assert "client.disabled" in actions
    assert "tokens.revoked" in actions


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_wrong_token_does_not_tell_whether_the_client_exists(stand: Stand, method: str) -> None:
    mine, other = register(stand), register(stand)
    nobody = {"registration_client_uri": f"{REGISTER}/nobody"}
    of_the_seed = {"registration_client_uri": f"{REGISTER}/registry"}
    body = terms_of(mine)
    answers = [
        manage(stand, method, mine, other["registration_access_token"], json=body),
        manage(stand, method, mine, "wrong", json=body),
        manage(stand, method, nobody, "wrong", json=body),
        manage(stand, method, of_the_seed, "wrong", json=body),
        stand.http().request(method, mine["registration_client_uri"], json=body),
        stand.http().request(method, of_the_seed["registration_client_uri"], json=body),
    ]
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.content for answer in answers}) == 1
    assert all(answer.headers["WWW-Authenticate"].startswith("Bearer") for answer in answers)
    assert manage(stand, "GET", mine).status_code == 200


def test_registration_is_not_posted_to(stand: Stand) -> None:
    client = register(stand)
    assert manage(stand, "POST", client, json={}).status_code == 405
    assert stand.http().get(REGISTER).status_code == 405
    assert stand.http().get(f"{REGISTER}/").status_code in (401, 404)


def test_update_is_judged_like_a_registration(stand: Stand) -> None:
    client = register(stand)
    terms = terms_of(client, subject_type="pairwise", redirect_uris=[CALLBACK, "https://two.test/cb"])
    assert error_of(manage(stand, "PUT", client, json=terms)) == BAD_METADATA
    assert error_of(manage(stand, "PUT", client, data=b"{")) == BAD_METADATA
    assert error_of(manage(stand, "PUT", client, json=[])) == BAD_METADATA
