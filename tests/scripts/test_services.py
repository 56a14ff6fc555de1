"""The addresses of the stand come from where the applications take theirs: environment, file, default."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from workshop.console import Refused
from workshop.places import Places
from workshop.services import advise_on_addresses, check_ports, read_services


def listens(home: Path, variables: Mapping[str, str]) -> list[str]:
    return [service.listen for service in read_services(Places(checkout=home, home=home), variables)]


def test_without_settings_the_usual_ports(tmp_path: Path) -> None:
    assert listens(tmp_path, {}) == ["127.0.0.1:8400", "127.0.0.1:8401", "127.0.0.1:8500"]


def test_file_changes_the_default_and_the_environment_the_file(tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "idp.toml").write_text('listen = "127.0.0.1:9400"\ncontrol_listen = "127.0.0.1:9401"\n')
    assert listens(tmp_path, {"PROPUSK_LISTEN": "127.0.0.1:7400"}) == ["127.0.0.1:7400", "127.0.0.1:9401", "127.0.0.1:8500"]


def test_another_file_may_be_named(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text('listen = "0.0.0.0:80"\nurl = "https://rp.test"\ntls_certificate = "rp.pem"\n')
    registry = read_services(Places(checkout=tmp_path, home=tmp_path), {"REGISTRY_CONFIG": str(tmp_path / "mine.toml")})[2]
    assert (registry.host, registry.port, registry.address, registry.is_tls) == ("0.0.0.0", 80, "https://rp.test", True)


def test_bank_is_there_where_it_has_settings(tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "bank.toml").write_text('instance = "bank"\n')
    assert listens(tmp_path, {})[3:] == ["127.0.0.1:8402"]
    assert listens(tmp_path, {"BANK_LISTEN": "127.0.0.1:9402"})[3:] == ["127.0.0.1:9402"]


def test_registry_of_a_test_stand_has_a_control_plane_where_the_phone_looks(tmp_path: Path) -> None:
    places = Places(checkout=tmp_path, home=tmp_path)
    moved = {"REGISTRY_ENVIRONMENT": "test", "REGISTRY_CONTROL_LISTEN": "127.0.0.1:9501"}
    assert listens(tmp_path, {"REGISTRY_ENVIRONMENT": "test"})[3:] == ["127.0.0.1:8501"]
    assert "set PROPUSK_REGISTRY_CONTROL_URL=http://localhost:9501" in advise_on_addresses(read_services(places, moved))
    told = {**moved, "PROPUSK_REGISTRY_CONTROL_URL": "http://127.0.0.1:9501"}
    assert advise_on_addresses(read_services(places, told)) == ""


def test_file_that_is_not_toml_is_named(tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "rp.toml").write_text("listen = ")
    with pytest.raises(Refused, match=r"rp\.toml cannot be read"):
        listens(tmp_path, {})


@pytest.mark.parametrize("listen", ["8400", "127.0.0.1:", "127.0.0.1:http", ":8400"])
def test_address_that_makes_no_sense_is_refused_with_its_variable(tmp_path: Path, listen: str) -> None:
    with pytest.raises(Refused, match="PROPUSK_LISTEN is"):
        listens(tmp_path, {"PROPUSK_LISTEN": listen})


@pytest.mark.parametrize("listen", ["127.0.0.1:70000", "203.0.113.1:8400"], ids=["no such port", "no such address here"])
def test_port_that_cannot_be_opened_is_refused_with_its_variable(tmp_path: Path, listen: str) -> None:
    services = read_services(Places(checkout=tmp_path, home=tmp_path), {"PROPUSK_LISTEN": listen})
    with pytest.raises(Refused, match="PROPUSK_LISTEN="):
        check_ports(services[:1])


@pytest.mark.parametrize(
    ("variables", "advice"),
    [
        ({}, ""),
        ({"PROPUSK_LISTEN": "127.0.0.1:8600", "PROPUSK_ISSUER": "http://localhost:8600"}, ""),
        ({"PROPUSK_LISTEN": "127.0.0.1:8600", "PROPUSK_ISSUER": "https://esia.test"}, ""),
        (
            {"PROPUSK_LISTEN": "127.0.0.1:8600"},
            "set PROPUSK_ISSUER=http://localhost:8600 REGISTRY_ISSUER=http://localhost:8600 "
            "BANK_PROVIDER_URL=http://localhost:8600.",
        ),
        ({"REGISTRY_LISTEN": "127.0.0.1:8700"}, "set REGISTRY_URL=http://localhost:8700."),
    ],
)
def test_address_that_leads_elsewhere_on_this_machine_is_said(tmp_path: Path, variables: dict[str, str], advice: str) -> None:
    """Who changed PROPUSK_LISTEN alone was shown an address at which another stand answered."""
    said = advise_on_addresses(read_services(Places(checkout=tmp_path, home=tmp_path), variables))
    assert said.endswith(advice) and bool(said) == bool(advice)
