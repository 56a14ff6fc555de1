"""A foreign library in a process of its own, spoken to in lines of JSON."""

import json
import os
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any


class Talking:
    """The process, between two lines."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def say(self, said: object) -> dict[str, Any]:
        """Send a line and read the one that comes back."""
        assert self._process.stdin is not None and self._process.stdout is not None and self._process.stderr is not None
        self._process.stdin.write(json.dumps(said) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, self._process.stderr.read()
        answer: dict[str, Any] = json.loads(line)
        return answer


@contextmanager
def talking(command: Sequence[str | Path], **variables: str) -> Iterator[Talking]:
    """Run it without the machine's proxies, with these variables beside the others."""
    environment = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")} | variables
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    )
    try:
        yield Talking(process)
    finally:
        process.kill()
        process.communicate()
