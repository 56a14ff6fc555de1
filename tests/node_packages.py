"""The npm packages that tests and examples use: installed once from their lock, beside it, where git ignores them."""

import fcntl
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent / "node"
OLDEST_NODE = 20


def find_node() -> Path | None:
    """The machine's Node, or the one that scripts/test has put beside our Python; None when there is none that is new enough."""
    beside = Path(sys.prefix) / "bin" / "node"
    for candidate in (shutil.which("node"), str(beside) if beside.exists() else None):
        if candidate is None:
            continue
        said = subprocess.run([candidate, "--version"], capture_output=True, text=True, check=False).stdout
        version = re.match(r"v(\d+)\.", said)
        if version and int(version[1]) >= OLDEST_NODE:
            return Path(candidate)
    return None


def node_with_packages(folder: Path = FOLDER) -> tuple[Path, Path]:
    """Node and the folder of the packages, installed if need be. Skips the test, in one sentence, where that cannot be."""
    node = find_node()
    if node is None:
        pytest.skip(f"this machine has no Node of version {OLDEST_NODE} or newer")
    modules = folder / "node_modules"
    lock_text = (folder / "package-lock.json").read_text(encoding="utf-8")
    stamp = modules / "propusk.stamp"
    with (folder / "package-lock.json").open("rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # several test processes want the packages; one installs them
        if not stamp.exists() or stamp.read_text(encoding="utf-8") != lock_text:
            _install(node, folder)
            stamp.write_text(lock_text, encoding="utf-8")
    return node, modules


def _install(node: Path, folder: Path) -> None:
    npm = node.with_name("npm") if node.with_name("npm").exists() else shutil.which("npm")
    if npm is None:
        pytest.skip("this machine has no npm")
    done = subprocess.run(
        [str(npm), "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
        cwd=folder,
        env={**os.environ, "PATH": f"{node.parent}{os.pathsep}{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        pytest.skip(f"npm could not install the packages of {folder.name}: {done.stderr.strip().splitlines()[-1:]}")
