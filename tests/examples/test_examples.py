"""Each example stands alone: copied somewhere else, its test passes with nothing but what its README installs."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from propusk.stand import Stand
from tests.node_packages import node_with_packages
from tests.running_stand import ROOT, free_ports

EXAMPLES = ROOT / "examples"
HOME = ROOT / "var" / "kit"  # the tests of the kit use it, too
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
PYTEST = (sys.executable, "-m", "pytest", "-p", "no:cacheprovider")


def run(command: list[str], folder: Path, **variables: str) -> str:
    """Everything it said, once it has succeeded."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PROPUSK_", "PYTEST_", "COV_", "NODE_"))}
    environment = kept | {"PYTHONUTF8": "1", "PROPUSK_STAND_HOME": str(HOME)} | variables
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=300)
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    return said


def copy(name: str, target: Path) -> Path:
    """An example somewhere else, without what was made in it."""
    return Path(shutil.copytree(EXAMPLES / name, target / name, ignore=shutil.ignore_patterns("node_modules", "__pycache__")))


@pytest.mark.parametrize(("name", "passed"), [("flask_app", 2), ("django_app", 1), ("fastapi_app", 1)])
def test_example_passes_under_pytest(name: str, passed: int, tmp_path: Path) -> None:
    said = run([*PYTEST], copy(name, tmp_path))
    assert re.search(rf"\b{passed} passed\b", said), said


def test_example_passes_under_unittest(tmp_path: Path) -> None:
    said = run([sys.executable, "-m", "unittest"], copy("flask_app", tmp_path))
    assert "Ran 1 test" in said and "\nOK" in said, said


def python_blocks(page: str) -> list[str]:
    """What a page of documentation tells its reader to write."""
    return re.findall(r"```python\n(.*?)```", (ROOT / page).read_text(encoding="utf-8"), re.DOTALL)


@pytest.mark.parametrize("readme", ["README.md", "README.ru.md"])
def test_quick_start_of_the_readme_is_ten_lines_and_passes_as_written(readme: str, tmp_path: Path) -> None:
    (block,) = python_blocks(readme)
    assert len(block.splitlines()) <= 10
    folder = copy("flask_app", tmp_path)
    for test in folder.glob("test_*"):
        test.unlink()
    (folder / "test_login.py").write_text(block, encoding="utf-8")
    assert "1 passed" in run([*PYTEST], folder)


GUESTS = """
import requests


def ask_introspection(address, client_id, client_secret, token):
    return requests.post(address, data={"token": token}, auth=(client_id, client_secret)).json()["active"]


def try_to_redeem(address, client_id, client_secret, code):
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": "http://localhost/callback"}
    requests.post(address, data=form, auth=(client_id, client_secret))
"""
"""What the pages leave to their reader."""


@pytest.mark.parametrize("page", ["docs/testing.md", "docs/migrating.md"])
def test_python_of_the_pages_about_testing_passes_as_written(page: str, tmp_path: Path) -> None:
    folder = copy("flask_app", tmp_path)
    for test in folder.glob("test_*"):
        test.unlink()
    blocks = python_blocks(page)
    for number, block in enumerate(blocks):
        (folder / f"test_block_{number}.py").write_text(GUESTS + block, encoding="utf-8")
    assert f"{len(blocks)} passed" in run([*PYTEST], folder)


@pytest.mark.node
@pytest.mark.browser
def test_example_in_javascript_is_typed_and_passes(tmp_path: Path) -> None:
    node, modules = node_with_packages(EXAMPLES / "playwright_js")
    chromium = next((found for name in CHROMIUM if (found := shutil.which(name))), None)
    if chromium is None:
        pytest.skip("this machine has no Chromium")
    folder = copy("playwright_js", tmp_path)
    (folder / "node_modules").symlink_to(modules)
    with Stand.open(HOME) as stand:
        where = {"PROPUSK_STAND_URL": stand.control.address, "PROPUSK_CONTROL_TOKEN": stand.control.token}
        where |= {"CHROMIUM": chromium, "PORT": str(free_ports(1)[0])}
        run([str(node), "make_types.js"], folder, **where)
        run([str(node), "node_modules/typescript/bin/tsc", "--noEmit", "--project", "jsconfig.json"], folder)
        said = run([str(node), "--test", "--test-reporter=spec"], folder, **where)
    assert "pass 1" in said and "fail 0" in said, said
