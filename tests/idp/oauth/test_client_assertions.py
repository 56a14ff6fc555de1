"""What an assertion must say, and that it says it once."""

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.idp.clients.registrant import (
    BELIEVED,
    NOT_BELIEVED,
    TOKEN,
    assertion_data,
    claims_of,
    error_of,
    register,
    try_to_authenticate,
)
from tests.idp.signing import make_key, public_set, signed, unsigned
from tests.idp.stand import ISSUER, Stand

KEY = make_key("ES256")


@pytest.fixture
def client(stand: Stand) -> dict[str, Any]:
    return register(stand, token_endpoint_auth_method="private_key_jwt", jwks=public_set(KEY))


def present(stand: Stand, client: dict[str, Any], **claims: Any) -> tuple[int, str]:
    assertion = signed(KEY, claims_of(stand, client, **claims), algorithm="ES256")
    return error_of(try_to_authenticate(stand, client, data=assertion_data(assertion)))


@pytest.mark.parametrize("audience", [ISSUER, TOKEN])
def test_ca_06_audience_is_the_issuer_or_the_token_endpoint(stand: Stand, client: dict[str, Any], audience: str) -> None:
    assert present(stand, client, aud=audience) == BELIEVED


@pytest.mark.parametrize(
    "audience",
    [
        "https://another.test",
        [ISSUER],
        [ISSUER, "https://another.test"],
        [],
        {},
        None,
        "",
        f"{ISSUER}/",
        f"{ISSUER}/oauth2/introspect",
        1,
    ],
)
def test_ca_06_any_other_audience_is_refused(stand: Stand, client: dict[str, Any], audience: Any) -> None:
    assert present(stand, client, aud=audience) == NOT_BELIEVED


@pytest.mark.parametrize(
    ("name", "offset", "expected"),
    [
        ("exp", -3600, NOT_BELIEVED),
        ("exp", 0, NOT_BELIEVED),
        ("exp", 1, BELIEVED),
        ("exp", 3600, BELIEVED),
        ("exp", 3661, NOT_BELIEVED),
        ("nbf", -3600, BELIEVED),
        ("nbf", 8, BELIEVED),
        ("nbf", 70, NOT_BELIEVED),
        ("iat", 8, BELIEVED),
        ("iat", 70, NOT_BELIEVED),
    ],
)
def test_ca_06_times(stand: Stand, client: dict[str, Any], name: str, offset: int, expected: tuple[int, str]) -> None:
    assert present(stand, client, **{name: stand.clock.now() + offset}) == expected


@pytest.mark.parametrize(
    "claims",
    [
        {"sub": None},
        {"iss": None},
        {"exp": None},
        {"jti": None},
        {"jti": ""},
        {"jti": 7},
        {"jti": "j" * 513},
        {"exp": "tomorrow"},
        {"exp": True},
        {"exp": 1e300},
        {"nbf": []},
        {"iss": "client"},
        {"sub": ["client"]},
    ],
)
def test_ca_06_what_is_missing_or_nonsense_is_refused(stand: Stand, client: dict[str, Any], claims: dict[str, Any]) -> None:
    assert present(stand, client, **claims) == NOT_BELIEVED


def test_assertion_about_another_client_is_refused(stand: Stand, client: dict[str, Any]) -> None:
    other = register(stand, token_endpoint_auth_method="private_key_jwt", jwks=public_set(make_key("ES256")))
    assertion = signed(KEY, claims_of(stand, other), algorithm="ES256")
    assert error_of(try_to_authenticate(stand, other, data=assertion_data(assertion))) == NOT_BELIEVED
    mine = signed(KEY, claims_of(stand, client), algorithm="ES256")
    data = assertion_data(mine) | {"client_id": other["client_id"]}
    assert error_of(try_to_authenticate(stand, other, data=data)) == NOT_BELIEVED
    data["client_id"] = client["client_id"]
    assert error_of(try_to_authenticate(stand, client, data=data)) == BELIEVED


