"""Refresh tokens of the ESIA dialect: signed by either text, good once, for as long as an authorization may last."""

from typing import Any

import pytest

from idp.esia.bearer import judge
from idp.settings import Esia, Lifetimes
from tests.idp.esia.issuing import granted_to, issue_code, refused_with
from tests.idp.esia.system import System, payload_of, register_system
from tests.idp.stand import Stand


@pytest.fixture
def system(stand: Stand) -> System:
    return register_system(stand)


@pytest.fixture
def tokens(stand: Stand, system: System) -> dict[str, Any]:
    return granted_to(system.redeem(issue_code(stand, system), signs="rsa"))


def is_good(stand: Stand, access_token: str) -> bool:
    with stand.realm.database.read() as connection:
        return judge(stand.realm, connection, access_token) is not None


@pytest.mark.parametrize(("version", "text"), [("v1", "R1"), ("v2", "R1"), ("v2", "R2")])
def test_refresh_gives_new_tokens_of_the_same_authorization(
    stand: Stand, system: System, tokens: dict[str, Any], version: str, text: str
) -> None:
    stand.clock.advance(60)
    new = granted_to(system.refresh(tokens["refresh_token"], version, text=text, signs="rsa"))
    assert set(new) == {"access_token", "refresh_token", "id_token", "state", "token_type", "expires_in"}
    assert new["refresh_token"] != tokens["refresh_token"]
    old_claims, claims = payload_of(tokens["access_token"]), payload_of(new["access_token"])
    assert claims["iat"] == old_claims["iat"] + 60
    for name in ("scope", "urn:esia:sid", "urn:esia:sbj_id", "client_id"):
        assert claims[name] == old_claims[name]
    assert payload_of(new["id_token"])["auth_time"] == payload_of(tokens["id_token"])["auth_time"]
    assert is_good(stand, tokens["access_token"])
    assert is_good(stand, new["access_token"])


@pytest.mark.parametrize(
    ("stand_settings", "taken", "refused"),
    [({"esia": Esia(refresh_texts=("R1",))}, "R1", "R2"), ({"esia": Esia(refresh_texts=("R2",))}, "R2", "R1")],
)
def test_only_the_text_that_the_switch_names_is_taken(
    stand: Stand, stand_settings: dict[str, object], system: System, tokens: dict[str, Any], taken: str, refused: str
) -> None:
    assert stand.settings.esia == stand_settings["esia"]
    number = refused_with(system.refresh(tokens["refresh_token"], text=refused, signs="rsa"))
    assert number == ("007014" if refused == "R2" else "007053")  # R2 sends no hash, and R1 alone demands one
    granted_to(system.refresh(tokens["refresh_token"], text=taken, signs="rsa"))


def test_used_refresh_token_is_refused_and_takes_its_family_down(stand: Stand, system: System, tokens: dict[str, Any]) -> None:
    new = granted_to(system.refresh(tokens["refresh_token"], signs="rsa"))
    assert refused_with(system.refresh(tokens["refresh_token"], signs="rsa")) == "007011"
    assert refused_with(system.refresh(new["refresh_token"], signs="rsa")) == "007011"
    assert not is_good(stand, new["access_token"])
    assert "refresh.reused refused" in stand.actions()


@pytest.mark.parametrize("stand_settings", [{"esia": Esia(rotates_refresh=False)}])
def test_refresh_token_is_good_again_and_again_where_they_do_not_rotate(
    stand: Stand, stand_settings: dict[str, object], system: System, tokens: dict[str, Any]
) -> None:
    assert stand.settings.esia == stand_settings["esia"]
    idle = stand.settings.lifetimes.refresh_idle
    for _ in range(2):
        stand.clock.advance(idle - 1)
        again = granted_to(system.refresh(tokens["refresh_token"], signs="rsa"))
        assert again["refresh_token"] == tokens["refresh_token"]
    stand.clock.advance(idle)
    assert refused_with(system.refresh(tokens["refresh_token"], signs="rsa")) == "007011"


def test_refresh_token_runs_out_when_nobody_uses_it(stand: Stand, system: System, tokens: dict[str, Any]) -> None:
    stand.clock.advance(stand.settings.lifetimes.refresh_idle)
    assert refused_with(system.refresh(tokens["refresh_token"], signs="rsa")) == "007011"


@pytest.mark.parametrize(
    "stand_settings",
    [
        {"lifetimes": Lifetimes(refresh_idle=100, refresh_absolute=150), "esia": Esia(rotates_refresh=rotates)}
        for rotates in (True, False)
    ],
)
def test_no_authorization_outlives_its_absolute_term(
    stand: Stand, stand_settings: dict[str, object], system: System, tokens: dict[str, Any]
) -> None:
    assert stand.settings.lifetimes == stand_settings["lifetimes"]
    stand.clock.advance(99)
    new = granted_to(system.refresh(tokens["refresh_token"], signs="rsa"))
    stand.clock.advance(51)
    assert refused_with(system.refresh(new["refresh_token"], signs="rsa")) == "007011"


def test_refresh_token_of_another_system_or_of_nobody_is_refused(stand: Stand, system: System, tokens: dict[str, Any]) -> None:
    other = register_system(stand, "OTHERIS")
    assert refused_with(other.refresh(tokens["refresh_token"], signs="rsa")) == "007011"
    assert refused_with(system.refresh("nothing", signs="rsa")) == "007011"
    granted_to(system.refresh(tokens["refresh_token"], signs="rsa"))


def test_person_who_is_shut_out_is_refreshed_for_nobody(stand: Stand, system: System, tokens: dict[str, Any]) -> None:
    stand.execute("UPDATE citizens SET disabled_at = 1")
    assert refused_with(system.refresh(tokens["refresh_token"], signs="rsa")) == "007011"
    stand.execute("UPDATE citizens SET disabled_at = NULL")
    granted_to(system.refresh(tokens["refresh_token"], signs="rsa"))
