"""What `propusk start` does, in this process: the same listeners, without the command line around them."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from ground.listening import AddressUnusable, Listener
from idp.cli import start
from idp.errors import StandUnusable
from idp.settings import Settings
from tests.running_stand import free_ports

OWN_TOKEN = "an operator's own token, long enough"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home, and nothing else set."""
    for name in [name for name in os.environ if name.startswith("PROPUSK_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PROPUSK_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def stand(home: Path) -> Iterator[Settings]:
    """A stand that answers at free ports."""
    settings, provider, control = start.open_doors(start.read_test_settings(), bind=None, is_any_port=True)
    start.demand_control(settings)
    start.serve(settings, provider, control)
    assert provider.ask_health() and control.ask_health()
    yield settings
    for listener in (provider, control):
        listener.stop()


def test_both_doors_answer_and_share_one_realm(stand: Settings) -> None:
    control = start.control_url(stand)
    bearer = {"Authorization": f"Bearer {stand.control_token_file.read_text().strip()}"}
    made = requests.post(f"{control}/sandboxes", json={"id": "mine"}, headers=bearer, timeout=20)
    assert made.status_code == 201, made.text
    assert made.json()["issuer"] == f"{stand.issuer}/t/mine"
    for issuer in (stand.issuer, made.json()["issuer"]):
        document = requests.get(f"{issuer}/.well-known/openid-configuration", timeout=5).json()
        assert document["issuer"] == issuer
    client = requests.post(
        f"{control}/t/mine/clients", json={"redirect_uris": ["http://localhost:9/cb"]}, headers=bearer, timeout=5
    )
    body = {"person": "vera@example.test", "into": "tokens", "authorization": {"client_id": client.json()["client_id"]}}
    assert requests.post(f"{control}/t/mine/login", json=body, headers=bearer, timeout=5).json()["outcome"] == "done"
    assert requests.delete(f"{control}/sandboxes/mine", headers=bearer, timeout=5).status_code == 204
    assert requests.get(f"{stand.issuer}/t/mine/oauth2/jwks", timeout=5).status_code == 404


def test_what_it_tells_is_where_it_is(stand: Settings, tmp_path: Path) -> None:
    start.write_announcement(tmp_path / "announced.json", stand)
    told = json.loads((tmp_path / "announced.json").read_text())
    assert told == {
        "issuer": stand.issuer,
        "control_url": start.control_url(stand),
        "token_file": str(stand.control_token_file),
        "pid": os.getpid(),
    }
    said = start.welcome(stand)
    assert stand.issuer in said and "environment = test" in said and "romashka-17" in said


def test_operators_own_token_is_the_one_in_force(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROPUSK_CONTROL_TOKEN", OWN_TOKEN)
    settings = start.read_test_settings()
    start.demand_control(settings)
    assert settings.control_token_file.read_text().strip() == OWN_TOKEN


def test_busy_port_is_named(home: Path) -> None:
    (port,) = free_ports(1)
    held = Listener(f"127.0.0.1:{port}")
    with pytest.raises(AddressUnusable, match=f"127.0.0.1:{port} is busy"):
        Listener(f"127.0.0.1:{port}")
    held.stop()


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"PROPUSK_ENVIRONMENT": "production", "PROPUSK_ISSUER": "https://idp.test"}, "use propusk serve"),
        ({"PROPUSK_ENVIRONMENT": "test", "PROPUSK_ISSUER": "https://idp.test"}, "speaks plain http"),
    ],
)
def test_what_is_no_plain_test_stand_is_refused(
    home: Path, monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], words: str
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(StandUnusable, match=words):
        start.read_test_settings()
