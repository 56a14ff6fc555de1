"""A client proves who it is by exactly the method and algorithm that it registered."""

from collections.abc import Mapping
from typing import Any

import pytest
from joserfc.jwk import OctKey

from tests.idp.clients.registrant import (
    BELIEVED,
    NOT_BELIEVED,
    TOKEN,
    assertion_data,
    claims_of,
    error_of,
    register,
    serve_json,
    try_to_authenticate,
)
from tests.idp.signing import make_key, public_set, signed
from tests.idp.stand import CALLBACK, ISSUER, VERIFIER, Stand, challenge

INTROSPECT = f"{ISSUER}/oauth2/introspect"
REVOKE = f"{ISSUER}/oauth2/revoke"


def signed_by_secret(stand: Stand, client: Mapping[str, Any], secret: str | None = None) -> dict[str, str]:
    key = OctKey.import_key(secret or client["client_secret"])
    return assertion_data(signed(key, claims_of(stand, client), algorithm="HS256", header={"kid": None}))


def basic(client: Mapping[str, Any], secret: str | None = None) -> dict[str, Any]:
    return {"auth": (client["client_id"], secret or client["client_secret"])}


def in_body(client: Mapping[str, Any], secret: str | None = None) -> dict[str, Any]:
    return {"data": {"client_id": client["client_id"], "client_secret": secret or client["client_secret"]}}


@pytest.mark.parametrize("believe", [basic, in_body])
def test_secret_is_believed_by_the_registered_method(stand: Stand, believe: Any) -> None:
    method = "client_secret_basic" if believe is basic else "client_secret_post"
    client = register(stand, token_endpoint_auth_method=method)
    assert error_of(try_to_authenticate(stand, client, **believe(client))) == BELIEVED


def test_ca_01_wrong_secret_by_basic_is_challenged(stand: Stand) -> None:
    client = register(stand)
    answer = try_to_authenticate(stand, client, **basic(client, "wrong"))
    assert error_of(answer) == NOT_BELIEVED
    assert answer.headers["WWW-Authenticate"].startswith("Basic realm=")
    assert stand.events()[-1]["action"] == "client.refused"


def test_ca_01_wrong_secret_in_the_body_is_refused(stand: Stand) -> None:
    client = register(stand, token_endpoint_auth_method="client_secret_post")
    assert error_of(try_to_authenticate(stand, client, **in_body(client, "wrong"))) == NOT_BELIEVED


@pytest.mark.parametrize("send", [basic, in_body])
def test_ca_01_unknown_client_and_wrong_secret_look_alike(stand: Stand, send: Any) -> None:
    method = "client_secret_basic" if send is basic else "client_secret_post"
    client = register(stand, token_endpoint_auth_method=method)
    unknown = client | {"client_id": "nobody"}
    answers = [try_to_authenticate(stand, who, **send(who, "wrong")) for who in (client, unknown)]
    assert answers[0].status_code == answers[1].status_code == 401
    assert answers[0].content == answers[1].content
    assert answers[0].headers == answers[1].headers


@pytest.mark.parametrize("header", ["Basic", "Basic ***", "Basic bm9jb2xvbg==", "basic Og==", "Bearer abc"])
def test_ca_01_credentials_that_say_nothing_are_refused(stand: Stand, header: str) -> None:
    client = register(stand)
    answer = try_to_authenticate(stand, client, headers={"Authorization": header})
    assert error_of(answer) == NOT_BELIEVED


@pytest.mark.parametrize(
    ("registered", "send"),
    [
        ("client_secret_basic", in_body),
        ("client_secret_post", basic),
        ("client_secret_jwt", basic),
        ("client_secret_jwt", in_body),
    ],
)
def test_ca_03_right_secret_by_another_method_is_refused(stand: Stand, registered: str, send: Any) -> None:
    client = register(stand, token_endpoint_auth_method=registered)
    assert error_of(try_to_authenticate(stand, client, **send(client))) == NOT_BELIEVED


