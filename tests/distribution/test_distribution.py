"""What is built installs and runs where there is no checkout: settings, seed, pages and translations travel along.

Dependencies are those of the environment of the tests; the product comes from the wheel and from nowhere else.
"""

import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import pytest
import requests
from requests.adapters import HTTPAdapter

from tests.browser import Browser
from tests.house import PEOPLE
from tests.running_stand import Addresses, clean_environment, wait_for
from tests.started import Started
from workshop.distribution import build_wheel
from workshop.processes import Children

ROOT = Path(__file__).parents[2]
CALLBACK = "http://localhost:9/callback"
LUKA = PEOPLE["luka"]
PACKAGES = ("ground", "idp", "rp", "propusk")
LEFT_OUT = (".po", ".pyc", ".mo")


@dataclass(frozen=True)
class Environment:
    """A virtual environment with the product of one wheel in it."""

    folder: Path

    def program(self, name: str) -> str:
        return str(self.folder / "bin" / name)

    @property
    def files(self) -> set[str]:
        return {str(path.relative_to(self.folder)) for path in self.folder.rglob("*") if "__pycache__" not in path.parts}

    def run(self, home: Path, *words: str, **variables: str) -> "subprocess.CompletedProcess[str]":
        """Run a program of it, outside every checkout."""
        home.mkdir(parents=True, exist_ok=True)
        command = [self.program(words[0]), *words[1:]]
        environment = clean_environment(home, **variables)
        return subprocess.run(command, cwd=home, env=environment, capture_output=True, text=True, check=False)


