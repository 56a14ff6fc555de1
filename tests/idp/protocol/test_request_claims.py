"""The `claims` parameter, judged (OpenID Connect Core 1.0, 5.5)."""

import json
from typing import Any

import pytest

from ground.clock import monotonic_seconds
from idp.errors import RequestRefused
from idp.protocol.assurance import stated_level
from idp.protocol.authorization_request import judge
from idp.protocol.claims import ClaimsRequest, GrantedClaims, granted, names_of, read, released
from idp.protocol.client import Client
from idp.protocol.scopes import SCOPES

CALLBACK = "https://client.test/callback"
ALLOWED = ("name", "email", "snils")
CLIENT = Client(
    client_id="client", name="c", redirect_uris=(CALLBACK,), authentication="client_secret_basic", scopes=frozenset(SCOPES)
)


def asked(document: Any) -> ClaimsRequest:
    return read(json.dumps(document), allowed=ALLOWED)


def test_each_form_of_asking_is_understood() -> None:
    judged = asked(
        {
            "userinfo": {"name": None, "email": {"essential": True}, "snils": {"value": "1"}, "inn": None, "name#ru": None},
            "id_token": {"email": {"values": ["a", "b"]}, "auth_time": {"essential": True}, "acr": None},
            "future": {"name": None},
        }
    )
    assert judged.userinfo == {"name": None, "email": None, "snils": ["1"]}
    assert judged.id_token == {"email": ["a", "b"]}
    assert (judged.subject, judged.levels, judged.is_level_essential) == (None, (), False)


@pytest.mark.parametrize(
    "text",
    [
        "", "x", "[]", "null", "1", '"name"', "[" * 200 + "]" * 200, '{"userinfo":' * 200 + "{}" + "}" * 200, "{" * 9, "x" * 8193,
        '{"userinfo": []}', '{"userinfo": null}', '{"id_token": 1}', '{"userinfo": {"name": 1}}', '{"userinfo": {"name": []}}',
        '{"userinfo": {"name": {"essential": "yes"}}}', '{"userinfo": {"name": {"values": "a"}}}',
        '{"id_token": {"sub": {"value": 5}}}', '{"id_token": {"sub": {"values": ["a", "b"]}}}',
        '{"id_token": {"sub": {"value": "a"}}, "userinfo": {"sub": {"value": "b"}}}', '{"userinfo": {"name": {"value": NaN}}}',
    ],
)  # fmt: skip
def test_az_25_claims_that_are_no_claims_are_refused(text: str) -> None:
    with pytest.raises(RequestRefused) as caught:
        read(text, allowed=ALLOWED)
    assert caught.value.code == "invalid_request"
    assert caught.value.description.isascii()


def test_brackets_in_a_text_are_no_depth() -> None:
    assert read(json.dumps({"userinfo": {"name": {"value": '[{"\\' * 50}}}), allowed=ALLOWED).userinfo


def test_az_25_a_megabyte_is_refused_without_being_read() -> None:
    started = monotonic_seconds()
    with pytest.raises(RequestRefused):
        read("[" * 1_000_000, allowed=ALLOWED)
    assert monotonic_seconds() - started < 1


def test_claim_with_another_value_than_the_wanted_one_is_neither_shown_nor_handed_out() -> None:
    person = {"name": "Вера", "email": "vera@example.test", "snils": None}
    wanted = asked({"userinfo": {"name": {"value": "Анна"}, "email": {"values": ["x", "vera@example.test"]}, "snils": None}})
    assert granted(wanted, person).userinfo == ("email", "snils")
    assert released(person, granted(wanted, person).userinfo) == {"email": "vera@example.test"}


def test_names_are_those_of_scopes_and_of_both_places_once() -> None:
    assert names_of(["birthdate"], GrantedClaims(userinfo=("birthdate", "snils"), id_token=("snils", "inn"))) == (
        "birthdate", "snils", "inn",
    )  # fmt: skip


def test_granted_claims_survive_their_column() -> None:
    claims = GrantedClaims(userinfo=("email",), id_token=("name", "snils"))
    assert GrantedClaims.of_document(json.loads(json.dumps(claims.as_document()))) == claims


def request(claims: Any, scope: str = "openid", client: Client = CLIENT, **more: str) -> Any:
    return judge({"response_type": "code", "scope": scope, "claims": json.dumps(claims), **more}, client, CALLBACK)


def test_client_gets_no_claim_that_its_scopes_would_not_open() -> None:
    narrow = Client(
        client_id="c", name="c", redirect_uris=(), authentication="client_secret_basic", scopes=frozenset({"openid", "email"})
    )
    assert request({"userinfo": {"email": None, "snils": None}}, client=narrow).claims.userinfo == {"email": None}


def test_without_openid_there_is_nothing_to_ask_of() -> None:
    assert request({"userinfo": {"email": None}}, scope="email").claims == ClaimsRequest()


@pytest.mark.parametrize(
    ("acr", "levels", "essential"),
    [
        (None, (), ()),
        ({"essential": True}, (), ()),
        ({"values": ["substantial", "low"]}, ("substantial", "low"), ()),
        ({"essential": True, "values": ["substantial", "low"]}, ("substantial", "low"), ("substantial", "low")),
        ({"essential": True, "value": "low"}, ("low",), ("low",)),
        ({"essential": True, "values": ["high", "unheard-of", 5, "low"]}, ("high", "low"), ("high", "low")),
    ],
)
def test_level_that_is_asked_for(acr: Any, levels: tuple[str, ...], essential: tuple[str, ...]) -> None:
    judged = request({"id_token": {"acr": acr}})
    assert (judged.acr_values, judged.essential_levels) == (levels, essential)


@pytest.mark.parametrize("values", [["urn:mace:silver"], []])
def test_essential_level_that_nobody_can_reach_is_refused_at_once(values: list[str]) -> None:
    with pytest.raises(RequestRefused) as caught:
        request({"id_token": {"acr": {"essential": True, "values": values}}})
    assert caught.value.code == "unmet_authentication_requirements"


def test_levels_of_claims_come_before_acr_values() -> None:
    assert request({"id_token": {"acr": {"value": "low"}}}, acr_values="substantial").acr_values == ("low",)


@pytest.mark.parametrize(
    ("reached", "essential", "stated"),
    [
        ("low", (), "low"),
        ("substantial", (), "substantial"),
        ("substantial", ("substantial", "low"), "substantial"),
        ("substantial", ("low",), "low"),
        ("low", ("substantial",), None),
    ],
)
def test_stated_level_is_one_that_is_accepted_and_was_reached(reached: Any, essential: tuple[str, ...], stated: Any) -> None:
    assert stated_level(reached, essential) == stated
