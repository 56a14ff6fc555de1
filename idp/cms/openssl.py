"""The system's `openssl` with the GOST engine, as a child process: what no library of ours can compute.

Its configuration is written beside its files, for the child alone: nothing else on the machine learns of the engine. What
it is given stands in a folder that only we can read and that is gone afterwards.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

LONGEST_SECONDS = 10
CONFIGURATION = """\
openssl_conf = main
[main]
engines = engines
[engines]
gost = gost
[gost]
engine_id = gost
default_algorithms = ALL
[req]
distinguished_name = nobody
[nobody]
"""


class OpenSslFailed(Exception):
    """The program could not do what it always can: a fault, and nothing that anybody sent."""


@dataclass(frozen=True)
class Outcome:
    """How a run ended: nothing went wrong where `status` is 0. None where it took too long."""

    status: int | None
    complaints: str


@dataclass(frozen=True)
class Desk:
    """A private folder, and the program working in it."""

    program: str
    folder: Path

    def put(self, name: str, content: bytes) -> str:
        """Lay a file down for the program."""
        descriptor = os.open(self.folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        return name

    def take(self, name: str) -> bytes:
        """What the program wrote, nothing where it wrote nothing."""
        path = self.folder / name
        return path.read_bytes() if path.exists() else b""

    def demand(self, *arguments: str) -> None:
        """Run the program on what is ours and must be good. Raises OpenSslFailed."""
        outcome = self.run(*arguments)
        if outcome.status != 0:
            raise OpenSslFailed(f"openssl {arguments[0]}: {outcome.complaints.strip()}")

    def run(self, *arguments: str) -> Outcome:
        """Run the program with these arguments, for ten seconds at most."""
        try:
            ended = subprocess.run(
                [self.program, *arguments],
                cwd=self.folder,
                env={"OPENSSL_CONF": str(self.folder / "openssl.cnf"), "LC_ALL": "C"},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=LONGEST_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return Outcome(None, "it took too long")
        return Outcome(ended.returncode, ended.stderr.decode("utf-8", "replace"))


def has_gost() -> bool:
    """Can GOST R 34.10-2012 be computed on this machine? Asked of the program once a process."""
    return _program() is not None


@contextmanager
def open_desk() -> Iterator[Desk | None]:
    """A desk that is cleared afterwards; None where the program or its engine is missing."""
    program = _program()
    if program is None:
        yield None
        return
    with _desk(program) as desk:
        yield desk


@contextmanager
def _desk(program: str) -> Iterator[Desk]:
    with TemporaryDirectory(prefix="propusk-openssl-") as folder:  # made readable by its owner only
        desk = Desk(program, Path(folder))
        desk.put("openssl.cnf", CONFIGURATION.encode())
        yield desk


@cache
def _program() -> str | None:
    program = shutil.which("openssl")
    if program is None:
        return None
    with _desk(program) as desk:
        return program if desk.run("engine", "gost").status == 0 else None