def install(wheel: Path, folder: Path) -> Environment:
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    python = str(folder / "bin" / "python")
    pip = [sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-deps", "--no-index"]
    subprocess.run([*pip, str(wheel)], check=True, cwd=folder)
    packages = next(folder.glob("lib/python*/site-packages"))
    # Only a way to the dependencies: a path file found there, as that of an editable installation, is not read.
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return Environment(folder)


def names(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def sign_in(issuer: str) -> Browser:
    """A client registers, and Luka, who needs no second step, signs in to it in English: as far as the page of consent."""
    metadata = {"client_name": "Foreign application", "redirect_uris": [CALLBACK]}
    client = requests.post(f"{issuer}/oauth2/register", json=metadata, timeout=10).json()
    query = {
        "response_type": "code", "client_id": client["client_id"], "redirect_uri": CALLBACK, "scope": "openid fullname",
        "state": "s", "nonce": "n",
    }  # fmt: skip
    browser = Browser(HTTPAdapter())  # type: ignore[arg-type]
    browser.session.headers["Accept-Language"] = "en"
    browser.open(f"{issuer}/oauth2/authorize?{urlencode(query)}")
    assert browser.status == 200, browser.answer.text
    return browser.submit("sign-in", login=LUKA.phone, password=LUKA.password)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The source distribution and the wheel, as `scripts/wheel` makes them."""
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, str(ROOT / "scripts" / "wheel"), "--no-setup", "--into", str(folder)]
    subprocess.run(command, check=True, capture_output=True)
    (sdist,), (wheel,) = folder.glob("*.tar.gz"), folder.glob("*.whl")
    return sdist, wheel


@pytest.fixture(scope="module")
def installed(built: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Environment:
    return install(built[1], tmp_path_factory.mktemp("installed") / "venv")


@pytest.fixture(scope="module")
def production(built: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Environment]:
    folder = tmp_path_factory.mktemp("production")
    with Children(ROOT) as children:
        build_wheel(children, sys.executable, built[0], folder, is_for_production=True)
    (wheel,) = folder.glob("*.whl")
    assert "+production" in wheel.name
    return install(wheel, folder / "venv")


def test_wheel_holds_every_source_and_everything_that_is_built(built: tuple[Path, Path]) -> None:
    found = names(built[1])
    for package in PACKAGES:
        files = [path for path in (ROOT / package).rglob("*") if path.is_file() and "__pycache__" not in path.parts]
        wanted = {path.relative_to(ROOT).as_posix() for path in files if path.suffix not in LEFT_OUT and path.name != "stamp"}
        assert wanted <= found
        translations = {path.relative_to(ROOT).with_suffix(".mo").as_posix() for path in files if path.suffix == ".po"}
        assert translations <= found
    config = {path.relative_to(ROOT).as_posix() for path in (ROOT / "config").rglob("*") if path.is_file()}
    assert {f"share/propusk/{name}" for name in config} <= {name.partition("/data/")[2] for name in found}
    assert not any(name.startswith(("tests/", "scripts/")) or name.endswith(".po") for name in found)


def test_source_distribution_makes_the_same_wheel_again(built: tuple[Path, Path], tmp_path: Path) -> None:
    sdist, wheel = built
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-index", "--no-build-isolation"]
    subprocess.run([*pip, "--wheel-dir", str(tmp_path), str(sdist)], check=True)
    (again,) = tmp_path.glob("*.whl")
    assert names(again) == names(wheel)
    with tarfile.open(sdist) as archive:
        inside = {name.partition("/")[2] for name in archive.getnames()}
    assert {"scripts/start", "scripts/wheel", "config/idp.toml", "requirements.lock", "keys/README.md", "LICENSE"} <= inside
    assert not any(name.startswith(("tests", "var", ".venv", "keys/idp", "keys/rp")) or name.endswith(".mo") for name in inside)


def test_installed_stand_starts_in_an_empty_home_and_signs_people_in(installed: Environment, tmp_path: Path) -> None:
    before = installed.files
    user = tmp_path / "user"
    command = ("env", "-u", "PROPUSK_HOME", "-u", "XDG_DATA_HOME", f"HOME={user}", installed.program("propusk"))
    with Started(tmp_path / "elsewhere", command=command, folder=tmp_path) as stand:
        issuer = stand.announced["issuer"]
        page = sign_in(issuer)
        assert page.status == 200 and 'lang="en"' in page.answer.text and "Foreign application" in page.answer.text
        assert "Permission for a service" in page.answer.text and "Разрешение" not in page.answer.text
        sheet = page.answer.text.partition('<link rel="stylesheet" href="')[2].partition('"')[0]
        style = requests.get(issuer + sheet, timeout=5)
        assert style.status_code == 200 and style.headers["Content-Type"].startswith("text/css")
        assert stand.stop() == 0, stand.said
    home = user / ".local" / "share" / "propusk"
    assert {path.name for path in home.iterdir()} == {"config", "keys", "var"}
    assert installed.files == before, "nothing is written where the program is installed"


def test_installed_registry_prepares_itself_from_what_came_along(installed: Environment, tmp_path: Path) -> None:
    shown = installed.run(tmp_path, "propusk-registry", "--help")
    assert shown.returncode == 0 and "prepare" in shown.stdout
    for command in ("keys", "prepare"):
        done = installed.run(tmp_path, "propusk-registry", command, REGISTRY_ENVIRONMENT="test")
        assert done.returncode == 0, done.stderr
    assert "statistics" in done.stdout and "vera" in done.stdout


def test_lb_13_build_for_production_has_no_test_stand_in_it(production: Environment, tmp_path: Path) -> None:
    parts_of_the_stand = ("/idp/control", "/idp/sandboxes", "/phone", "/rehearsal")
    assert not [name for name in production.files if any(part in name for part in parts_of_the_stand)]
    packages = {path.parent.name for path in production.folder.glob("lib/python*/site-packages/*/__init__.py")}
    assert packages >= {"idp", "rp", "ground"} and "propusk" not in packages
    assert not any(
        name.endswith(("people.toml", "seed/esia.toml", "without_snils.toml", "config/idp.toml")) for name in production.files
    )
    for words in (("start",), ("serve", "--control"), ("phone-link",)):
        for environment in ("test", "production"):
            said = production.run(tmp_path, "propusk", *words, PROPUSK_ENVIRONMENT=environment, PROPUSK_ISSUER="https://idp.test")
            assert said.returncode == 1, said.stdout
            assert said.stderr.count("\n") == 1 and "build is for production" in said.stderr
    assert not (tmp_path / "config").exists() and not (tmp_path / "var").exists()


def test_lb_13_build_for_production_serves_and_signs_people_in(production: Environment, tmp_path: Path) -> None:
    at = Addresses.on_localhost()
    (tmp_path / "config" / "seed").mkdir(parents=True)
    for name in ("people.toml", "systems.toml"):
        (tmp_path / "config" / "seed" / name).write_bytes((ROOT / "config" / "seed" / name).read_bytes())
    (tmp_path / "keys" / "rp").mkdir(parents=True)
    (tmp_path / "keys" / "rp" / "client-secret").write_text("secret of the registry")
    settings = {"PROPUSK_ENVIRONMENT": "test", "PROPUSK_ISSUER": at.issuer, "PROPUSK_LISTEN": f"127.0.0.1:{at.idp_port}"}
    settings["PROPUSK_REGISTRATION_IS_OPEN"] = "true"
    for command in ("keys", "prepare"):
        done = production.run(tmp_path, "propusk", command, **settings)
        assert done.returncode == 0, done.stderr
    serve = [production.program("propusk"), "serve"]
    process = subprocess.Popen(serve, cwd=tmp_path, env=clean_environment(tmp_path, **settings))
    try:
        wait_for(lambda: _answers(at.issuer), "an answer")
        page = sign_in(at.issuer)
        assert page.status == 200 and "Foreign application" in page.answer.text
        assert len(PEOPLE) > 1
    finally:
        process.terminate()
        process.wait(10)


def _answers(issuer: str) -> bool | None:
    try:
        return requests.get(f"{issuer}/health", timeout=2).status_code == 200 or None
    except requests.ConnectionError:
        return None
