"""Children of a script: steps that end, services that stay, and the one queue on which everything that happens arrives.

Every child leads a session of its own, so that Ctrl-C in the terminal reaches only the script, which then stops its
children in order. A child's end, a service's first answer and a signal are all events on `Children.events`; nothing is
polled and no signal handler does more than put one.
"""

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import IO

from workshop.chain import QUIET
from workshop.console import Refused, Stopped, say

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
STOP_SECONDS = 10.0


@dataclass(frozen=True)
class Ended:
    """A child's process is gone."""

    name: str
    status: int


@dataclass(frozen=True)
class Answered:
    """A service answered for the first time; `environment` is what it says it runs in."""

    name: str
    environment: str


@dataclass(frozen=True)
class Unanswered:
    """A service did not answer in time."""

    name: str
    address: str
    seconds: float


@dataclass(frozen=True)
class StopAsked:
    """A signal, or nobody left to read what we say."""

    reason: str


Event = Ended | Answered | Unanswered | StopAsked


@dataclass(frozen=True)
class Step:
    """A command that runs to its end. With `is_quiet` its lines are kept and shown by whoever asked."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    is_quiet: bool = False


@dataclass(frozen=True)
class Outcome:
    """How a step ended, the lines it printed and those it wrote to stderr."""

    step: Step
    status: int
    lines: Sequence[str]
    errors: Sequence[str] = ()

    @property
    def last_words(self) -> str:
        """The line that says why it failed: its last ERROR, its last line on stderr, or its last line."""
        lines = [line.strip() for line in (*self.lines, *self.errors) if line.strip()]
        errors = [line.removeprefix("ERROR:").strip() for line in lines if line.startswith("ERROR:")]
        return (errors or lines or [f"exit status {self.status}"])[-1]

    def demand_success(self) -> "Outcome":
        """This outcome. Raises Refused with the step's own sentence when it failed."""
        if self.status != 0:
            raise Refused(f"{self.step.name}: {self.last_words}")
        return self


@dataclass
class _Child:
    name: str
    process: subprocess.Popen[bytes]
    lines: list[str]
    relay: threading.Thread
    errors: IO[bytes] | None


