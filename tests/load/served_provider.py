"""A real provider process in a folder of its own, and how much CPU time it has used."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import requests

ROOT = Path(__file__).parents[2]
TICKS = os.sysconf("SC_CLK_TCK")
START_SECONDS = 30


@dataclass(frozen=True)
class ServedProvider:
    """A provider that answers at `issuer`; `process` is its server's main process."""

    issuer: str
    process: subprocess.Popen[bytes]
    home: Path
    environment: dict[str, str]

    def cpu_microseconds(self) -> float:
        """User and system time of the server and its workers since they started."""
        return sum(_ticks(pid) for pid in (self.process.pid, *_children(self.process.pid))) / TICKS * 1e6

    def run(self, *arguments: str) -> str:
        """Run a command of the provider."""
        return subprocess.run(
            [sys.executable, "-m", "idp.cli", *arguments],
            cwd=ROOT,
            env=self.environment,
            check=True,
            capture_output=True,
            text=True,
        ).stdout


@contextmanager
def served_provider(**settings: str) -> Iterator[ServedProvider]:
    """Start a provider as `propusk serve` does, with settings as PROPUSK_… variables, and stop it afterwards."""
    with TemporaryDirectory() as folder:
        home = Path(folder)
        shutil.copytree(ROOT / "config", home / "config")
        (home / "keys" / "rp").mkdir(parents=True)
        (home / "keys" / "rp" / "client-secret").write_text("a secret for the bench", encoding="ascii")
        port = _free_port()
        environment = os.environ | {
            "PROPUSK_HOME": str(home),
            "PROPUSK_LISTEN": f"127.0.0.1:{port}",
            "PROPUSK_ISSUER": f"http://localhost:{port}",
            **settings,
        }
        command = [sys.executable, "-m", "idp.cli"]
        for step in ("keys", "prepare"):
            subprocess.run([*command, step], cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)
        process = subprocess.Popen([*command, "serve"], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
        try:
            served = ServedProvider(f"http://localhost:{port}", process, home, environment)
            _wait_until_it_answers(served)
            yield served
        finally:
            process.terminate()
            process.wait(10)


def _wait_until_it_answers(served: ServedProvider) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        try:
            if requests.get(f"{served.issuer}/health", timeout=1).status_code == 200:
                return
        except requests.ConnectionError:
            time.sleep(0.02)
    raise TimeoutError(f"no answer from {served.issuer}")


def _ticks(pid: int) -> int:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    except FileNotFoundError:
        return 0
    return int(fields[11]) + int(fields[12])


def _children(pid: int) -> list[int]:
    text = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
    direct = [int(child) for child in text.split()]
    return direct + [grandchild for child in direct for grandchild in _children(child)]


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port
