"""A stand of real processes on ports of its own, started as anybody starts it, and the phone of its people."""

import contextlib
import os
import random
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import requests

from tests.house import Person

ROOT = Path(__file__).parents[1]
LAST_LINE = "Ctrl-C stops everything"
PATIENCE_SECONDS = 60.0
Found = TypeVar("Found")


def wait_for(look: Callable[[], Found | None], what: str, *, seconds: float = PATIENCE_SECONDS) -> Found:
    """Look again and again until something is found. The pause only spares the processor; no result depends on it."""
    deadline = time.monotonic() + seconds
    pause = threading.Event()
    while True:
        found = look()
        if found is not None:
            return found
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds:.0f} seconds: {what}")
        pause.wait(0.02)


def free_ports(count: int) -> list[int]:
    """Ports nobody listens on, below those that the system hands out by itself, so that no connection takes them."""
    with contextlib.ExitStack() as stack:
        ports: list[int] = []
        while len(ports) < count:
            port = random.SystemRandom().randrange(12_000, 32_000)
            probe = stack.enter_context(socket.socket())
            with contextlib.suppress(OSError):
                probe.bind(("127.0.0.1", port))
                ports.append(port)
        return ports


@dataclass(frozen=True)
class Addresses:
    """Where a stand is: its ports, and the public addresses of its applications."""

    idp_port: int
    control_port: int
    rp_port: int
    issuer: str
    registry: str
    bank_port: int
    bank: str
    rp_control_port: int

    @classmethod
    def on_localhost(cls) -> "Addresses":
        idp, control, rp, bank, rp_control = free_ports(5)
        addresses = (f"http://localhost:{port}" for port in (idp, rp))
        return cls(idp, control, rp, *addresses, bank, f"http://localhost:{bank}", rp_control)

    @property
    def rp_control(self) -> str:
        return f"http://127.0.0.1:{self.rp_control_port}"


def clean_environment(home: Path, **variables: str) -> dict[str, str]:
    """The environment of a command of the stand: this one's, without settings of the machine that runs the tests."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PROPUSK_", "REGISTRY_", "COV_"))}
    return kept | {"PROPUSK_HOME": str(home), "PYTHONUTF8": "1", "PYTHONUNBUFFERED": "1"} | variables


def write_settings(home: Path, at: Addresses, *, idp: str = "", rp: str = "", bank: str = "") -> None:
    """Put a home at these addresses. `idp`, `rp` and `bank` are more lines of their TOML files."""
    (home / "config" / "idp.toml").write_text(
        f'environment = "test"\nregistration_is_open = true\ncodes_per_hour = 0\nissuer = "{at.issuer}"\n'
        f'listen = "127.0.0.1:{at.idp_port}"\ncontrol_listen = "127.0.0.1:{at.control_port}"\n'
        f'registry_url = "{at.registry}"\nregistry_control_url = "{at.rp_control}"\n{idp}\n[bank]\nissuer = "{at.bank}"\n'
    )
    (home / "config" / "rp.toml").write_text(
        f'environment = "test"\nurl = "{at.registry}"\nlisten = "127.0.0.1:{at.rp_port}"\nissuer = "{at.issuer}"\n'
        f'control_listen = "127.0.0.1:{at.rp_control_port}"\nterms_version = ""\n{rp}'
    )
    (home / "config" / "bank.toml").write_text(
        f'environment = "test"\ninstance = "bank"\nseed = "seed/bank"\nonly_methods = ["password"]\nissuer = "{at.bank}"\n'
        f'listen = "127.0.0.1:{at.bank_port}"\nprovider_url = "{at.issuer}"\n{bank}'
    )


@dataclass
class Phone:
    """The control plane's view of what was sent."""

    control: str
    token: str
    last: int = 0

    def mark(self) -> None:
        """Everything sent until now is old."""
        self.last = int(self._outbox(after=0)["last"])  # type: ignore[call-overload]

    def code_of(self, person: Person, *, by_mail: bool = False) -> str:
        """The digits of the next message to the person, waiting for it. The newest, if there are several."""
        answer = self._outbox(after=self.last, address=person.email if by_mail else person.phone, wait_for=20)
        messages = answer["messages"]
        assert isinstance(messages, list) and messages, f"nothing was sent to {person.key}"
        self.last = messages[-1]["number"]
        found = re.search(r"(?<!\d)\d{6}(?!\d)", messages[-1]["text"])
        assert found, messages[-1]["text"]
        return found[0]

    def _outbox(self, **query: str | int) -> dict[str, object]:
        with requests.Session() as session:
            session.trust_env = False
            headers = {"Authorization": f"Bearer {self.token}"}
            answer = session.get(f"{self.control}/outbox", params=query, headers=headers, timeout=40)
            assert answer.status_code == 200, answer.text
            body: dict[str, object] = answer.json()
            return body


@dataclass
class RunningStand:
    """`scripts/start --no-setup` over one home."""

    home: Path
    at: Addresses
    variables: Mapping[str, str] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)
    process: "subprocess.Popen[str] | None" = None
    _stands: threading.Event = field(default_factory=threading.Event)
    _relay: threading.Thread | None = None

    def start(self) -> "RunningStand":
        """Start it and wait until it says that it stands."""
        self.said.clear()
        self._stands.clear()
        self.process = subprocess.Popen(
            [sys.executable, str(ROOT / "scripts" / "start"), "--no-setup"],
            cwd=ROOT,
            env=clean_environment(self.home, **self.variables),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self._relay = threading.Thread(target=self._listen, args=(self.process,), daemon=True)
        self._relay.start()
        if not self._stands.wait(PATIENCE_SECONDS) or not any(line.startswith(LAST_LINE) for line in self.said):
            self.stop()
            raise AssertionError(f"it does not stand:\n{self.output}")
        return self

    def stop(self, number: signal.Signals = signal.SIGINT) -> int:
        """Ask it to stop; its exit status."""
        assert self.process is not None and self._relay is not None
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(number)
        status = self.process.wait(PATIENCE_SECONDS)
        self._relay.join(PATIENCE_SECONDS)
        assert self.process.stdout is not None
        self.process.stdout.close()
        return status

    @property
    def phone(self) -> Phone:
        token = (self.home / "var" / "control-token").read_text(encoding="ascii").strip()
        phone = Phone(f"http://127.0.0.1:{self.at.control_port}", token)
        phone.mark()
        return phone

    @property
    def output(self) -> str:
        return "\n".join(self.said)

    def _listen(self, process: "subprocess.Popen[str]") -> None:
        assert process.stdout is not None
        for line in process.stdout:
            self.said.append(line.rstrip("\n"))
            if line.startswith(LAST_LINE):
                self._stands.set()
        self._stands.set()  # it ended: whoever waits sees that the last line is not there
