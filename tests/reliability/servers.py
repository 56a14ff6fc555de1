"""The servers of a stand as processes that a test may kill: each `serve` command in a session of its own."""

import contextlib
import os
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import requests
from requests.adapters import HTTPAdapter

from tests.browser import Browser
from tests.running_stand import ROOT, Addresses, clean_environment, wait_for


@dataclass
class Servers:
    """Provider and registry (and more workers of the provider on other ports) over one home."""

    home: Path
    at: Addresses
    provider: str = "idp.cli"
    """The module whose `serve` is the provider: a test of a test puts a careless one there."""
    running: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)

    def start(self) -> None:
        """Start both and wait until both answer."""
        self.launch("idp", self.at.idp_port)
        self.launch("rp", self.at.rp_port)
        self.await_answers(self.at.idp_port, self.at.rp_port)

    def launch(self, application: str, port: int) -> None:
        """Start one server of an application on a port."""
        module = self.provider if application == "idp" else f"{application}.cli"
        variable = "PROPUSK_LISTEN" if application == "idp" else "REGISTRY_LISTEN"
        with (self.home / "var" / f"server-{port}.log").open("ab") as log:
            self.running[f"{application}:{port}"] = subprocess.Popen(
                [sys.executable, "-m", module, "serve"],
                cwd=ROOT,
                env=clean_environment(self.home, **{variable: f"127.0.0.1:{port}"}),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def await_answers(self, *ports: int) -> None:
        with plain_http() as session:
            for port in ports:
                wait_for(lambda port=port: _answers(session, port), f"port {port} answers: {self._log(port)}")  # type: ignore[misc]

    def kill(self) -> None:
        """SIGKILL to every process of every server at the same moment: no handler runs, nothing is flushed."""
        for process in self.running.values():
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
        for process in self.running.values():
            process.wait()
        self.running.clear()

    def _log(self, port: int) -> str:
        return str(self.home / "var" / f"server-{port}.log")


def plain_http() -> requests.Session:
    """A session that knows nothing of this machine's proxies."""
    session = requests.Session()
    session.trust_env = False
    return session


def real_browser() -> Browser:
    """The browser without a window, on the real network."""
    return Browser(HTTPAdapter())  # type: ignore[arg-type]


def _answers(session: requests.Session, port: int) -> bool | None:
    try:
        return session.get(f"http://127.0.0.1:{port}/health", timeout=5).status_code == 200 or None
    except requests.RequestException:
        return None
