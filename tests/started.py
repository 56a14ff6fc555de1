"""A stand of one process, as `propusk start` makes it, in a home of its own."""

import json
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.running_stand import ROOT, clean_environment, wait_for

PROPUSK = (sys.executable, "-m", "idp.cli")


@dataclass
class Started:
    """One `propusk start`, on free ports, until `stop`. What it says is in `said`."""

    home: Path
    options: Sequence[str] = ("--ports", "any")
    variables: Mapping[str, str] = field(default_factory=dict)
    command: Sequence[str] = PROPUSK
    folder: Path = ROOT

    def start(self) -> "Started":
        """Return when it has announced itself."""
        self.launch()
        wait_for(lambda: self.announcement.exists() or self.process.poll() is not None or None, "an announcement")
        assert self.announcement.exists(), self.said
        return self

    def __enter__(self) -> "Started":
        return self.start()

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def launch(self) -> None:
        """Start the process and wait for nothing."""
        self.home.mkdir(parents=True, exist_ok=True)
        arguments = [*self.command, "start", *self.options, "--announce", str(self.announcement)]
        environment = clean_environment(self.home, **self.variables)
        with self._log.open("wb") as log:
            self.process = subprocess.Popen(arguments, cwd=self.folder, env=environment, stdout=log, stderr=log)

    @property
    def announcement(self) -> Path:
        return self.home / "announced.json"

    @property
    def announced(self) -> dict[str, Any]:
        """What it told about itself: issuer, control_url, token_file, pid."""
        found: dict[str, Any] = json.loads(self.announcement.read_text())
        return found

    @property
    def token(self) -> str:
        return Path(self.announced["token_file"]).read_text().strip()

    @property
    def said(self) -> str:
        return self._log.read_text()

    def stop(self, by: signal.Signals = signal.SIGTERM) -> int:
        """Ask it to stop; the exit status."""
        if self.process.poll() is None:
            self.process.send_signal(by)
        return self.process.wait(10)

    @property
    def _log(self) -> Path:
        return self.home / "said.txt"
