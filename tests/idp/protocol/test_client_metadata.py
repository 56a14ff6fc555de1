"""What a client may register (RFC 7591, 2; OpenID Connect Registration 1.0, 2)."""

from typing import Any

import pytest

from idp.errors import RequestRefused
from idp.protocol import registration
from idp.protocol.scopes import REGISTRABLE

CALLBACK = "https://client.test/callback"
GOOD: dict[str, Any] = {"redirect_uris": [CALLBACK]}


def read(**changes: Any) -> Any:
    return registration.read(GOOD | changes, is_test=True, may_fetch=lambda _: True)


def test_least_metadata_get_the_defaults_of_the_specification() -> None:
    client = read()
    assert client.name == "client.test"
    assert client.authentication == "client_secret_basic"
    assert client.grant_types == ("authorization_code",)
    assert client.response_types == ("code",)
    assert client.application_type == "web"
    assert client.id_token_algorithm == "RS256"
    assert client.scopes == REGISTRABLE
    assert not client.must_use_pkce


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"redirect_uris": []}, "invalid_redirect_uri"),
        ({"redirect_uris": None}, "invalid_redirect_uri"),
        ({"redirect_uris": CALLBACK}, "invalid_client_metadata"),
        ({"redirect_uris": [CALLBACK, 5]}, "invalid_client_metadata"),
        ({"redirect_uris": [f"{CALLBACK}/{n}" for n in range(51)]}, "invalid_client_metadata"),
        ({"redirect_uris": [CALLBACK, "http://client.example/"]}, "invalid_redirect_uri"),
        ({"redirect_uris": ["com.example.app:/callback"]}, "invalid_redirect_uri"),
        ({"post_logout_redirect_uris": ["javascript:alert(1)"]}, "invalid_redirect_uri"),
        ({"post_logout_redirect_uris": "https://client.test/"}, "invalid_client_metadata"),
        ({"application_type": "desktop"}, "invalid_client_metadata"),
        ({"application_type": ["web"]}, "invalid_client_metadata"),
        ({"token_endpoint_auth_method": "private_key_jwt"}, "invalid_client_metadata"),
        ({"id_token_signed_response_alg": "none"}, "invalid_client_metadata"),
        ({"id_token_signed_response_alg": "HS256"}, "invalid_client_metadata"),
        ({"grant_types": ["password"]}, "invalid_client_metadata"),
        ({"grant_types": {}}, "invalid_client_metadata"),
        ({"response_types": ["token"]}, "invalid_client_metadata"),
        ({"scope": 5}, "invalid_client_metadata"),
        ({"client_name": ["Клиника"]}, "invalid_client_metadata"),
        ({"client_name": "Клиника\0"}, "invalid_client_metadata"),
        ({"default_acr_values": "substantial"}, "invalid_client_metadata"),
        ({"require_pkce": "true"}, "invalid_client_metadata"),
    ],
)
def test_unsound_metadata_are_refused(changes: dict[str, Any], code: str) -> None:
    with pytest.raises(RequestRefused) as caught:
        read(**changes)
    assert caught.value.code == code
    assert caught.value.description.isascii()


@pytest.mark.parametrize("document", [None, [], "text", 5, True])
def test_metadata_must_be_an_object(document: object) -> None:
    with pytest.raises(RequestRefused, match="JSON object"):
        registration.read(document, is_test=True, may_fetch=lambda _: True)


def test_metadata_we_do_not_support_are_left_out() -> None:
    client = read(
        grant_types=["urn:ietf:params:oauth:grant-type:device_code", "authorization_code", "implicit"],
        response_types=["code", "token"],
        scope="openid made-up snils",
        default_acr_values=["substantial\0", "low"],
        tls_client_certificate_bound_access_tokens=True,
    )
    assert client.grant_types == ("authorization_code",)
    assert client.response_types == ("code",)
    assert client.scopes == {"openid", "snils"}
    assert client.default_levels == ("low",)


@pytest.mark.parametrize(
    ("changes", "must"),
    [
        ({"token_endpoint_auth_method": "none"}, True),
        ({"require_pkce": True}, True),
        ({"require_pkce": None}, False),
        ({}, False),
    ],
)
def test_pkce_is_required_of_public_clients_and_of_those_that_say_so(changes: dict[str, Any], must: bool) -> None:
    assert read(**changes).must_use_pkce is must


def test_same_uri_named_twice_is_kept_once() -> None:
    assert read(redirect_uris=[CALLBACK, CALLBACK]).redirect_uris == (CALLBACK,)


def test_name_is_trimmed_and_cut_to_what_a_page_can_show() -> None:
    assert read(client_name=f"  {'Я' * 300} ").name == "Я" * registration.MAX_NAME_LENGTH
    assert read(client_name="   ").name == "client.test"


def test_client_cannot_name_itself_choose_a_secret_or_serve_an_api() -> None:
    client = read(client_id="registry", client_secret="guessed", resource="https://rp.test/api", organisation="Минздрав")
    assert (client.client_id, client.secret_hash, client.resource, client.organisation) == ("", None, None, "")