def test_ca_03_client_of_a_private_key_sends_a_secret(stand: Stand) -> None:
    key = make_key("ES256")
    client = register(stand, token_endpoint_auth_method="private_key_jwt", jwks=public_set(key))
    assert "client_secret" not in client
    for send in (basic, in_body):
        assert error_of(try_to_authenticate(stand, client, **send(client, "anything"))) == NOT_BELIEVED
    assert error_of(try_to_authenticate(stand, client, data={"client_id": client["client_id"]})) == NOT_BELIEVED
    by_secret = signed_by_secret(stand, client, "anything that is long enough")
    assert error_of(try_to_authenticate(stand, client, data=by_secret)) == NOT_BELIEVED


def test_ca_03_client_of_a_secret_sends_a_signature(stand: Stand) -> None:
    key = make_key("ES256")
    client = register(stand, jwks=public_set(key))
    data = assertion_data(signed(key, claims_of(stand, client), algorithm="ES256"))
    assert error_of(try_to_authenticate(stand, client, data=data)) == NOT_BELIEVED
    assert error_of(try_to_authenticate(stand, client, data=signed_by_secret(stand, client))) == NOT_BELIEVED


def test_ca_03_confidential_client_does_not_pass_by_its_name(stand: Stand) -> None:
    client = register(stand)
    assert error_of(try_to_authenticate(stand, client, data={"client_id": client["client_id"]})) == NOT_BELIEVED
    assert error_of(try_to_authenticate(stand, client)) == NOT_BELIEVED


def test_ca_03_public_client_with_a_secret_is_refused(stand: Stand) -> None:
    client = register(stand, token_endpoint_auth_method="none")
    assert "client_secret" not in client
    assert error_of(try_to_authenticate(stand, client, data={"client_id": client["client_id"]})) == BELIEVED
    for send in (basic, in_body):
        assert error_of(try_to_authenticate(stand, client, **send(client, "a secret"))) == NOT_BELIEVED


def test_two_methods_at_once_are_a_bad_request(stand: Stand) -> None:
    client = register(stand)
    answer = try_to_authenticate(stand, client, **basic(client), data={"client_secret": client["client_secret"]})
    assert error_of(answer) == (400, "invalid_request")
    answer = try_to_authenticate(stand, client, **basic(client), data=signed_by_secret(stand, client))
    assert error_of(answer) == (400, "invalid_request")


def test_client_id_beside_the_credentials_must_be_the_same(stand: Stand) -> None:
    client = register(stand)
    assert error_of(try_to_authenticate(stand, client, **basic(client), data={"client_id": client["client_id"]})) == BELIEVED
    assert error_of(try_to_authenticate(stand, client, **basic(client), data={"client_id": "client"})) == NOT_BELIEVED


def test_secret_signs_an_assertion(stand: Stand) -> None:
    client = register(stand, token_endpoint_auth_method="client_secret_jwt")
    assert error_of(try_to_authenticate(stand, client, data=signed_by_secret(stand, client))) == BELIEVED
    wrong = signed_by_secret(stand, client, "w" * 43)
    assert error_of(try_to_authenticate(stand, client, data=wrong)) == NOT_BELIEVED


@pytest.mark.parametrize("algorithm", ["RS256", "PS256", "ES256", "EdDSA"])
def test_private_key_signs_an_assertion(stand: Stand, algorithm: str) -> None:
    key, foreign = make_key(algorithm), make_key(algorithm)
    client = register(stand, token_endpoint_auth_method="private_key_jwt", jwks=public_set(key))
    data = assertion_data(signed(key, claims_of(stand, client), algorithm=algorithm))
    assert error_of(try_to_authenticate(stand, client, data=data)) == BELIEVED
    for header in ({}, {"kid": key.kid}, {"kid": "../../etc/passwd"}, {"kid": "' OR 1=1 --"}):
        forged = assertion_data(signed(foreign, claims_of(stand, client), algorithm=algorithm, header=header))
        assert error_of(try_to_authenticate(stand, client, data=forged)) == NOT_BELIEVED