class Children:
    """The children of this command. As a context manager it takes the stop signals and leaves no child behind."""

    def __init__(self, folder: Path, *, stop_seconds: float = STOP_SECONDS) -> None:
        self.events: SimpleQueue[Event] = SimpleQueue()
        self._folder = folder
        self._stop_seconds = stop_seconds
        self._children: dict[str, _Child] = {}
        self._handlers: dict[int, object] = {}
        self._printing = threading.Lock()

    def __enter__(self) -> "Children":
        for number in STOP_SIGNALS:
            self._handlers[number] = signal.signal(number, self._on_signal)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()
        for number, handler in self._handlers.items():
            signal.signal(number, handler)  # type: ignore[arg-type]

    def run(self, steps: Sequence[Step]) -> list[Outcome]:
        """Run steps beside one another to their end; outcomes in the order of `steps`.

        Raises Stopped when that was asked for, Refused when a service dies meanwhile. What a step writes to stderr is kept
        apart, so that the sentence it fails with is said once, by us.
        """
        for step in steps:
            self.launch(step, is_step=True)
        waiting = {step.name for step in steps}
        statuses: dict[str, int] = {}
        others: list[Event] = []
        while waiting:
            event = self.events.get()
            if isinstance(event, StopAsked):
                raise Stopped
            if isinstance(event, Ended) and event.name in waiting:
                waiting.remove(event.name)
                statuses[event.name] = event.status
            elif isinstance(event, Ended):
                raise Refused(ending_of(event))
            else:
                others.append(event)
        for event in others:
            self.events.put(event)
        return [self._outcome(step, statuses[step.name]) for step in steps]

    def launch(self, step: Step, *, is_step: bool = False, kept_files: Sequence[int] = ()) -> None:
        """Start a child; its end arrives as an event. `kept_files` stay open in it (the lock of the stand)."""
        errors = tempfile.TemporaryFile() if is_step else None  # noqa: SIM115 - it outlives this call
        try:
            process = subprocess.Popen(
                step.command,
                cwd=self._folder,
                env={**os.environ, "PYTHONUNBUFFERED": "1", "PYTHONUTF8": "1", **step.environment},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors or subprocess.STDOUT,
                start_new_session=True,
                pass_fds=tuple(kept_files),
            )
        except OSError as error:
            if errors is not None:
                errors.close()
            raise Refused(f"{step.name}: {step.command[0]} cannot be run: {error.strerror}.") from None
        lines: list[str] = []
        relay = threading.Thread(target=self._relay, args=(step, process, lines), daemon=True)
        self._children[step.name] = _Child(step.name, process, lines, relay, errors)
        relay.start()
        threading.Thread(target=self._await_end, args=(step.name, process, relay), daemon=True).start()

    def stop(self) -> list[str]:
        """Stop whatever still runs: SIGTERM, ten seconds, SIGKILL. Returns the names of those that had to be killed.

        The whole session of each child is swept up in the end: a server killed from outside leaves its workers behind.
        """
        running = [child for child in self._children.values() if child.process.poll() is None]
        for child in running:
            child.process.terminate()
        killed = []
        waiting = {child.name for child in running}
        deadline = time.monotonic() + self._stop_seconds
        with contextlib.suppress(Empty):
            while waiting:
                event = self.events.get(timeout=max(0.0, deadline - time.monotonic()))
                if isinstance(event, Ended):
                    waiting.discard(event.name)
        for child in self._children.values():
            if child.process.poll() is None:
                killed.append(child.name)
                child.process.kill()
            child.process.wait()
            _kill_session(child.process.pid)
            child.relay.join(timeout=1.0)
            if child.errors is not None:
                child.errors.close()
        self._children.clear()
        return killed

    def _outcome(self, step: Step, status: int) -> Outcome:
        child = self._children.pop(step.name)
        assert child.errors is not None
        with child.errors as file:
            file.seek(0)
            errors = file.read().decode("utf-8", "replace").splitlines()
        if status == 0 and not step.is_quiet:
            for line in errors:
                say(step.name, line)
        return Outcome(step, status, child.lines, errors)

    def _on_signal(self, number: int, _frame: object) -> None:
        self.events.put(StopAsked(signal.Signals(number).name))

    def _relay(self, step: Step, process: "subprocess.Popen[bytes]", lines: list[str]) -> None:
        assert process.stdout is not None
        with process.stdout as output:
            self._relay_lines(step, output, lines)

    def _relay_lines(self, step: Step, output: IO[bytes], lines: list[str]) -> None:
        is_quiet = step.is_quiet
        for raw in output:
            line = raw.decode("utf-8", "replace").rstrip("\r\n")
            lines.append(line)
            del lines[:-2000]
            is_quiet = is_quiet or line.startswith(QUIET)
            if is_quiet:
                continue
            try:
                with self._printing:
                    say(step.name, line)
            except OSError:
                sys.stdout = open(os.devnull, "w")  # noqa: SIM115 - nobody reads any more: the child must not block
                self.events.put(StopAsked("nobody reads the output"))

    def _await_end(self, name: str, process: "subprocess.Popen[bytes]", relay: threading.Thread) -> None:
        status = process.wait()
        relay.join(timeout=1.0)  # its last words come before the news of its end
        self.events.put(Ended(name, status))


def ending_of(event: Ended) -> str:
    """The sentence for a child that ended when it should not have."""
    if event.status < 0:
        return f"{event.name} was ended by {signal.Signals(-event.status).name}; everything else has been stopped."
    return f"{event.name} ended by itself with exit status {event.status}; everything else has been stopped."


def _kill_session(pid: int) -> None:
    """Kill what is left of a child's session, and wait until it is gone, so that its ports are free when we say so."""
    deadline = time.monotonic() + 1.0
    with contextlib.suppress(ProcessLookupError, PermissionError):
        while time.monotonic() < deadline:
            os.killpg(pid, signal.SIGKILL)
            time.sleep(0.005)
