"""Tokens given back, subjects by sector, signed userinfo, and what scripts of other origins may read."""

import pytest
import requests
from joserfc import jwt
from joserfc.jwk import KeySet

from idp.protocol.vocabulary import SIGNING_ALGORITHMS
from tests.idp.stand import ISSUER, SECRET, Stand, Tokens


def revoke(stand: Stand, token: object, *, client_id: str = "client") -> requests.Response:
    return stand.http().post(f"{ISSUER}/oauth2/revoke", data={"token": str(token)}, auth=(client_id, SECRET))


def userinfo(stand: Stand, tokens: Tokens) -> requests.Response:
    headers = {"Authorization": f"Bearer {tokens.body['access_token']}"}
    return stand.http().get(f"{ISSUER}/oauth2/userinfo", headers=headers)


def keys(stand: Stand) -> KeySet:
    return KeySet.import_key_set(stand.http().get(f"{ISSUER}/oauth2/jwks").json())


def test_access_token_given_back_is_dead_and_its_sister_lives(stand: Stand) -> None:
    stand.add_client("refreshing", grant_types=("authorization_code", "refresh_token"))
    first = stand.redeem(stand.obtain_code(client_id="refreshing"), auth=("refreshing", SECRET))
    data = {"grant_type": "refresh_token", "refresh_token": str(first.body["refresh_token"])}
    second = stand.http().post(f"{ISSUER}/oauth2/token", data=data, auth=("refreshing", SECRET)).json()
    assert revoke(stand, first.body["access_token"], client_id="refreshing").status_code == 200
    assert userinfo(stand, first).status_code == 401
    assert userinfo(stand, Tokens(200, second)).status_code == 200
    assert revoke(stand, second["refresh_token"], client_id="refreshing").status_code == 200
    assert userinfo(stand, Tokens(200, second)).status_code == 401


def test_tk_14_unknown_token_is_answered_like_a_revoked_one(stand: Stand) -> None:
    tokens = stand.redeem(stand.obtain_code())
    known, unknown = revoke(stand, tokens.body["access_token"]), revoke(stand, "unknown")
    assert (known.status_code, known.content) == (unknown.status_code, unknown.content) == (200, b"{}")


def test_another_clients_token_is_not_revoked(stand: Stand) -> None:
    stand.add_client("stranger")
    tokens = stand.redeem(stand.obtain_code())
    assert revoke(stand, tokens.body["access_token"], client_id="stranger").json()["error"] == "invalid_grant"
    assert userinfo(stand, tokens).status_code == 200


def test_revocation_needs_the_client(stand: Stand) -> None:
    answer = stand.http().post(f"{ISSUER}/oauth2/revoke", data={"token": "x"})
    assert answer.status_code == 401
    assert answer.json()["error"] == "invalid_client"


def test_jw_07_pairwise_subjects_differ_between_sectors_and_agree_within_one(stand: Stand) -> None:
    subjects = {}
    for client_id, sector in (("a", "one.test"), ("b", "one.test"), ("c", "two.test")):
        stand.add_client(client_id, subject_type="pairwise", sector=sector)
        tokens = stand.redeem(stand.obtain_code(client_id=client_id), auth=(client_id, SECRET))
        claims = jwt.decode(str(tokens.body["id_token"]), keys(stand), algorithms=["RS256"]).claims
        assert claims["sub"] == userinfo(stand, tokens).json()["sub"]
        subjects[client_id] = claims["sub"]
    public = userinfo(stand, stand.redeem(stand.obtain_code())).json()["sub"]
    assert subjects["a"] == subjects["b"]
    assert len({subjects["a"], subjects["c"], public}) == 3


@pytest.mark.parametrize("algorithm", SIGNING_ALGORITHMS)
def test_id_token_and_userinfo_are_signed_as_the_client_registered(stand: Stand, algorithm: str) -> None:
    stand.add_client("picky", id_token_algorithm=algorithm, userinfo_algorithm=algorithm)
    tokens = stand.redeem(stand.obtain_code(client_id="picky"), auth=("picky", SECRET))
    id_token = jwt.decode(str(tokens.body["id_token"]), keys(stand), algorithms=[algorithm])
    assert id_token.header["alg"] == algorithm
    answer = userinfo(stand, tokens)
    assert answer.headers["Content-Type"] == "application/jwt"
    claims = jwt.decode(answer.text, keys(stand), algorithms=[algorithm]).claims
    assert (claims["iss"], claims["aud"], claims["sub"]) == (ISSUER, "picky", id_token.claims["sub"])
    assert claims["family_name"] == "Ромашкина"


def test_scripts_of_any_origin_may_read_what_a_public_client_needs(stand: Stand) -> None:
    for path in ("/.well-known/openid-configuration", "/oauth2/jwks", "/oauth2/token", "/oauth2/userinfo", "/oauth2/revoke"):
        preflight = stand.http().options(ISSUER + path, headers={"Origin": "https://app.test"})
        assert preflight.status_code == 204
        assert preflight.headers["Access-Control-Allow-Origin"] == "*"
        assert "Authorization" in preflight.headers["Access-Control-Allow-Headers"]
        assert stand.http().get(ISSUER + path).headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize("path", ["/oauth2/authorize", "/oauth2/introspect", "/oauth2/register", "/oauth2/logout", "/"])
def test_no_script_of_another_origin_may_read_the_rest(stand: Stand, path: str) -> None:
    answer = stand.http().get(ISSUER + path, headers={"Origin": "https://app.test"})
    assert "Access-Control-Allow-Origin" not in answer.headers
