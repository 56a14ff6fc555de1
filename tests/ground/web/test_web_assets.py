"""What comes from npm is pinned, and a machine without npm is told so and goes on."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
FACES = [f"golos-text-{part}-wght-normal.woff2" for part in ("cyrillic", "latin")]
BUNDLE = Path("idp/authentication/methods/e_signature/static/built/signing.js")
# Works like npm as far as the script can see: unpacks the packages into the folder it is run in.
FAKE_NPM = """#!/bin/sh
files=node_modules/@fontsource-variable/golos-text/files
programs=node_modules/@esbuild/some-machine/bin
mkdir -p $files $programs node_modules/pkijs && echo "$*" > "$CALLS" || exit 1
echo OFL > node_modules/@fontsource-variable/golos-text/LICENSE
echo BSD > node_modules/pkijs/LICENSE
for part in cyrillic latin; do echo $part > $files/golos-text-$part-wght-normal.woff2; done
printf '#!/bin/sh\\nfor last; do :; done\\necho "bundle of $1" > "${last#--outfile=}"\\n' > $programs/esbuild
chmod +x $programs/esbuild
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout with the script, its lock file, and a folder of programs that has no npm yet."""
    for name in ("scripts", "programs"):
        (tmp_path / name).mkdir()
    shutil.copy(ROOT / "scripts" / "assets", tmp_path / "scripts")
    shutil.copytree(ROOT / "assets", tmp_path / "assets", ignore=shutil.ignore_patterns("node_modules"))
    for program in ("chmod", "mkdir", "sh"):
        (tmp_path / "programs" / program).symlink_to(shutil.which(program) or "")
    return tmp_path


def run(checkout: Path) -> "subprocess.CompletedProcess[str]":
    # The interpreter below the virtual environment: ours may have an npm of its own.
    python = Path(sys.base_prefix) / "bin" / "python3"
    environment = {"PATH": str(checkout / "programs"), "CALLS": str(checkout / "calls")}
    return subprocess.run([python, checkout / "scripts" / "assets"], env=environment, capture_output=True, text=True)


def give_npm(checkout: Path, text: str = FAKE_NPM) -> None:
    npm = checkout / "programs" / "npm"
    npm.write_text(text)
    npm.chmod(0o755)


def test_lock_file_pins_versions_by_hash_and_names_no_server() -> None:
    wanted = json.loads((ROOT / "assets" / "package.json").read_text())["dependencies"]
    locked = json.loads((ROOT / "assets" / "package-lock.json").read_text())["packages"]
    assert locked[""]["dependencies"] == wanted
    for name, version in wanted.items():
        assert locked[f"node_modules/{name}"]["version"] == version
    for name, package in locked.items():
        assert "resolved" not in package
        assert name == "" or package["integrity"].startswith("sha512-")


def test_machine_without_npm_is_told_so_and_goes_on(checkout: Path) -> None:
    done = run(checkout)
    assert done.returncode == 0
    assert done.stderr.count("\n") == 1
    assert "there is no npm here" in done.stderr


def test_faces_and_the_bundle_are_made_once_without_running_scripts_of_packages(checkout: Path) -> None:
    give_npm(checkout)
    assert run(checkout).returncode == 0
    fonts = checkout / "ground" / "web" / "static" / "fonts"
    assert all((fonts / face).exists() for face in FACES)
    assert (checkout / BUNDLE).read_text() == "bundle of signing/page.js\n"
    assert (checkout / BUNDLE).with_name("LICENSE").read_text() == "pkijs\n\nBSD\n"
    assert "ci --ignore-scripts" in (checkout / "calls").read_text()
    (checkout / "calls").unlink()
    again = run(checkout)
    assert (again.returncode, again.stdout, again.stderr) == (0, "", "")
    assert not (checkout / "calls").exists()


@pytest.mark.parametrize("spoil", [f"ground/web/static/fonts/{FACES[0]}", str(BUNDLE)])
def test_everything_is_made_again_when_a_file_is_gone(checkout: Path, spoil: str) -> None:
    give_npm(checkout)
    run(checkout)
    (checkout / "calls").unlink()
    (checkout / spoil).unlink()
    run(checkout)
    assert (checkout / "calls").exists()


@pytest.mark.parametrize("source", ["package-lock.json", "signing/page.js"])
def test_everything_is_made_again_when_what_it_is_made_of_has_changed(checkout: Path, source: str) -> None:
    give_npm(checkout)
    run(checkout)
    (checkout / "calls").unlink()
    with (checkout / "assets" / source).open("a") as file:
        file.write("\n")
    run(checkout)
    assert (checkout / "calls").exists()


@pytest.mark.parametrize(("reason", "code"), [("EINTEGRITY", 1), ("getaddrinfo ENOTFOUND registry.npmjs.org", 0)])
def test_wrong_bytes_stop_the_script_and_a_missing_network_does_not(checkout: Path, reason: str, code: int) -> None:
    give_npm(checkout, f"#!/bin/sh\necho 'npm error {reason}' >&2\nexit 1\n")
    done = run(checkout)
    assert done.returncode == code
    assert "assets: " in done.stderr
    assert not (checkout / "ground" / "web" / "static" / "fonts" / "stamp").exists()


def test_machine_for_which_there_is_no_esbuild_is_told_so_and_tried_again(checkout: Path) -> None:
    give_npm(checkout, FAKE_NPM + "rm $programs/esbuild\n")
    (checkout / "programs" / "rm").symlink_to(shutil.which("rm") or "")
    done = run(checkout)
    assert done.returncode == 1
    assert "there is no esbuild for this machine" in done.stderr
    assert not (checkout / "ground" / "web" / "static" / "fonts" / "stamp").exists()
