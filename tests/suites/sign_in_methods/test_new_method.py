"""What docs/methods.md tells newcomers: a method is one folder and one line, and then it is everywhere."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
PARTS = ("idp", "ground", "config", "docs", "tests", "propusk", "rp", "examples", "setup.cfg")
METHODS = Path("idp/authentication/methods")
SUITE = Path("tests/suites/sign_in_methods")
EXAMPLE = Path("examples/sign_in_method")


def add_line(file: Path, *, imported: str, after: str, line: str) -> None:
    """The import, and the one line in the tuple."""
    text = file.read_text(encoding="utf-8")
    assert after in text
    file.write_text(text.replace(after, f"{after}{line}", 1).replace("\n\n", f"\n\n{imported}\n", 1), encoding="utf-8")


def test_example_method_is_one_folder_and_one_line_and_passes_the_suite(tmp_path: Path) -> None:
    for part in PARTS:
        if (ROOT / part).is_dir():
            shutil.copytree(ROOT / part, tmp_path / part, ignore=shutil.ignore_patterns("__pycache__", "node_modules"))
        else:
            shutil.copy(ROOT / part, tmp_path / part)
    shutil.copytree(tmp_path / EXAMPLE / "badge", tmp_path / METHODS / "badge")
    add_line(
        tmp_path / METHODS / "__init__.py",
        imported="from idp.authentication.methods.badge.method import BadgeMethod",
        after="    OneTimeCodeMethod(EMAIL),\n",
        line="    BadgeMethod(),\n",
    )
    shutil.copy(tmp_path / EXAMPLE / "driver.py", tmp_path / SUITE / "badge.py")
    add_line(
        tmp_path / SUITE / "drivers.py",
        imported="from tests.suites.sign_in_methods import badge",
        after="    *codes.DRIVERS,\n",
        line="    badge.DRIVER,\n",
    )
    chosen = [f"{SUITE}/test_every_method.py", "-k", "badge or left_over"]
    code = "import sys, pytest; sys.path[:0] = ['.', 'scripts']; sys.exit(pytest.main(sys.argv[1:]))"
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "COV_"))}
    command = [sys.executable, "-c", code, *chosen, "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "-p", "no:cov"]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False, timeout=180)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    assert " passed" in done.stdout
