"""The control plane signs somebody in at a system of ESIA without a browser; the test speaks for it, so nothing is signed."""

from typing import Any

import pytest
import requests

from tests.idp.esia.system import MNEMONIC, System, payload_of, register_system
from tests.idp.stand import CALLBACK, CONTROL, CONTROL_TOKEN, Stand

CLINIC = "00000000-0000-4000-8000-000000000017"


@pytest.fixture
def system(stand: Stand) -> System:
    return register_system(stand)


def ask(stand: Stand, **body: Any) -> requests.Response:
    asked = {"person": "vera@example.test", **body}
    return stand.control().session.post(f"{CONTROL}/login", json=asked, headers={"Authorization": f"Bearer {CONTROL_TOKEN}"})


def login(stand: Stand, **body: Any) -> dict[str, Any]:
    answer = ask(stand, **body)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def test_c09_code_is_good_at_the_token_endpoint_of_its_system(stand: Stand, system: System) -> None:
    asked = {"client_id": MNEMONIC, "scope": "openid fullname", "state": "the state", "access_type": "offline"}
    answer = login(stand, into="code", authorization=asked)
    assert (answer["outcome"], answer["state"]) == ("done", "the state")
    assert answer["redirect_to"].startswith(f"{CALLBACK}?code=")
    tokens = system.redeem(answer["code"], scope="openid fullname").json()
    assert {"access_token", "id_token", "refresh_token"} <= tokens.keys()


def test_c09_tokens_say_whom_they_are_of_and_that_a_test_made_them(stand: Stand, system: System) -> None:
    answer = login(stand, into="tokens", authorization={"client_id": MNEMONIC, "scope": "openid fullname"})
    claims = payload_of(answer["tokens"]["id_token"])
    assert claims["aud"] == MNEMONIC
    assert claims["propusk_test"] is True
    assert system.rest(f"/rs/prns/{claims['sub']}", answer["tokens"]["access_token"]).json()["firstName"] == "Вера"


def test_two_methods_make_two_factors(stand: Stand, system: System) -> None:
    answer = login(stand, into="code", methods=[{"name": "password"}, {"name": "code"}], authorization={"client_id": MNEMONIC})
    assert payload_of(answer["code"])["acr"] == {"2fa": "otp"}


def test_organisation_is_chosen_and_nobody_comes_for_themselves(stand: Stand, system: System) -> None:
    asked = {"client_id": MNEMONIC, "scope_org": "org_ogrn"}
    answer = login(stand, into="code", authorization=asked, acting_for={"type": "organisation", "id": CLINIC})
    assert "org_ogrn?org_oid=" in payload_of(answer["code"])["scope"]
    assert login(stand, into="code", authorization=asked)["reason"] == "party_unknown"


def test_refusals_are_those_of_esia(stand: Stand, system: System) -> None:
    answer = login(stand, into="code", authorization={"client_id": MNEMONIC, "scope": "openid nonsense"})
    assert (answer["outcome"], answer["reason"]) == ("refused", "invalid_scope")
    assert "ESIA-007006" in answer["redirect_to"]
    refused = ask(stand, into="code", authorization={"client_id": MNEMONIC, "redirect_uri": "http://evil.test/"})
    assert refused.status_code == 400
    assert "ESIA-007023" in refused.text
    denied = login(stand, into="code", consent="deny", authorization={"client_id": MNEMONIC})
    assert "ESIA-007004" in denied["redirect_to"]
