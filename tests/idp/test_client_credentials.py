"""Tokens that a system has for itself (RFC 6749, 4.4): who gets one, what it says, and what it does not open."""

from collections.abc import Mapping
from typing import Any

import pytest

from idp.clients import of_organisations, registry
from idp.seed import load_seed, read_organisation_systems
from idp.tokens import families
from tests.idp.stand import ISSUER, SECRET, Stand

REGISTRY = ("registry", "registry secret")
RESOURCE = "http://localhost:8500/api"


def ask(stand: Stand, *, auth: tuple[str, str] | None = ("clinic", SECRET), **parameters: str) -> Mapping[str, Any]:
    data = {"grant_type": "client_credentials", **parameters}
    answer = stand.http().post(f"{ISSUER}/oauth2/token", data=data, auth=auth)
    return {"status": answer.status_code, **answer.json()}


@pytest.fixture
def clinic(stand: Stand) -> Stand:
    terms: dict[str, Any] = {"grant_types": ("client_credentials",), "redirect_uris": ()}
    stand.add_client("clinic", scopes=frozenset({"openid", "snils", "registry.read", "registry.write"}), **terms)
    return stand


def test_system_gets_a_token_about_itself_for_the_api_of_the_registry(clinic: Stand) -> None:
    answer = ask(clinic)
    assert (answer["status"], answer["scope"], answer["token_type"]) == (200, "registry.read registry.write", "Bearer")
    assert not {"refresh_token", "id_token"} & answer.keys()
    claims = clinic.verified(answer["access_token"]).claims
    assert (claims["sub"], claims["client_id"], claims["aud"]) == ("clinic", "clinic", [RESOURCE])
    assert not {"acr", "auth_time"} & claims.keys()


def test_registry_learns_at_introspection_that_it_is_no_persons(clinic: Stand) -> None:
    told = clinic.introspect(ask(clinic, scope="registry.write")["access_token"], auth=REGISTRY).json()
    assert (told["active"], told["sub"], told["scope"]) == (True, "clinic", "registry.write")
    assert not {"snils", "birthdate", "verified", "roles", "acr"} & told.keys()


def test_token_of_a_system_opens_nothing_of_anybody_at_the_provider(clinic: Stand) -> None:
    assert clinic.userinfo(ask(clinic)["access_token"]).status_code == 401


@pytest.mark.parametrize("scope", ["openid", "snils", "registry.all", "profile"])
def test_what_is_asked_of_a_person_is_given_to_no_system(clinic: Stand, scope: str) -> None:
    answer = ask(clinic, scope=scope)
    assert (answer["status"], answer["error"]) == (400, "invalid_scope")


def test_client_that_may_not_have_tokens_of_its_own_is_refused(stand: Stand) -> None:
    answer = ask(stand, auth=("client", SECRET))
    assert (answer["status"], answer["error"]) == (400, "unauthorized_client")


@pytest.mark.parametrize("auth", [None, ("clinic", "wrong"), ("nobody", SECRET)])
def test_system_that_does_not_prove_who_it_is_gets_nothing(clinic: Stand, auth: tuple[str, str] | None) -> None:
    assert ask(clinic, auth=auth)["status"] in (400, 401)
    assert clinic.rows("SELECT count(*) FROM token_families") == [(0,)]


def test_public_client_gets_no_token_of_its_own(stand: Stand) -> None:
    stand.add_client("public", authentication="none", grant_types=("client_credentials",))
    assert ask(stand, auth=None, client_id="public")["error"] == "invalid_client"


def test_self_registration_gives_nobody_this_grant(stand: Stand) -> None:
    body = {"redirect_uris": ["http://localhost:9999/callback"], "grant_types": ["authorization_code", "client_credentials"]}
    answer = stand.http().post(f"{ISSUER}/oauth2/register", json=body).json()
    assert answer["grant_types"] == ["authorization_code"]
    assert "registry.write" not in answer["scope"].split()


def test_person_cannot_allow_a_client_to_write(stand: Stand) -> None:
    tokens = stand.tokens(scope="openid registry.read registry.write")
    assert tokens["scope"] == "openid registry.read"


def test_system_that_asks_often_leaves_one_row_and_every_issue_in_the_journal(clinic: Stand) -> None:
    tokens = [ask(clinic)["access_token"] for _ in range(3)]
    assert len(set(tokens)) == 3
    assert clinic.rows("SELECT count(*) FROM token_families") == [(1,)]
    assert clinic.actions().count("system_token.issued") == 3


def test_system_that_is_disabled_has_no_active_token(clinic: Stand) -> None:
    token = ask(clinic)["access_token"]
    with clinic.realm.database.write() as connection:
        registry.disable(clinic.realm, connection, "clinic", actor="operator:test")
    assert clinic.introspect(token, auth=REGISTRY).json() == {"active": False}
    assert ask(clinic)["status"] == 401


def test_token_that_the_system_gave_back_is_dead_and_its_others_live(clinic: Stand) -> None:
    given_back, other = ask(clinic)["access_token"], ask(clinic)["access_token"]
    answer = clinic.http().post(f"{ISSUER}/oauth2/revoke", data={"token": given_back}, auth=("clinic", SECRET))
    assert answer.status_code == 200
    active = [clinic.introspect(token, auth=REGISTRY).json()["active"] for token in (given_back, other)]
    assert active == [False, True]


def test_token_of_a_system_runs_out(clinic: Stand) -> None:
    token = ask(clinic)["access_token"]
    clinic.clock.advance(600)
    assert clinic.introspect(token, auth=REGISTRY).json() == {"active": False}


def test_revoked_client_has_no_active_token_and_may_begin_anew(clinic: Stand) -> None:
    token = ask(clinic)["access_token"]
    with clinic.realm.database.write() as connection:
        families.revoke_client(clinic.realm, connection, "clinic", because="test", actor="operator:test")
    assert clinic.introspect(token, auth=REGISTRY).json() == {"active": False}
    assert clinic.introspect(ask(clinic)["access_token"], auth=REGISTRY).json()["active"] is True


def test_seeded_systems_of_organisations_have_the_secrets_that_the_set_up_made(stand: Stand) -> None:
    entries = read_organisation_systems(stand.settings)
    assert [entry["client_id"] for entry in entries] == ["clinic", "laboratory", "insurer", "partner"]
    for entry in entries:
        file = of_organisations.secret_file(stand.settings, entry["client_id"])
        file.parent.mkdir(exist_ok=True)
        file.write_text(f"secret of {entry['client_id']}\n")
    assert load_seed(stand.realm) == ["4 information systems registered"]
    assert load_seed(stand.realm) == []
    scopes = {entry["client_id"]: ask(stand, auth=(entry["client_id"], f"secret of {entry['client_id']}")) for entry in entries}
    assert {name for name, answer in scopes.items() if "registry.write" in answer["scope"]} == {"clinic", "laboratory"}
