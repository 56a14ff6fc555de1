"""C04: the registry trusts only tokens that pass every check, each spoiled in one place."""

import base64
import hmac
import json
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from joserfc.jwk import RSAKey

from rp.trust.provider import KEYS_LIFETIME_SECONDS, UNKNOWN_KEY_PAUSE_SECONDS
from tests.rp.conftest import NOW, Browser
from tests.rp.fake_provider import Claims, FakeProvider, encode, half_hash, make_key, sign, sign_by_hand


def without(name: str) -> Callable[[Claims], Claims]:
    return lambda claims: {key: value for key, value in claims.items() if key != name}


def with_(**values: Any) -> Callable[[Claims], Claims]:
    return lambda claims: {**claims, **values}


SPOILED_CLAIMS = {
    "wrong iss": with_(iss="http://evil.test"),
    "iss with a slash": with_(iss="http://localhost:8400/"),
    "no iss": without("iss"),
    "wrong aud": with_(aud="another"),
    "aud a list without us": with_(aud=["another"]),
    "several aud without azp": with_(aud=["registry", "another"]),
    "azp of another": with_(azp="another"),
    "several aud, azp of another": with_(aud=["registry", "another"], azp="another"),
    "no aud": without("aud"),
    "expired": with_(exp=NOW - 61),
    "no exp": without("exp"),
    "exp a text": with_(exp="never"),
    "no iat": without("iat"),
    "iat in the future": with_(iat=NOW + 61),
    "iat long ago": with_(iat=NOW - 601),
    "nbf in the future": with_(nbf=NOW + 600),
    "wrong nonce": with_(nonce="another"),
    "no nonce": without("nonce"),
    "empty nonce": with_(nonce=""),
    "wrong at_hash": with_(at_hash=half_hash("another token")),
    "no at_hash": without("at_hash"),
    "no sub": without("sub"),
    "empty sub": with_(sub=""),
    "sub too long": with_(sub="s" * 256),
    "no acr": without("acr"),
    "weak acr": with_(acr="low"),
    "unknown acr": with_(acr="substantial "),
    "acr a list": with_(acr=["substantial"]),
}


@pytest.mark.parametrize("case", SPOILED_CLAIMS)
def test_c04_an_id_token_with_a_spoiled_claim_is_refused(browser: Browser, case: str) -> None:
    browser.stand.provider.spoil_claims = SPOILED_CLAIMS[case]
    assert browser.refusal(browser.sign_in()).status_code in (400, 403)


@pytest.mark.parametrize(
    "spoil",
    [
        with_(aud=["registry"]),
        with_(aud=["registry", "another"], azp="registry"),
        with_(azp="registry"),
        with_(exp=NOW - 59),
        with_(iat=NOW + 59),
        with_(acr="high"),
        with_(unknown="ignored"),
    ],
)
def test_c04_an_id_token_within_the_rules_is_accepted(browser: Browser, spoil: Callable[[Claims], Claims]) -> None:
    browser.stand.provider.spoil_claims = spoil
    assert browser.sign_in().headers["Location"] == "/"


def unsigned(header: Claims, claims: Claims) -> str:
    return sign_by_hand({**header, "alg": "none"}, claims, lambda _signed: b"")


def by_public_key_as_secret(provider: FakeProvider) -> Callable[[Claims, Claims], str]:
    """The classic confusion: an HMAC whose key is the published public key."""
    assert isinstance(provider.key, RSAKey)
    secret = provider.key.as_pem(private=False)
    return lambda header, claims: sign_by_hand({**header, "alg": "HS256"}, claims, hmac_of(secret))


def by_shared_secret(provider: FakeProvider) -> Callable[[Claims, Claims], str]:
    return lambda header, claims: sign_by_hand({**header, "alg": "HS256"}, claims, hmac_of(provider.secret.encode()))


def hmac_of(secret: bytes) -> Callable[[bytes], bytes]:
    return lambda signed: hmac.digest(secret, signed, "sha256")


def with_crit(provider: FakeProvider) -> Callable[[Claims, Claims], str]:
    """A critical header member that we do not understand, genuinely signed."""

    def make_signature(signed: bytes) -> bytes:
        private = provider.key.private_key
        assert isinstance(private, RSAPrivateKey)
        return private.sign(signed, PKCS1v15(), SHA256())

    return lambda header, claims: sign_by_hand({**header, "crit": ["b"], "b": 1}, claims, make_signature)


def by_key_in_the_header(_provider: FakeProvider) -> Callable[[Claims, Claims], str]:
    own = make_key("ES256", "mine")
    return lambda _header, claims: sign({"alg": "ES256", "kid": "mine", "jwk": own.as_dict(private=False)}, claims, own)