@pytest.mark.parametrize("stand", ["sqlite"], indirect=True)
def test_assertion_is_used_once_even_after_a_restart(stand: Stand, client: dict[str, Any]) -> None:
    data = assertion_data(signed(KEY, claims_of(stand, client, exp=stand.clock.now() + 3600), algorithm="ES256"))
    assert error_of(try_to_authenticate(stand, client, data=data)) == BELIEVED
    assert error_of(try_to_authenticate(stand, client, data=data)) == NOT_BELIEVED
    again = Stand(stand.settings.home, stand.clock)
    assert error_of(try_to_authenticate(again, client, data=data)) == NOT_BELIEVED
    again.clock.advance(3000)
    other = assertion_data(signed(KEY, claims_of(again, client, jti="another"), algorithm="ES256"))
    assert error_of(try_to_authenticate(again, client, data=other)) == BELIEVED
    assert error_of(try_to_authenticate(again, client, data=data)) == NOT_BELIEVED
    again.close()


def test_assertion_that_is_raced_for_has_one_winner(stand: Stand, client: dict[str, Any]) -> None:
    def race(number: int) -> list[tuple[int, str]]:
        assertion = signed(KEY, claims_of(stand, client, jti=f"race {number}"), algorithm="ES256")
        requests = [assertion_data(assertion)] * 8
        with ThreadPoolExecutor(8) as threads:
            return list(threads.map(lambda data: error_of(try_to_authenticate(stand, client, data=data)), requests))

    for number in range(10):
        assert sorted(race(number)) == [BELIEVED, *[NOT_BELIEVED] * 7]


def test_same_jti_of_two_clients_are_two(stand: Stand, client: dict[str, Any]) -> None:
    other = register(stand, token_endpoint_auth_method="private_key_jwt", jwks=public_set(KEY))
    assert present(stand, client, jti="one") == BELIEVED
    assert present(stand, other, jti="one") == BELIEVED
    assert present(stand, other, jti="one") == NOT_BELIEVED


def test_assertion_that_was_refused_may_be_mended(stand: Stand, client: dict[str, Any]) -> None:
    assert present(stand, client, jti="one", aud="https://another.test") == NOT_BELIEVED
    assert present(stand, client, jti="one") == BELIEVED


@pytest.mark.parametrize("text", ["", "a.b", "a.b.c.d.e", "x" * 20_000, "e30.e30.", "{}", "e30.W10.AA", "....", "\u0430.e30.e30"])
def test_unreadable_assertion_is_refused(stand: Stand, client: dict[str, Any], text: str) -> None:
    assert error_of(try_to_authenticate(stand, client, data=assertion_data(text))) == NOT_BELIEVED


def test_unsigned_assertion_is_refused(stand: Stand, client: dict[str, Any]) -> None:
    data = assertion_data(unsigned(claims_of(stand, client)))
    assert error_of(try_to_authenticate(stand, client, data=data)) == NOT_BELIEVED


def test_assertion_of_another_kind_is_refused(stand: Stand, client: dict[str, Any]) -> None:
    assertion = signed(KEY, claims_of(stand, client), algorithm="ES256")
    data = {"client_assertion": assertion, "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:saml2-bearer"}
    assert error_of(try_to_authenticate(stand, client, data=data)) == NOT_BELIEVED
    assert error_of(try_to_authenticate(stand, client, data={"client_assertion": assertion})) == NOT_BELIEVED


@pytest.mark.parametrize("stand", ["sqlite"], indirect=True)
def test_copy_of_the_database_does_not_hold_the_assertion(stand: Stand, client: dict[str, Any], tmp_path: Path) -> None:
    assert present(stand, client, jti="a very particular jti") == BELIEVED
    stand.close()
    copy = shutil.copy(stand.settings.sqlite_file or "", tmp_path / "copy.sqlite3")
    assert b"a very particular jti" not in Path(copy).read_bytes()
