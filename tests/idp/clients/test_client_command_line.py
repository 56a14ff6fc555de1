"""`propusk client`: what an operator does with information systems."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from idp.cli import propusk
from tests.idp.clients.registrant import BELIEVED, error_of, register, try_to_authenticate
from tests.idp.stand import CALLBACK, ISSUER, Stand


def run(stand: Stand, *words: str) -> Result:
    environment = {
        "PROPUSK_HOME": str(stand.settings.home),
        "PROPUSK_CONFIG": str(Path(stand.settings.home) / "config" / "idp.toml"),
    }
    return CliRunner(env=environment).invoke(propusk, ["client", *words])


def printed(stand: Stand, *words: str) -> dict[str, Any]:
    result = run(stand, *words)
    assert result.exit_code == 0, (result.output, result.exception)
    return dict(json.loads(result.output))


def is_believed(stand: Stand, client_id: str, secret: str) -> bool:
    answer = try_to_authenticate(stand, {}, auth=(client_id, secret))
    return error_of(answer) == BELIEVED


def test_client_is_created_shown_and_listed(stand: Stand) -> None:
    made = printed(stand, "create", "Аптека", "--redirect-uri", CALLBACK, "--refresh", "--scope", "openid offline_access")
    assert made["issuer"] == ISSUER
    assert made["grant_types"] == ["authorization_code", "refresh_token"]
    assert is_believed(stand, made["client_id"], made["client_secret"])
    shown = printed(stand, "show", made["client_id"])
    assert shown == {name: value for name, value in made.items() if name not in ("issuer", "client_secret")}
    listed = run(stand, "list").output
    assert f"{made['client_id']}  Аптека\n" in listed
    assert "registry  " in listed


@pytest.mark.parametrize(
    ("options", "method"),
    [
        (("--public",), "none"),
        (("--authentication", "client_secret_jwt"), "client_secret_jwt"),
        (("--authentication", "private_key_jwt", "--jwks-uri", "https://client.test/jwks"), "private_key_jwt"),
    ],
)
def test_client_is_created_with_any_method(stand: Stand, options: tuple[str, ...], method: str) -> None:
    made = printed(stand, "create", "Аптека", "--redirect-uri", CALLBACK, *options)
    assert made["token_endpoint_auth_method"] == method
    assert ("client_secret" in made) is (method == "client_secret_jwt")


@pytest.mark.parametrize("stand", ["sqlite"], indirect=True)
def test_ca_14_new_secret_replaces_the_old_one(stand: Stand) -> None:
    client = register(stand)
    new = printed(stand, "secret", client["client_id"])["client_secret"]
    assert not is_believed(stand, client["client_id"], client["client_secret"])
    assert is_believed(stand, client["client_id"], new)
    assert new not in run(stand, "list").output + run(stand, "show", client["client_id"]).output


def test_disabled_client_is_let_in_no_more(stand: Stand) -> None:
    client = register(stand)
    assert run(stand, "disable", client["client_id"]).exit_code == 0
    assert not is_believed(stand, client["client_id"], client["client_secret"])
    assert f"{client['client_id']}  Поликлиника  (disabled)" in run(stand, "list").output
    again = run(stand, "disable", client["client_id"])
    assert "disabled" in str(again.exception)


@pytest.mark.parametrize(
    "words",
    [
        ("create", "Аптека", "--redirect-uri", "http://client.example/cb"),
        ("create", "Аптека", "--redirect-uri", CALLBACK, "--authentication", "private_key_jwt"),
        ("show", "nobody"),
        ("secret", "nobody"),
        ("disable", "nobody"),
    ],
)
def test_mistake_is_one_sentence(stand: Stand, words: tuple[str, ...]) -> None:
    result = run(stand, *words)
    assert result.exit_code == 1
    assert "\n" not in str(result.exception)


def test_public_client_has_no_secret_to_renew(stand: Stand) -> None:
    client = register(stand, token_endpoint_auth_method="none")
    assert "without a secret" in str(run(stand, "secret", client["client_id"]).exception)
