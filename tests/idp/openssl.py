"""OpenSSL's own program as somebody else who signs, verifies and asks."""

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

CONFIGURATION = """
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


@dataclass(frozen=True)
class OpenSsl:
    """The program in a folder of its own, with the GOST engine loaded."""

    folder: Path

    def __call__(self, *arguments: str, **files: bytes) -> subprocess.CompletedProcess[bytes]:
        """Run it over these files, each found under the name it is given by, and say how it ended."""
        for name, content in files.items():
            (self.folder / name).write_bytes(content)
        environment = {**os.environ, "OPENSSL_CONF": str(self.folder / "openssl.cnf")}
        return subprocess.run(["openssl", *arguments], cwd=self.folder, env=environment, capture_output=True, timeout=20)

    def made(self, name: str, *arguments: str, **files: bytes) -> bytes:
        """The file that it makes under this name."""
        ended = self(*arguments, "-out", name, **files)
        assert ended.returncode == 0, ended.stderr.decode()
        return (self.folder / name).read_bytes()


def open_program(folder: Path) -> OpenSsl:
    """The program, or a skipped test where the machine lacks it."""
    if shutil.which("openssl") is None:
        pytest.skip("this machine has no openssl")
    (folder / "openssl.cnf").write_text(CONFIGURATION)
    program = OpenSsl(folder)
    if program("engine", "gost").returncode != 0:
        pytest.skip("this machine has no GOST engine of OpenSSL")
    return program
