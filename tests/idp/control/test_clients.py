"""Clients are registered, changed and retired while the stand runs."""

import pytest

from idp.clients import registry
from tests.idp.control.conftest import Control
from tests.idp.stand import CALLBACK, SECRET, Stand

TERMS = {"client_name": "Кактусовая поликлиника", "redirect_uris": [CALLBACK]}


def signs_in(stand: Stand, client_id: str, secret: str) -> int:
    code = stand.obtain_code(client_id=client_id, prompt="consent")
    return stand.redeem(code, auth=(client_id, secret)).status


def test_client_is_registered_and_used_at_once(stand: Stand, control: Control) -> None:
    answer = control.ask("POST", "/clients", {**TERMS, "organisation": "Поликлиника", "purpose": "запись"})
    client = answer.json()
    assert answer.status_code == 201
    assert client["token_endpoint_auth_method"] == "client_secret_basic"
    assert client["client_id_issued_at"] == Stand.START
    assert signs_in(stand, client["client_id"], client["client_secret"]) == 200
    known = control.get(f"/clients/{client['client_id']}")
    assert known == {name: client[name] for name in client if name != "client_secret"}, "the secret is told once"
    assert known in control.get("/clients")["clients"]
    registered = next(event for event in stand.events() if event["object"] == f"client:{client['client_id']}")
    assert (registered["action"], registered["actor"]) == ("client.registered", "operator:control plane")


def test_name_and_secret_can_be_chosen(stand: Stand, control: Control) -> None:
    client = control.post("/clients", **TERMS, client_id="my-app", client_secret="kaktus")
    assert (client["client_id"], client["client_secret"]) == ("my-app", "kaktus")
    assert signs_in(stand, "my-app", "kaktus") == 200


def test_name_is_never_given_again(stand: Stand, control: Control) -> None:
    assert control.refused("POST", "/clients", {**TERMS, "client_id": "client"}) == (409, "client_exists")
    assert control.ask("DELETE", "/clients/client").status_code == 204
    assert control.refused("POST", "/clients", {**TERMS, "client_id": "client"}) == (409, "client_exists")


def test_secret_of_a_client_that_signs_with_it_can_be_chosen(stand: Stand, control: Control) -> None:
    control.post("/clients", **TERMS, client_id="signs", client_secret="k" * 32, token_endpoint_auth_method="client_secret_jwt")
    with stand.realm.database.read() as connection:
        assert registry.open_secret(stand.realm, connection, "signs") == "k" * 32


@pytest.mark.parametrize(
    ("terms", "error"),
    [
        ({}, "invalid_redirect_uri"),
        ({"redirect_uris": ["http://evil.example/"]}, "invalid_redirect_uri"),
        ({"redirect_uris": None}, "invalid_redirect_uri"),
        ({**TERMS, "grant_types": ["password"]}, "invalid_client_metadata"),
        ({**TERMS, "token_endpoint_auth_method": "private_key_jwt"}, "invalid_client_metadata"),
        ({**TERMS, "default_max_age": -1}, "invalid_client_metadata"),
    ],
)
def test_terms_that_cannot_be_registered_are_refused_with_the_code_of_the_rfc(
    control: Control, terms: dict[str, object], error: str
) -> None:
    answer = control.ask("POST", "/clients", terms)
    assert (answer.status_code, answer.json()["error"]) == (400, error)
    assert answer.json()["type"] == f"urn:propusk:problem:{error}"
    assert answer.json()["clause"]
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert len(control.get("/clients")["clients"]) == 2


@pytest.mark.parametrize(
    "terms",
    [
        {"client_id": ""}, {"client_id": "a b"}, {"client_id": "a\n"}, {"client_id": "a/b"}, {"client_id": ".."},
        {"client_secret": ""}, {"client_secret": "a\n"}, {"colour": "red"}, {"redirect_uris": "x"}, {"client_name": "a\0"},
        {"token_endpoint_auth_method": "none", "client_secret": "kaktus"},
    ],
)  # fmt: skip
def test_what_is_no_client_is_refused(control: Control, terms: dict[str, object]) -> None:
    assert control.refused("POST", "/clients", TERMS | terms) == (422, "body_invalid")


def test_change_touches_only_what_it_names(stand: Stand, control: Control) -> None:
    before = control.get("/clients/client")
    assert control.done(control.ask("PATCH", "/clients/client", {})) == before
    change = {"client_name": "Другая", "post_logout_redirect_uris": None, "purpose": "проба", "require_pkce": True}
    changed = control.done(control.ask("PATCH", "/clients/client", change))
    assert changed == {name: before[name] for name in before if name != "post_logout_redirect_uris"} | {
        "client_name": "Другая", "purpose": "проба", "require_pkce": True,
    }  # fmt: skip
    assert control.get("/clients/client") == changed
    answer = stand.browser().open(stand.authorize_url())
    assert "error=invalid_request" in answer.url, "PKCE is asked of it from now on"


def test_new_secret_takes_the_place_of_the_old(stand: Stand, control: Control) -> None:
    changed = control.done(control.ask("PATCH", "/clients/client", {"client_secret": "kaktus"}))
    assert changed["client_secret"] == "kaktus"
    assert signs_in(stand, "client", "kaktus") == 200
    assert signs_in(stand, "client", SECRET) == 401


def test_client_that_becomes_confidential_is_told_its_secret(stand: Stand, control: Control) -> None:
    control.post("/clients", **TERMS, client_id="open", token_endpoint_auth_method="none")
    changed = control.done(control.ask("PATCH", "/clients/open", {"token_endpoint_auth_method": "client_secret_basic"}))
    assert signs_in(stand, "open", changed["client_secret"]) == 200


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"redirect_uris": None}, (400, "invalid_redirect_uri")),
        ({"redirect_uris": []}, (400, "invalid_redirect_uri")),
        ({"client_id": "other"}, (422, "body_invalid")),
        ({"token_endpoint_auth_method": "none", "client_secret": "kaktus"}, (422, "body_invalid")),
    ],
)
def test_change_that_cannot_be_leaves_everything_as_it_was(
    control: Control, change: dict[str, object], problem: tuple[int, str]
) -> None:
    before = control.get("/clients/client")
    assert control.refused("PATCH", "/clients/client", change) == problem
    assert control.get("/clients/client") == before


def test_removed_client_is_let_in_no_more_and_its_tokens_die(stand: Stand, control: Control) -> None:
    tokens = stand.tokens()
    assert control.ask("DELETE", "/clients/client").status_code == 204
    assert stand.userinfo(tokens["access_token"]).status_code == 401
    assert stand.browser().open(stand.authorize_url()).status == 400
    assert [client["client_id"] for client in control.get("/clients")["clients"]] == ["registry"]
    assert {"client.disabled", "tokens.revoked"} <= set(stand.actions())


@pytest.mark.parametrize("client_id", ["nobody", "client"])
@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
def test_unknown_or_removed_client_is_a_404(control: Control, method: str, client_id: str) -> None:
    control.ask("DELETE", "/clients/client")
    body = {} if method == "PATCH" else None
    assert control.refused(method, f"/clients/{client_id}", body) == (404, "client_unknown")
