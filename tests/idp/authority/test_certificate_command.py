"""`propusk certificate`, and what `propusk serve` says of an address that cannot be served."""

import shutil
from functools import partial
from pathlib import Path

import pytest

from idp.cli import propusk, run

ROOT = Path(__file__).parents[3]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copy(ROOT / "config" / "idp.toml", tmp_path)
    monkeypatch.setenv("PROPUSK_HOME", str(tmp_path))
    monkeypatch.setenv("PROPUSK_CONFIG", str(tmp_path / "idp.toml"))
    return tmp_path


def status_of(*arguments: str) -> int:
    """The exit status of a command line."""
    try:
        return run(partial(propusk.main, args=list(arguments), prog_name="propusk"))
    except SystemExit as end:
        return int(end.code or 0)


def test_certificate_is_made_once_and_said_so(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert status_of("certificate", "server", "--for", "bank", "bank.test", "127.0.0.1") == 0
    assert capsys.readouterr().out == (
        f"made {home}/keys/authority/root.pem, the authority to trust\n"
        f"made {home}/keys/bank/tls/certificate.pem for bank.test, 127.0.0.1\n"
    )
    assert status_of("certificate", "server", "--for", "bank", "127.0.0.1", "bank.test") == 0
    assert capsys.readouterr().out == ""


def test_without_an_owner_it_is_the_certificate_of_this_instance(home: Path) -> None:
    assert status_of("certificate", "server", "idp.test") == 0
    assert (home / "keys" / "idp" / "tls" / "certificate.pem").exists()


@pytest.mark.parametrize(
    "arguments",
    [["bank.example.com"], ["--for", "../bank", "bank.test"], ["--for", "authority", "bank.test"]],
    ids=["real name", "folder elsewhere", "the authority's own folder"],
)
def test_what_cannot_be_certified_is_one_sentence(home: Path, capsys: pytest.CaptureFixture[str], arguments: list[str]) -> None:
    assert status_of("certificate", "server", *arguments) == 1
    said = capsys.readouterr().err
    assert said.startswith("propusk: ")
    assert said.count("\n") == 1


def test_there_is_no_test_authority_in_production(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROPUSK_ENVIRONMENT", "production")
    monkeypatch.setenv("PROPUSK_CODES_PER_HOUR", "5")
    monkeypatch.setenv("PROPUSK_ISSUER", "https://idp.test")
    assert status_of("certificate", "server", "idp.test") == 1
    assert "only with environment" in capsys.readouterr().err
    assert not (home / "keys").exists()


def test_https_address_that_nobody_can_reach_is_one_sentence(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROPUSK_ISSUER", "https://idp.test")
    assert status_of("serve") == 1
    assert capsys.readouterr().err == (
        "propusk: the issuer is https, so set tls_certificate and tls_private, or trusted_proxies\n"
    )


def test_listener_of_plain_http_needs_an_address(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert status_of("serve", "--plain") == 1
    assert "plain_listen" in capsys.readouterr().err
