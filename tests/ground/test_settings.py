"""Settings: one list, overridden by a file and that by the environment; nothing unknown, nothing of the wrong kind."""

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from ground.settings import SettingRefused, load_settings


@dataclass(frozen=True)
class Inner:
    seconds: int = 60


@dataclass(frozen=True)
class Outer:
    name: str = "default"
    is_open: bool = False
    file: Path | None = None
    hosts: tuple[str, ...] = ()
    addresses: dict[str, str] = field(default_factory=dict)
    inner: Inner = field(default_factory=Inner)

    def __post_init__(self) -> None:
        if self.name == "bad":
            raise ValueError("name must not be bad")


def load(toml: str = "", **environment: str) -> Outer:
    path = Path(load.folder) / "settings.toml"  # type: ignore[attr-defined]
    path.write_text(toml)
    return load_settings(Outer, file=path, environment=environment, prefix="APP")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path) -> None:
    load.folder = tmp_path  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("toml", "environment", "name", "value"),
    [
        ("", {}, "name", "default"),
        ('name = "file"', {}, "name", "file"),
        ('name = "file"', {"APP_NAME": "environment"}, "name", "environment"),
        ("is_open = true", {}, "is_open", True),
        ("is_open = true", {"APP_IS_OPEN": "false"}, "is_open", False),
        ("", {"APP_FILE": "/x"}, "file", Path("/x")),
        ('file = "/x"', {"APP_FILE": ""}, "file", None),
        ('hosts = ["a", "b"]', {}, "hosts", ("a", "b")),
        ("", {"APP_HOSTS": "a, b,"}, "hosts", ("a", "b")),
        ('addresses = { "a.test" = "127.0.0.1" }', {}, "addresses", {"a.test": "127.0.0.1"}),
        ("[inner]\nseconds = 5", {}, "inner", Inner(5)),
        ("[inner]\nseconds = 5", {"APP_INNER_SECONDS": "-7"}, "inner", Inner(-7)),
        ("", {"APPLICATION_NAME": "of another program", "HOME": "/root"}, "name", "default"),
    ],
)
def test_setting_comes_from_the_nearest_source(toml: str, environment: dict[str, str], name: str, value: object) -> None:
    assert getattr(load(toml, **environment), name) == value


@pytest.mark.parametrize(
    ("toml", "environment", "words"),
    [
        ("nmae = 'x'", {}, "nmae is not a setting"),
        ("[inner]\nminutes = 1", {}, "minutes is not a setting"),
        ("", {"APP_NMAE": "x"}, "APP_NMAE is not a setting"),
        ("", {"APP_INNER": "x"}, "APP_INNER is not a setting"),
        ("name = 5", {}, "name must be str"),
        ("is_open = 1", {}, "is_open must be bool"),
        ("is_open = 'true '", {}, "is_open must be bool"),
        ("", {"APP_IS_OPEN": "True"}, "is_open must be bool"),
        ("[inner]\nseconds = true", {}, "seconds must be int"),
        ("[inner]\nseconds = 1.5", {}, "seconds must be int"),
        ("", {"APP_INNER_SECONDS": ""}, "seconds must be int"),
        ("", {"APP_INNER_SECONDS": "--5"}, "seconds must be int"),
        ("", {"APP_INNER_SECONDS": "٣"}, "seconds must be int"),
        ("inner = 5", {}, "inner must be a table"),
        ("inner = 'text'", {}, "inner must be a table"),
        ("inner = 5", {"APP_INNER_SECONDS": "5"}, "inner must be a table"),
        ("hosts = 5", {}, "hosts must be list"),
        ("hosts = [5]", {}, "hosts must be str"),
        ("name = 'bad'", {}, "must not be bad"),
        ("name =", {}, "is not TOML"),
    ],
)
def test_setting_that_makes_no_sense_is_refused_by_name(toml: str, environment: dict[str, str], words: str) -> None:
    with pytest.raises(SettingRefused, match=words):
        load(toml, **environment)


def test_named_file_that_is_missing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingRefused, match="missing"):
        load_settings(Outer, file=tmp_path / "no.toml", environment={}, prefix="APP")


@pytest.mark.parametrize("name", ["client_secret", "password", "signing_key", "api_token"])
def test_secret_cannot_be_a_setting(name: str) -> None:
    kind = dataclass(frozen=True)(type("Kind", (), {"__annotations__": {name: str}, name: ""}))
    with pytest.raises(SettingRefused, match="looks like a secret"):
        load_settings(kind, file=None, environment={}, prefix="APP")
