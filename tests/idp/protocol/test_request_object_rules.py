"""What a request object may say, whoever signed it (RFC 9101; OpenID Connect Core 1.0, 6)."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from idp.errors import RequestRefused
from idp.protocol.client import Client
from idp.protocol.compact_jwt import UnverifiedJwt
from idp.protocol.request_object import SingleUse, check_claims, check_request_uri, is_signed, merged

ISSUER = "https://idp.test"
NOW = 1_000_000
CLIENT = Client(client_id="client", name="c", redirect_uris=(), authentication="none")


def jwt(claims: Mapping[str, Any] | None = None, *, signature: bytes = b"s", **header: Any) -> UnverifiedJwt:
    return UnverifiedJwt({"alg": "ES256"} | header, claims or {}, b"", signature)


def check(claims: Mapping[str, Any], *, signed: bool = True) -> SingleUse | None:
    whole = {"iss": "client", "aud": ISSUER} | dict(claims) if signed else claims
    return check_claims(jwt(whole), client_id="client", issuer=ISSUER, now=NOW, is_signed=signed)


def refused(call: Any, *arguments: Any, **named: Any) -> str:
    with pytest.raises(RequestRefused) as caught:
        call(*arguments, **named)
    assert caught.value.description.isascii()
    return caught.value.code


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "another"}, {"iss": None}, {"aud": "https://other.test"}, {"aud": []}, {"aud": None}, {"aud": [["x"]]},
        {"sub": "client"}, {"request": "x"}, {"request_uri": "x"}, {"exp": NOW - 60}, {"exp": 0}, {"nbf": NOW + 61},
        {"iat": NOW + 61}, {"exp": "soon"}, {"exp": True}, {"nbf": []}, {"jti": 5}, {"jti": ""}, {"jti": "j" * 257},
    ],
)  # fmt: skip
def test_object_that_is_no_message_from_this_client_to_us_now_is_refused(claims: dict[str, Any]) -> None:
    assert refused(check, claims) == "invalid_request_object"


@pytest.mark.parametrize(
    "claims", [{}, {"aud": [ISSUER, "x"]}, {"exp": NOW - 59}, {"nbf": NOW + 60}, {"iat": NOW + 60.5}, {"exp": NOW + 0.5}]
)
def test_object_within_a_minute_of_our_clock_is_accepted(claims: dict[str, Any]) -> None:
    check(claims)


@pytest.mark.parametrize("missing", ["iss", "aud"])
def test_signed_object_says_from_whom_and_to_whom(missing: str) -> None:
    claims = {name: value for name, value in {"iss": "client", "aud": ISSUER}.items() if name != missing}
    named: dict[str, Any] = {"client_id": "client", "issuer": ISSUER, "now": NOW}
    refused(check_claims, jwt(claims), is_signed=True, **named)
    check_claims(jwt(claims), is_signed=False, **named)


def test_unsigned_object_that_names_another_issuer_is_refused_all_the_same() -> None:
    refused(check, {"aud": "https://other.test"}, signed=False)
    refused(check, {"iss": "another"}, signed=False)


def test_object_with_a_name_is_for_one_use_until_it_has_run_out() -> None:
    assert check({"jti": "j", "exp": NOW + 5}) == SingleUse("j", NOW + 65)
    assert check({"jti": "j"}) == SingleUse("j", None)
    assert check({}) is None


@pytest.mark.parametrize("typ", ["at+jwt", "logout+jwt", "client-authentication+jwt", "application/at+jwt"])
def test_another_kind_of_token_is_no_request_object(typ: str) -> None:
    assert refused(is_signed, jwt(typ=typ), CLIENT) == "invalid_request_object"


@pytest.mark.parametrize("typ", ["oauth-authz-req+jwt", "application/oauth-authz-req+jwt", "JWT", "OAuth-Authz-Req+jwt"])
def test_type_of_a_request_object_is_read_without_regard_to_case(typ: str) -> None:
    assert is_signed(jwt(typ=typ), CLIENT)


@pytest.mark.parametrize(
    ("registered", "used", "signed"),
    [(None, "RS256", True), (None, "none", False), ("none", "none", False), ("PS256", "PS256", True)],
)
def test_algorithm_is_the_registered_one_or_any_we_have(registered: str | None, used: str, signed: bool) -> None:
    client = replace(CLIENT, request_object_algorithm=registered)
    assert is_signed(jwt(alg=used, signature=b"s" if signed else b""), client) is signed


@pytest.mark.parametrize(
    ("registered", "used"), [("RS256", "none"), ("RS256", "PS256"), ("none", "RS256"), (None, "HS256"), (None, "None")]
)
def test_another_algorithm_than_the_registered_one_is_refused(registered: str | None, used: str) -> None:
    refused(is_signed, jwt(alg=used, signature=b""), replace(CLIENT, request_object_algorithm=registered))


def test_unsigned_object_with_a_signature_is_neither_one_thing_nor_the_other() -> None:
    refused(is_signed, jwt(alg="none"), CLIENT)


OUTSIDE = {"client_id": "client", "response_type": "code", "state": "outer", "scope": "openid email", "prompt": "none"}


def test_object_wins_over_what_stands_outside() -> None:
    inside = jwt({"state": "inner", "scope": "openid", "max_age": 5, "claims": {"userinfo": {}}, "exp": 1, "foo": []})
    assert merged(OUTSIDE | {"request": "x"}, inside, is_signed=False) == {
        "client_id": "client",
        "response_type": "code",
        "state": "inner",
        "scope": "openid",
        "prompt": "none",
        "max_age": "5",
        "claims": '{"userinfo":{}}',
    }


def test_nobody_adds_to_a_signed_object_but_state_and_nonce() -> None:
    inside = jwt({"response_type": "code", "scope": "openid"})
    assert merged(OUTSIDE | {"nonce": "n", "code_challenge": "evil"}, inside, is_signed=True) == {
        "client_id": "client",
        "response_type": "code",
        "scope": "openid",
        "state": "outer",
        "nonce": "n",
    }


@pytest.mark.parametrize(
    "claims",
    [{"client_id": "other"}, {"response_type": "token"}, {"scope": ["openid"]}, {"max_age": True}, {"state": 5}, {"state": "\0"},
     {"claims": []}, {"client_id": None}, {"max_age": 1.5}],
)  # fmt: skip
def test_object_that_contradicts_the_request_or_has_wrong_types_is_refused(claims: dict[str, Any]) -> None:
    assert refused(merged, OUTSIDE, jwt(claims), is_signed=True) == "invalid_request_object"


@pytest.mark.parametrize(
    ("uri", "registered", "is_test"),
    [
        ("https://client.test/r", (), False),
        ("https://client.test/r#hash", ("https://client.test/r",), False),
        ("https://client.test/r", ("https://client.test/r#hash",), False),
        ("http://localhost/r", (), True),
    ],
)
def test_address_of_an_object_that_may_be_fetched(uri: str, registered: tuple[str, ...], is_test: bool) -> None:
    assert check_request_uri(uri, replace(CLIENT, request_uris=registered), is_test=is_test) == uri.partition("#")[0]


@pytest.mark.parametrize(
    ("uri", "registered"),
    [
        ("http://client.test/r", ()),
        ("file:///etc/passwd", ()),
        ("urn:x", ()),
        ("", ()),
        ("https://client.test/" + "r" * 500, ()),
        ("https://client.test/é", ()),
        ("https://client.test/r?x", ("https://client.test/r",)),
        ("https://evil.test/r", ("https://client.test/r",)),
    ],
)
def test_address_of_an_object_that_may_not_be_fetched(uri: str, registered: tuple[str, ...]) -> None:
    assert refused(check_request_uri, uri, replace(CLIENT, request_uris=registered), is_test=False) == "invalid_request_uri"
