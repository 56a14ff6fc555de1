"""LB-06: a token that the provider's test API made stands for nobody, except where the registry is a test stand too."""

import json
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from rp.trust.access_token import judge_access_token
from rp.trust.errors import AccessTokenRefused, TrustError
from rp.trust.id_token import judge_id_token
from rp.trust.logout_token import EVENT, judge_logout_token
from tests.rp.conftest import Stand
from tests.rp.fake_provider import CLIENT_ID, ISSUER, Claims, half_hash, sign, sign_by_hand

MARK = "propusk_test"
PRODUCTION = {"environment": "production", "issuer": "https://idp.test", "url": "https://registry.test"}


def judges(stand: Stand, mark: Claims) -> dict[str, Callable[[], object]]:
    """A good token of each kind, but for the mark, and how it is judged."""
    realm, provider = stand.realm, stand.provider
    now, issuer = stand.clock.now(), realm.settings.issuer
    header = {"alg": provider.algorithm, "kid": provider.key.kid}
    common = {"iss": issuer, "sub": "subject-vera", "aud": CLIENT_ID, "iat": now, "exp": now + 60, **mark}
    proof = {"nonce": "n", "acr": "substantial", "at_hash": half_hash("a"), "auth_time": now}
    access = {
        **common,
        **proof,
        "aud": [realm.settings.resource],
        "client_id": "application",
        "scope": "registry.read",
        "jti": "j",
    }
    logout = {**common, "jti": "j", "events": {EVENT: {}}}
    id_token = sign(header, {**common, **proof}, provider.key)
    access_token = sign({**header, "typ": "at+jwt"}, access, provider.key)
    logout_token = sign({**header, "typ": "logout+jwt"}, logout, provider.key)
    return {
        "id_token": lambda: judge_id_token(realm, id_token, nonce="n", access_token="a"),
        "access_token": lambda: judge_access_token(realm, access_token, scope="registry.read"),
        "logout_token": lambda: judge_logout_token(realm, logout_token),
    }


@pytest.fixture
def production(make_stand: Callable[..., Stand]) -> Stand:
    """A registry in production, whose provider answers at its address."""
    stand = make_stand(**PRODUCTION)
    stand.transport.hosts[PRODUCTION["issuer"]] = stand.provider
    stand.provider.spoil_metadata = at_its_address
    stand.provider.scope += " registry.read"
    return stand


def at_its_address(metadata: Claims) -> Claims:
    moved: Claims = json.loads(json.dumps(metadata).replace(ISSUER, PRODUCTION["issuer"]))
    return moved


@pytest.mark.parametrize("kind", ["id_token", "access_token", "logout_token"])
@pytest.mark.parametrize("value", [True, False, None, "no"])
def test_lb_06_marked_token_is_refused_in_production(production: Stand, kind: str, value: Any) -> None:
    assert judges(production, {})[kind](), "without the mark it is a good one"
    with pytest.raises(TrustError, match="made by a test API"):
        judges(production, {MARK: value})[kind]()


@pytest.mark.parametrize("kind", ["id_token", "access_token", "logout_token"])
def test_marked_token_is_good_on_a_test_stand(stand: Stand, kind: str) -> None:
    assert judges(stand, {MARK: True})[kind]()


@pytest.mark.parametrize("kind", ["access_token", "logout_token"])
@pytest.mark.parametrize("crit", [5, True, None, [1], [[]], {}])
def test_crit_that_is_no_list_of_names_is_refused_and_no_fault(stand: Stand, kind: str, crit: Any) -> None:
    """It is read before the signature, so anybody could make us stumble."""
    header = {"alg": stand.provider.algorithm, "kid": stand.provider.key.kid, "crit": crit}
    token = sign_by_hand(header, {}, lambda message: b"nothing")
    judge = {"access_token": partial(judge_access_token, scope="registry.read"), "logout_token": judge_logout_token}[kind]
    with pytest.raises(TrustError):
        judge(stand.realm, token)


@pytest.mark.parametrize("nbf", ["soon", None, True, [], {}])
def test_nbf_that_is_no_time_is_refused_and_no_fault(stand: Stand, nbf: Any) -> None:
    with pytest.raises(AccessTokenRefused, match="nbf is no time"):
        judges(stand, {"nbf": nbf})["access_token"]()
