"""Minting: any token the provider could sign, and always marked."""

import warnings
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet
from joserfc.jwt import Token

from tests.idp.control.test_login import VERA, ask, problem
from tests.idp.control.test_made_by_test import MARK, mint
from tests.idp.stand import SECRET, Stand

FOR_VERA = {"person": VERA, "client_id": "client"}
ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA"]


def verified(stand: Stand, token: str) -> Token:
    keys = KeySet.import_key_set(stand.http().get(f"{stand.issuer}/oauth2/jwks").json())
    with warnings.catch_warnings(action="ignore"):
        return jwt.decode(token, keys, algorithms=ALGORITHMS)


def test_minted_access_token_is_good_at_userinfo_and_introspection(stand: Stand) -> None:
    made = mint(stand, kind="access_token", **FOR_VERA, scope="openid profile")
    assert stand.userinfo(made["token"]).json()["given_name"] == "Вера"
    known = stand.introspect(made["token"]).json()
    assert known["active"] is True and known["scope"] == "openid profile" and known[MARK] is True
    assert verified(stand, made["token"]).claims == made["claims"]
    assert made["header"]["typ"] == "at+jwt"


@pytest.mark.parametrize("kind", ["access_token", "id_token", "logout_token"])
def test_minted_token_says_what_the_honest_one_of_its_kind_says(stand: Stand, kind: str) -> None:
    made = mint(stand, kind=kind, **FOR_VERA)
    honest = stand.tokens()
    names = {"iss", "sub", "aud", "iat", "exp", "jti", "sid", "events"}
    if kind != "logout_token":
        token = stand.verified(honest[kind])
        names = token.claims.keys() - {"nonce", "at_hash"}
        assert made["header"] == token.header
    assert made["claims"].keys() == names | {MARK}


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_every_algorithm_of_the_realm_signs(stand: Stand, algorithm: str) -> None:
    made = mint(stand, kind="jwt", algorithm=algorithm, claims={"any": {"thing": [1, None, "ж"]}})
    assert made["header"]["alg"] == algorithm
    assert verified(stand, made["token"]).claims["any"] == {"thing": [1, None, "ж"]}


def test_claims_and_header_replace_and_remove(stand: Stand) -> None:
    made = mint(
        stand, kind="id_token", **FOR_VERA, claims={"aud": ["x", "y"], "exp": None, "nonce": 7}, header={"kid": None, "typ": "x"}
    )
    assert (made["claims"]["aud"], made["claims"]["nonce"]) == (["x", "y"], 7)
    assert "exp" not in made["claims"]
    assert (made["header"]["typ"], made["header"].keys()) == ("x", {"alg", "typ"})


@pytest.mark.parametrize(
    "claims",
    [{"aud": None}, {"aud": 7}, {"aud": [7]}, {"aud": "http://localhost:8400"}, {"jti": None}, {"jti": 7}, {"jti": "."},
     {"exp": None}, {"exp": True}, {"exp": 2**63}, {"exp": 1e99}, {"exp": "never"}, {"iss": None}, {"iss": []}],
)  # fmt: skip
def test_spoiled_access_token_is_refused_and_breaks_nothing(stand: Stand, claims: dict[str, Any]) -> None:
    token = mint(stand, kind="access_token", **FOR_VERA, claims=claims)["token"]
    assert stand.userinfo(token).status_code == 401
    assert stand.introspect(token).json() == {"active": False}
    assert stand.http().post(f"{stand.issuer}/oauth2/revoke", data={"token": token}, auth=("client", SECRET)).status_code == 200


def test_access_token_with_a_jti_as_long_as_the_column_is_wide_is_revoked(stand: Stand) -> None:
    family = mint(stand, kind="access_token", **FOR_VERA)["claims"]["jti"].partition(".")[0]
    for length, status in ((100, 200), (101, 401)):
        jti = f"{family}.".ljust(length, "x")
        token = mint(stand, kind="access_token", **FOR_VERA, claims={"jti": jti})["token"]
        assert stand.userinfo(token).status_code == status
        stand.http().post(f"{stand.issuer}/oauth2/revoke", data={"token": token}, auth=("client", SECRET)).raise_for_status()
        assert stand.userinfo(token).status_code == 401


@pytest.mark.parametrize(("lives_for", "status"), [(1, 200), (0, 401), (-60, 401), (86_400, 200)])
def test_token_lives_for_as_long_as_it_is_told(stand: Stand, lives_for: int, status: int) -> None:
    made = mint(stand, kind="access_token", **FOR_VERA, lives_for=lives_for)
    assert made["claims"]["exp"] == stand.clock.now() + lives_for
    assert stand.userinfo(made["token"]).status_code == status


def test_jwt_names_whom_it_is_told_to_name(stand: Stand) -> None:
    stand.add_client("pairwise", subject_type="pairwise", sector="localhost")
    assert mint(stand, kind="jwt")["claims"].keys() == {"iss", "iat", "exp", MARK}
    assert mint(stand, kind="jwt", person=VERA)["claims"]["sub"] == stand.citizen(VERA)
    pairwise = mint(stand, kind="jwt", person=VERA, client_id="pairwise")["claims"]
    assert pairwise["aud"] == "pairwise" and pairwise["sub"] != stand.citizen(VERA)


def test_session_of_a_minted_token_can_be_named(stand: Stand) -> None:
    assert mint(stand, kind="logout_token", **FOR_VERA, sid="the session")["claims"]["sid"] == "the session"


@pytest.mark.parametrize("value", [None, False, 0, "", "true", 1, {}])
def test_lb_06_mark_of_a_minted_token_stays(stand: Stand, value: Any) -> None:
    answer = ask(stand, "/mint", kind="jwt", claims={MARK: value})
    assert problem(answer, 400)["type"] == "urn:propusk:problem:mark_stays"
    assert mint(stand, kind="jwt", claims={MARK: True})["claims"][MARK] is True


@pytest.mark.parametrize(
    ("body", "status", "word"),
    [
        ({"kind": "jwt", "header": {"alg": "none"}}, 400, "algorithm_in_header"),
        ({"kind": "jwt", "algorithm": "none"}, 422, "body_invalid"),
        ({"kind": "jwt", "algorithm": "HS256"}, 422, "body_invalid"),
        ({"kind": "code"}, 422, "body_invalid"),
        ({}, 422, "body_invalid"),
        ({"kind": "access_token"}, 400, "member_missing"),
        ({"kind": "id_token", "person": VERA}, 400, "member_missing"),
        ({"kind": "jwt", "person": "nobody"}, 404, "person_unknown"),
        ({"kind": "jwt", "client_id": "nobody"}, 400, "invalid_client"),
        ({"kind": "jwt", "claims": {"n": 2**64}}, 422, "body_invalid"),
        ({"kind": "jwt", "lives_for": 2**64}, 422, "body_invalid"),
        ({"kind": "access_token", **FOR_VERA, "scope": "x" * 1001}, 400, "too_long"),
        ({"kind": "id_token", **FOR_VERA, "sid": "x" * 37}, 400, "too_long"),
    ],
)
def test_token_that_cannot_be_made_is_a_problem(stand: Stand, body: dict[str, Any], status: int, word: str) -> None:
    assert problem(ask(stand, "/mint", **body), status)["type"] == f"urn:propusk:problem:{word}"
