"""The floors are real: a house of empty rooms keeps every import contract of setup.cfg, and each breach is caught.

Without this a contract could name a room wrongly, or leave one out, and be kept for ever.
"""

import contextlib
import sys
from collections.abc import Iterator
from configparser import ConfigParser
from pathlib import Path

import pytest
from importlinter.application.use_cases import lint_imports
from importlinter.configuration import configure

SETTINGS = Path(__file__).resolve().parents[2] / "setup.cfg"

ROOMS_BEYOND_THE_LAYERS = (
    "idp.authentication.methods.password",
    "idp.authentication.methods.one_time_code",
    "idp.keyring.gost",
    "idp.keyring.private",
    "idp.migrations",
    "idp.tokens.minting",
    "propusk",
    "rp.migrations",
    "rp.records.types.laboratory_test",
    "rp.records.types.vaccination",
)

# The room that sins, what it imports, and the contract that has to say so.
BREACHES = {
    "a floor below imports one above": ("idp.sessions", "idp.oauth", "idp-floors"),
    "neighbours of a floor": ("idp.consent", "idp.tokens", "idp-floors"),
    "the app imports the control plane": ("idp.app", "idp.control", "control"),
    "the registry imports its control plane": ("rp.app", "rp.control", "registry-control"),
    "the registry's store imports its pages": ("rp.records", "rp.cabinet", "rp-floors"),
    "the provider imports the registry": ("idp.cli", "rp.cli", "apps-independent"),
    "the registry imports the provider": ("rp.trust", "idp.protocol", "apps-independent"),
    "ground imports an application": ("ground.clock", "idp.settings", "ground-knows-nobody"),
    "ground imports Flask": ("ground.outbox", "flask", "ground-flask"),
    "a rule imports Flask": ("idp.protocol", "flask", "pure-floor"),
    "a rule imports the database": ("idp.protocol", "sqlalchemy", "pure-floor"),
    "the judge of signatures imports the network": ("idp.cms", "requests", "signatures-pure"),
    "one method imports another": (
        "idp.authentication.methods.one_time_code",
        "idp.authentication.methods.password",
        "methods-independent",
    ),
    "one record type imports another": (
        "rp.records.types.vaccination",
        "rp.records.types.laboratory_test",
        "record-types-independent",
    ),
    "Authlib in a room of the provider": ("idp.app", "authlib", "authlib"),
    "Authlib in a room of the registry": ("rp.sign_in", "authlib", "authlib"),
    "time from the machine": ("idp.sessions", "time", "time-and-chance"),
    "chance from the machine": ("rp.trust", "secrets", "time-and-chance"),
    "a private key outside minting": ("idp.logout", "idp.keyring.private", "private-keys"),
    "the test kit imports the product": ("propusk", "idp.settings", "kit-knows-nobody"),
    "a rule imports the views": (
        "idp.authentication.policy",
        "idp.authentication.views",
        "authentication-rooms",
    ),
}


@pytest.fixture
def settings() -> ConfigParser:
    settings = ConfigParser()
    settings.read(SETTINGS, encoding="utf-8")
    return settings


@pytest.fixture
def house(tmp_path: Path, settings: ConfigParser, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package for every room that any contract names, empty but for the one place that may use Authlib."""
    rooms = set(ROOMS_BEYOND_THE_LAYERS)
    for section in settings.sections():
        if section.startswith("importlinter:contract:"):
            contract = settings[section]
            for line in contract.get("layers", "").split("\n"):
                for name in filter(None, (part.strip() for part in line.split("|"))):
                    if not name.startswith("("):
                        rooms.add(f"{contract['containers'].strip()}.{name}")
            rooms.update(contract.get("source_modules", "").split())
    for room in rooms:
        folder = tmp_path
        for part in room.split("."):
            folder /= part
            folder.mkdir(exist_ok=True)
            (folder / "__init__.py").touch()
    (tmp_path / "idp" / "oauth" / "__init__.py").write_text("import authlib\n")
    (tmp_path / "setup.cfg").write_bytes(SETTINGS.read_bytes())
    monkeypatch.chdir(tmp_path)
    return tmp_path


@contextlib.contextmanager
def only_the_house(house: Path) -> Iterator[None]:
    """Let the packages be found in the house and not in the checkout, and leave no trace of them."""
    path, modules = sys.path[:], dict(sys.modules)
    for name in list(sys.modules):
        if name.partition(".")[0] in ("idp", "rp", "ground", "propusk"):
            del sys.modules[name]
    sys.path[:] = [str(house), *(entry for entry in path if entry and not (Path(entry) / "ground").exists())]
    try:
        yield
    finally:
        sys.path[:] = path
        for name in list(sys.modules):
            if name.partition(".")[0] in ("idp", "rp", "ground", "propusk"):
                del sys.modules[name]
        sys.modules.update(modules)


def keeps(house: Path, *contracts: str) -> bool:
    # Below the command line of import-linter, which sets up logging anew and so silences the loggers of every later test.
    configure()
    with only_the_house(house):
        return lint_imports(limit_to_contracts=contracts, cache_dir=None, no_logo=True)


def test_empty_house_keeps_every_contract(house: Path) -> None:
    assert keeps(house)


@pytest.mark.parametrize(("sinner", "imported", "contract"), BREACHES.values(), ids=list(BREACHES))
def test_breach_is_caught(house: Path, sinner: str, imported: str, contract: str, capsys: pytest.CaptureFixture[str]) -> None:
    (house.joinpath(*sinner.split(".")) / "__init__.py").write_text(f"import {imported}\n")
    assert not keeps(house, contract)
    assert "0 kept, 1 broken" in capsys.readouterr().out


@pytest.mark.parametrize("application", ["idp", "rp"])
def test_room_without_a_floor_is_caught(house: Path, application: str) -> None:
    (house / application / "attic").mkdir()
    (house / application / "attic" / "__init__.py").touch()
    assert not keeps(house, f"{application}-floors")


def test_every_contract_has_a_breach_that_it_catches(settings: ConfigParser) -> None:
    prefix = "importlinter:contract:"
    contracts = {section.removeprefix(prefix) for section in settings.sections() if section.startswith(prefix)}
    assert {contract for _, _, contract in BREACHES.values()} == contracts