def test_keys_may_be_published_instead(stand: Stand) -> None:
    key = make_key("ES256")
    stand.transport.hosts["https://client.test"] = serve_json(public_set(key))
    client = register(stand, token_endpoint_auth_method="private_key_jwt", jwks_uri="https://client.test/jwks")
    data = assertion_data(signed(key, claims_of(stand, client), algorithm="ES256"))
    assert error_of(try_to_authenticate(stand, client, data=data)) == BELIEVED
    stand.transport.hosts["https://client.test"] = None
    stand.clock.advance(301)
    data = assertion_data(signed(key, claims_of(stand, client), algorithm="ES256"))
    assert error_of(try_to_authenticate(stand, client, data=data)) == NOT_BELIEVED


def test_ca_03_only_the_registered_algorithm_is_believed(stand: Stand) -> None:
    key = make_key("RS256")
    terms = {"token_endpoint_auth_method": "private_key_jwt", "token_endpoint_auth_signing_alg": "PS256"}
    client = register(stand, jwks=public_set(key), **terms)
    assert client["token_endpoint_auth_signing_alg"] == "PS256"
    for algorithm, expected in (("RS256", NOT_BELIEVED), ("PS256", BELIEVED)):
        data = assertion_data(signed(key, claims_of(stand, client), algorithm=algorithm))
        assert error_of(try_to_authenticate(stand, client, data=data)) == expected


def test_whole_sign_in_of_a_client_with_a_private_key(stand: Stand) -> None:
    """The token endpoint, introspection and revocation all ask for the same proof."""
    key = make_key("ES256")
    client = register(stand, token_endpoint_auth_method="private_key_jwt", jwks=public_set(key), scope="openid")

    def prove(**changed: Any) -> dict[str, str]:
        return assertion_data(signed(key, claims_of(stand, client, **changed), algorithm="ES256"))

    code = stand.obtain_code(
        client_id=client["client_id"], code_challenge=challenge(), code_challenge_method="S256", scope="openid"
    )
    fields = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK, "code_verifier": VERIFIER}
    answer = stand.http().post(TOKEN, data=fields | prove(aud=TOKEN))
    assert answer.status_code == 200, answer.text
    token = {"token": answer.json()["access_token"]}
    said = stand.http().post(INTROSPECT, data=token | prove(aud=INTROSPECT))
    assert said.json()["active"] is True
    assert stand.http().post(INTROSPECT, data=token | {"client_id": client["client_id"]}).status_code == 401
    assert stand.http().post(REVOKE, data=token | {"client_id": client["client_id"]}).status_code == 401
    assert stand.http().post(REVOKE, data=token | prove(aud=REVOKE)).status_code == 200
    assert stand.http().post(INTROSPECT, data=token | prove()).json() == {"active": False}


def test_introspection_is_not_for_public_clients(stand: Stand) -> None:
    client = register(stand, token_endpoint_auth_method="none")
    answer = stand.http().post(INTROSPECT, data={"token": "any", "client_id": client["client_id"]})
    assert error_of(answer) == NOT_BELIEVED


def test_discovery_lists_every_method_and_algorithm(stand: Stand) -> None:
    document = stand.http().get(f"{ISSUER}/.well-known/openid-configuration").json()
    methods = ["client_secret_basic", "client_secret_post", "client_secret_jwt", "private_key_jwt"]
    for endpoint, extra in (("token", ["none"]), ("revocation", ["none"]), ("introspection", [])):
        assert document[f"{endpoint}_endpoint_auth_methods_supported"] == methods + extra
        listed = document[f"{endpoint}_endpoint_auth_signing_alg_values_supported"]
        assert listed == ["RS256", "PS256", "ES256", "EdDSA", "HS256"]