def by_a_foreign_key_of_the_same_name(_provider: FakeProvider) -> Callable[[Claims, Claims], str]:
    foreign = make_key("RS256", "key-1")
    return lambda header, claims: sign(header, claims, foreign)


FORGED: dict[str, Callable[[FakeProvider], Callable[[Claims, Claims], str]]] = {
    "alg none": lambda _provider: unsigned,
    "HS256 with the public key": by_public_key_as_secret,
    "HS256 with the client secret": by_shared_secret,
    "unknown kid": lambda provider: lambda header, claims: sign({**header, "kid": "unknown"}, claims, provider.key),
    "no kid": lambda provider: lambda _header, claims: sign({"alg": "RS256"}, claims, provider.key),
    "key of another": by_a_foreign_key_of_the_same_name,
    "key in the header": by_key_in_the_header,
    "RS512": lambda provider: lambda header, claims: sign({**header, "alg": "RS512"}, claims, provider.key),
    "crit": with_crit,
    "another payload": lambda provider: lambda header, claims: spliced(sign(header, claims, provider.key)),
    "not a token": lambda _provider: lambda _header, _claims: "a.b.c",
    "five parts": lambda _provider: lambda _header, _claims: "a.b.c.d.e",
    "empty": lambda _provider: lambda _header, _claims: "",
    "too large": lambda provider: lambda header, claims: sign(header, {**claims, "x": "y" * 20_000}, provider.key),
    "a list as claims": lambda provider: lambda header, _claims: sign(header, ["x"], provider.key),  # type: ignore[arg-type]
}


def spliced(token: str) -> str:
    header, payload, signature = token.split(".")
    claims = json.loads(base64.urlsafe_b64decode(payload + "=="))
    changed = encode(json.dumps({**claims, "sub": "subject-pyotr"}).encode())
    return f"{header}.{changed}.{signature}"


@pytest.mark.parametrize("case", FORGED)
def test_c04_a_forged_id_token_is_refused(browser: Browser, case: str) -> None:
    browser.stand.provider.make_token = FORGED[case](browser.stand.provider)
    assert browser.refusal(browser.sign_in()).status_code == 400


@pytest.mark.parametrize("iss", [None, "", "http://evil.test", "http://localhost:8400/"])
def test_c04_an_answer_that_does_not_name_our_provider_is_refused_before_the_code_is_used(
    browser: Browser, iss: str | None
) -> None:
    assert browser.refusal(browser.sign_in(iss=iss)).status_code == 400
    assert "/oauth2/token" not in browser.stand.provider.calls


def test_c04_a_token_meant_for_another_sign_in_of_ours_is_refused(browser: Browser) -> None:
    """A code and token of one journey do not fit the state of another (nonce and PKCE bind them)."""
    first = browser.stand.provider.approve(browser.leave_for())
    code = first.partition("code=")[2].partition("&")[0]
    response = browser.come_back(browser.stand.provider.approve(browser.leave_for(), code=code))
    assert browser.refusal(response).status_code == 400


@pytest.mark.parametrize("algorithm", ["ES256", "PS256", "EdDSA", "Ed25519", "RS256"])
def test_c04_key_rotation_is_followed_without_a_restart(browser: Browser, algorithm: str) -> None:
    browser.sign_in()
    browser.client.delete_cookie("rp_session")
    browser.stand.provider.rotate(algorithm)
    assert browser.sign_in().headers["Location"] == "/"


def test_unknown_keys_make_us_ask_the_provider_at_most_once_in_a_while(browser: Browser) -> None:
    provider = browser.stand.provider
    provider.make_token = lambda header, claims: sign({**header, "kid": "unknown"}, claims, provider.key)
    for _ in range(5):
        browser.sign_in()
    assert provider.calls.count("/oauth2/jwks") == 2
    browser.stand.monotonic.seconds += UNKNOWN_KEY_PAUSE_SECONDS
    browser.sign_in()
    assert provider.calls.count("/oauth2/jwks") == 3


def test_a_withdrawn_key_is_forgotten_in_time(browser: Browser) -> None:
    browser.sign_in()
    browser.client.delete_cookie("rp_session")
    browser.stand.provider.published = [make_key("RS256", "key-2")]
    browser.stand.clock.advance(KEYS_LIFETIME_SECONDS)
    assert browser.refusal(browser.sign_in()).status_code == 400


def test_keys_for_encryption_or_another_algorithm_do_not_verify(browser: Browser) -> None:
    provider = browser.stand.provider
    for change in ({"use": "enc"}, {"alg": "PS256"}):
        published = {**provider.key.as_dict(private=False), **change}
        provider.broken["/oauth2/jwks"] = ("200 OK", json.dumps({"keys": [published]}).encode())
        browser.stand.clock.advance(KEYS_LIFETIME_SECONDS)
        assert browser.refusal(browser.sign_in()).status_code == 400
