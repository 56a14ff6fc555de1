"""Python packages that only one test uses, in an environment of their own: installed once from their lock, beside it, where
git ignores them."""

import fcntl
import os
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path


def python_with_packages(folder: Path) -> Path:
    """A Python that has the packages of `requirements.lock` in this folder and no others."""
    environment, lock = folder / "environment", folder / "requirements.lock"
    said = f"{sys.version}\n{lock.read_text(encoding='utf-8')}"
    stamp = environment / "propusk.stamp"
    with lock.open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)  # several test processes want the packages; one installs them
        if not stamp.exists() or stamp.read_text(encoding="utf-8") != said:
            _install(environment, lock)
            stamp.write_text(said, encoding="utf-8")
    return environment / "bin" / "python"


def _install(environment: Path, lock: Path) -> None:
    """With our own pip, and with our own build tool for what comes as source: both are hashed in our own lock."""
    venv.create(environment, clear=True, symlinks=os.name != "nt")
    packages = sysconfig.get_path("purelib", "venv", {"base": str(environment), "platbase": str(environment)})
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--require-hashes"]
    done = subprocess.run(
        [*command, "--no-build-isolation", "--target", packages, "--requirement", str(lock)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
