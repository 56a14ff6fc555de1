"""`scripts/start --tls`: which settings and commands it comes down to, and what it tells."""

from pathlib import Path

import pytest

from workshop import encryption
from workshop.console import Refused
from workshop.encryption import Encryption, plan_encryption, read_names, under_names
from workshop.places import Places
from workshop.services import read_services
from workshop.start import start


def plan(home: Path, *, names: str = "localhost", variables: dict[str, str] | None = None) -> Encryption:
    places = Places(checkout=home, home=home)
    return plan_encryption(places, read_services(places, variables or {}), read_names(names))


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home that has a bank."""
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "bank.toml").write_text('instance = "bank"\n')
    return tmp_path


def test_names_are_of_the_provider_of_the_registry_and_of_the_bank() -> None:
    assert read_names("idp.test,rp.test,bank.test") == ("idp.test", "rp.test", "bank.test")
    assert read_names("idp.test,rp.test") == ("idp.test", "rp.test", "rp.test")
    assert read_names(" One.Test ") == ("one.test", "one.test", "one.test")


@pytest.mark.parametrize(
    "names", ["", "test", "example.com", "a.test,b.com", "a.test,b.test,c.test,d.test", "-a.test", "10.0.0.1"]
)
def test_name_that_cannot_be_certified_is_one_sentence(names: str) -> None:
    with pytest.raises(Refused, match="--names"):
        read_names(names)


def test_addresses_are_those_of_the_names_and_the_ports_that_are_listened_at(tmp_path: Path) -> None:
    variables = plan(tmp_path, names="idp.test,rp.test", variables={"PROPUSK_LISTEN": "0.0.0.0:443"}).variables
    assert variables["PROPUSK_ISSUER"] == variables["REGISTRY_ISSUER"] == "https://idp.test"
    assert variables["PROPUSK_REGISTRY_URL"] == variables["REGISTRY_URL"] == "https://rp.test:8500"
    assert variables["REGISTRY_FETCH_ADDRESSES"] == "idp.test=127.0.0.1,rp.test=127.0.0.1"
    assert variables["REGISTRY_TRUSTED_CA_FILE"] == str(tmp_path / "keys" / "authority" / "root.pem")


def test_bank_has_its_own_name_and_knows_where_the_provider_is(home: Path) -> None:
    variables = plan(home, names="idp.test,rp.test,bank.test", variables={"BANK_LISTEN": "127.0.0.1:8602"}).variables
    assert variables["BANK_ISSUER"] == variables["PROPUSK_BANK_ISSUER"] == "https://bank.test:8602"
    assert variables["BANK_PROVIDER_URL"] == "https://idp.test:8400"
    assert "bank.test=127.0.0.1" in variables["PROPUSK_FETCH_ADDRESSES"].split(",")
    assert "idp.test=127.0.0.1" in variables["BANK_FETCH_ADDRESSES"].split(",")
    assert variables["BANK_TLS_CERTIFICATE"] == str(home / "keys" / "bank" / "tls" / "certificate.pem")


def test_where_there_is_no_bank_nothing_is_said_of_one(tmp_path: Path) -> None:
    assert not any("BANK" in name for name in plan(tmp_path, names="idp.test,rp.test,bank.test").variables)


def test_localhost_needs_no_address(tmp_path: Path) -> None:
    assert plan(tmp_path).variables["REGISTRY_FETCH_ADDRESSES"] == ""


def test_each_server_gets_a_certificate_for_its_name_and_for_loopback(home: Path) -> None:
    assert plan(home, names="idp.test,rp.test,bank.test").commands == [
        "certificate server --for idp idp.test localhost 127.0.0.1 ::1",
        "certificate server --for rp rp.test localhost 127.0.0.1 ::1",
        "certificate server --for bank bank.test localhost 127.0.0.1 ::1",
    ]
    assert plan(home).commands[0] == "certificate server --for idp localhost 127.0.0.1 ::1"


def test_services_are_asked_and_shown_over_tls(tmp_path: Path) -> None:
    places = Places(checkout=tmp_path, home=tmp_path)
    services = under_names(read_services(places, plan(tmp_path, names="idp.test,rp.test").variables))
    assert [(service.address, service.is_tls) for service in services] == [
        ("https://idp.test:8400", True),
        ("http://127.0.0.1:8401", False),
        ("https://rp.test:8500", True),
    ]


def test_advice_names_the_file_and_the_hosts_that_nobody_knows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encryption, "_resolves", lambda name: name != "rp.test")
    advice = plan(tmp_path, names="idp.test,rp.test").advice
    for way in ("--cacert ", "NODE_EXTRA_CA_CERTS=", "REQUESTS_CA_BUNDLE="):
        assert f"{way}{tmp_path}/keys/authority/root.pem" in advice
    assert "127.0.0.1 rp.test" in advice
    assert "idp.test" not in advice.splitlines()[-1]
    assert "/etc/hosts" not in plan(tmp_path).advice


def test_without_tls_nothing_changes_and_nothing_is_said() -> None:
    assert (Encryption().advice, Encryption().variables, Encryption().commands) == ("", {}, ())


def test_names_without_tls_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        start(["--names", "idp.test"])
    assert "--names goes with --tls" in capsys.readouterr().err
