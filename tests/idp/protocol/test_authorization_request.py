"""An authorization request, judged: each check, and their order."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from idp.errors import ClientUnknown, RequestRefused
from idp.protocol.authorization_request import CHECKS, check_client, check_redirect_uri, judge
from idp.protocol.client import Client
from idp.protocol.scopes import SCOPES

CALLBACK = "https://client.test/callback"
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
CLIENT = Client(
    client_id="client",
    name="Клиника",
    redirect_uris=(CALLBACK,),
    authentication="client_secret_basic",
    scopes=frozenset(SCOPES) - {"inn"},
)
PUBLIC = replace(CLIENT, authentication="none")
STRICT = replace(CLIENT, require_pkce=True)
GOOD: Mapping[str, str] = {"response_type": "code", "scope": "openid profile"}


def refusal_of(parameters: Mapping[str, str], client: Client = CLIENT) -> RequestRefused:
    with pytest.raises(RequestRefused) as caught:
        judge(parameters, client, CALLBACK)
    assert caught.value.description.isascii()
    assert caught.value.clause, "a refusal names its rule"
    return caught.value


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"response_type": ""}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": "code id_token"}, "unsupported_response_type"),
        ({"response_type": "CODE"}, "unsupported_response_type"),
        ({"response_mode": "fragment"}, "invalid_request"),
        ({"response_mode": "web_message"}, "invalid_request"),
        ({"response_mode": "form_post.jwt"}, "invalid_request"),
        ({"response_mode": ""}, "invalid_request"),
        ({"registration": "{}"}, "registration_not_supported"),
        ({"scope": ""}, "invalid_scope"),
        ({"scope": "unheard-of"}, "invalid_scope"),
        ({"scope": "inn"}, "invalid_scope"),
        ({"prompt": "maybe"}, "invalid_request"),
        ({"prompt": "none login"}, "invalid_request"),
        ({"max_age": "-1"}, "invalid_request"),
        ({"max_age": "a minute"}, "invalid_request"),
        ({"max_age": ""}, "invalid_request"),
        ({"max_age": "١٢"}, "invalid_request"),
        ({"max_age": "1" * 10}, "invalid_request"),
        ({"state": "s" * 4097}, "invalid_request"),
        ({"nonce": "n" * 513}, "invalid_request"),
        ({"claims": "{" * 8193}, "invalid_request"),
        ({"display": "hologram"}, "invalid_request"),
        ({"display": ""}, "invalid_request"),
        ({"code_challenge": CHALLENGE}, "invalid_request"),
        ({"code_challenge": CHALLENGE, "code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge": CHALLENGE, "code_challenge_method": "s256"}, "invalid_request"),
        ({"code_challenge": CHALLENGE[:-1], "code_challenge_method": "S256"}, "invalid_request"),
        ({"code_challenge": CHALLENGE + "\n", "code_challenge_method": "S256"}, "invalid_request"),
        ({"code_challenge": "+" * 43, "code_challenge_method": "S256"}, "invalid_request"),
        ({"code_challenge_method": "S256"}, "invalid_request"),
    ],
)
def test_request_that_breaks_a_rule_is_refused_with_its_code(changes: dict[str, str], code: str) -> None:
    assert refusal_of({**GOOD, **changes}).code == code


@pytest.mark.parametrize("missing", ["response_type", "scope"])
def test_az_17_request_without_a_required_parameter_is_refused(missing: str) -> None:
    refusal_of({name: value for name, value in GOOD.items() if name != missing})


@pytest.mark.parametrize("client", [PUBLIC, STRICT])
def test_client_that_must_use_pkce_is_refused_without_a_challenge(client: Client) -> None:
    assert "code_challenge" in refusal_of(GOOD, client).description


@pytest.mark.parametrize("client", [CLIENT, PUBLIC, STRICT])
def test_challenge_of_an_allowed_kind_is_kept(client: Client) -> None:
    judged = judge({**GOOD, "code_challenge": CHALLENGE, "code_challenge_method": "S256"}, client, CALLBACK)
    assert judged.code_challenge == CHALLENGE


@pytest.mark.parametrize(
    "client", [replace(CLIENT, response_types=()), replace(CLIENT, grant_types=("refresh_token",))], ids=["response", "grant"]
)
def test_client_that_did_not_register_the_flow_is_unauthorized(client: Client) -> None:
    assert refusal_of(GOOD, client).code == "unauthorized_client"


def test_az_11_unknown_parameter_is_ignored() -> None:
    assert judge({**GOOD, "foo": "bar"}, CLIENT, CALLBACK) == judge(GOOD, CLIENT, CALLBACK)


def test_az_27_scopes_the_client_may_not_have_are_dropped() -> None:
    judged = judge({**GOOD, "scope": "openid inn registry.read registry.write admin  snils"}, CLIENT, CALLBACK)
    assert judged.scope == {"openid", "registry.read", "snils"}


@pytest.mark.parametrize(
    ("parameters", "name", "value"),
    [
        ({"state": "s" * 4096}, "state", "s" * 4096),
        ({"nonce": "n" * 512}, "nonce", "n" * 512),
        ({"max_age": "0"}, "max_age", 0),
        ({"max_age": "999999999"}, "max_age", 999_999_999),
        ({"prompt": "login consent"}, "prompt", {"login", "consent"}),
        ({"acr_values": "high substantial"}, "acr_values", ("high", "substantial")),
        ({"ui_locales": "en ru"}, "ui_locales", ("en", "ru")),
        ({"login_hint": "vera@example.test"}, "login_hint", "vera@example.test"),
        ({"state": ""}, "state", ""),
        ({}, "state", None),
        ({}, "response_mode", "query"),
        ({"response_mode": "form_post"}, "response_mode", "form_post"),
    ],
)
def test_what_was_asked_is_kept_whole(parameters: dict[str, str], name: str, value: object) -> None:
    assert getattr(judge({**GOOD, **parameters}, CLIENT, CALLBACK), name) == value


def test_levels_a_client_registered_stand_in_for_acr_values() -> None:
    client = replace(CLIENT, default_levels=("substantial",))
    assert judge(GOOD, client, CALLBACK).acr_values == ("substantial",)
    assert judge({**GOOD, "acr_values": "low"}, client, CALLBACK).acr_values == ("low",)


BREACHES: tuple[dict[str, str], ...] = (
    {"nonce": "n" * 513},
    {"response_type": "token"},
    {"response_mode": "fragment"},
    {"registration": "{}"},
    {"scope": "unheard-of"},
    {"code_challenge": "short", "code_challenge_method": "S256"},
    {"prompt": "maybe"},
    {"max_age": "x"},
    {"display": "x"},
    {"claims": "x"},
)
"""One for each check, in their order."""


@pytest.mark.parametrize("first", range(len(BREACHES)))
def test_earlier_check_speaks_first(first: int) -> None:
    everything_from_here: dict[str, str] = {}
    for breach in BREACHES[first:]:
        everything_from_here |= breach
    alone = refusal_of({**GOOD, **BREACHES[first]})
    together = refusal_of({**GOOD, **everything_from_here})
    assert (together.code, together.description) == (alone.code, alone.description)


def test_every_check_that_can_refuse_stands_in_the_table_of_order() -> None:
    assert len(CHECKS) == len(BREACHES) + 1, "the last one only reads"


@pytest.mark.parametrize("parameters", [{}, {"client_id": ""}, {"client_id": "nobody"}])
def test_az_07_missing_and_unknown_clients_are_refused_in_the_same_words(parameters: dict[str, str]) -> None:
    with pytest.raises(ClientUnknown) as caught:
        check_client(parameters, {"client": CLIENT}.get)
    assert (caught.value.code, caught.value.description) == ("invalid_client", "client_id is missing or unknown")


@pytest.mark.parametrize("parameters", [{}, {"redirect_uri": ""}, {"redirect_uri": CALLBACK + "/"}])
def test_az_03_redirect_uri_is_never_guessed(parameters: dict[str, str]) -> None:
    with pytest.raises(ClientUnknown):
        check_redirect_uri(parameters, CLIENT)


def test_registered_redirect_uri_is_where_the_answer_goes() -> None:
    assert check_redirect_uri({"redirect_uri": CALLBACK}, CLIENT) == CALLBACK
