"""The stand: it stands when all servers answer, falls as a whole, and leaves nothing behind. With stand-in applications."""

import contextlib
import fcntl
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from workshop.start import start

DRIVER = Path(__file__).with_name("stand_driver.py")
LAST_LINE = "Ctrl-C stops everything"


def free_ports(count: int) -> list[int]:
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


@dataclass
class Stand:
    process: subprocess.Popen[str]
    home: Path
    ports: list[int]
    said: list[str] = field(default_factory=list)

    def wait_until_it_stands(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said.append(line.rstrip())
            if line.startswith(LAST_LINE):
                return
        raise AssertionError("\n".join(self.said))

    def finish(self) -> tuple[int, str]:
        """Exit status and stderr; the rest of stdout is added to what was said."""
        out, errors = self.process.communicate(timeout=30)
        self.said += out.splitlines()
        return self.process.returncode, errors

    def ask(self, port: int, path: str) -> dict[str, int]:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        with contextlib.closing(connection):
            connection.request("GET", path)
            answer: dict[str, int] = json.loads(connection.getresponse().read())
            return answer

    def assert_nothing_is_left(self) -> None:
        for port in self.ports:
            with socket.socket() as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind(("127.0.0.1", port))
        with (self.home / "var" / "stand.lock").open("rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)


@pytest.fixture
def stand(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Stand]:
    """A stand that has been started. The parameter is what the stand-in of idp gets for its port."""
    ports = free_ports(4)
    provider = getattr(request, "param", str(ports[0]))
    process = subprocess.Popen(
        [sys.executable, str(DRIVER), str(tmp_path), *map(str, ports), provider],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUTF8": "1"},
    )
    yield Stand(process, tmp_path, ports)
    with contextlib.suppress(ProcessLookupError):
        process.terminate()
    process.communicate(timeout=30)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["ctrl-c", "sigterm"])
def test_asked_to_stop_it_stops_all_servers_and_succeeds(stand: Stand, number: signal.Signals) -> None:
    stand.wait_until_it_stands()
    stand.process.send_signal(number)
    assert stand.finish() == (0, "")
    assert sum(line.endswith("  served") for line in stand.said) == 4, "every server stopped by itself"
    stand.assert_nothing_is_left()


def test_it_says_environment_addresses_people_and_phone(stand: Stand) -> None:
    stand.wait_until_it_stands()
    said = "\n".join(stand.said)
    assert "environment = test" in stand.said
    for port in stand.ports:
        assert f"http://localhost:{port}" in said
    assert "http://127.0.0.1:1/phone?ticket=x" in said
    heads, person = stand.said[-4:-2]
    assert re.split(r"  +", heads.strip()) == ["Name", "Phone", "Password", "Password at the bank"], "no column that nobody has"
    assert heads.index("Password") == person.index("romashka-17")
    assert heads.index("Password at the bank") == person.index("oblepiha-17")


def test_when_one_server_dies_all_stop_and_it_is_named(stand: Stand) -> None:
    stand.wait_until_it_stands()
    with contextlib.suppress(OSError, http.client.HTTPException):
        stand.ask(stand.ports[2], "/die")
    status, errors = stand.finish()
    assert (status, errors) == (1, "registry ended by itself with exit status 7; everything else has been stopped.\n")
    stand.assert_nothing_is_left()


def test_a_killed_server_leaves_no_worker_on_its_port(stand: Stand) -> None:
    stand.wait_until_it_stands()
    os.kill(stand.ask(stand.ports[0], "/health")["process"], signal.SIGKILL)
    status, errors = stand.finish()
    assert (status, errors) == (1, "idp was ended by SIGKILL; everything else has been stopped.\n")
    stand.assert_nothing_is_left()


@pytest.mark.parametrize("stand", ["newer"], indirect=True)
def test_a_newer_database_is_one_sentence_and_nothing_is_served(stand: Stand) -> None:
    status, errors = stand.finish()
    assert (status, errors) == (1, "idp: The database is at revision abc, which this version does not know.\n")
    assert not any("answers" in line for line in stand.said)
    stand.assert_nothing_is_left()


def test_a_second_stand_in_the_same_home_is_refused(stand: Stand) -> None:
    stand.wait_until_it_stands()
    other_ports = [str(port) for port in free_ports(4)]
    second = subprocess.run(
        [sys.executable, str(DRIVER), str(stand.home), *other_ports, other_ports[0]],
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    assert second.returncode == 1
    assert second.stderr == f"A stand is running in {stand.home} (process {stand.process.pid}): stop it first.\n"


def test_busy_port_is_named_before_anything_is_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = busy.getsockname()[1]
        monkeypatch.setenv("PROPUSK_HOME", str(tmp_path))
        monkeypatch.setenv("PROPUSK_LISTEN", f"127.0.0.1:{free_ports(1)[0]}")
        monkeypatch.setenv("PROPUSK_CONTROL_LISTEN", f"127.0.0.1:{free_ports(1)[0]}")
        monkeypatch.setenv("REGISTRY_LISTEN", f"127.0.0.1:{port}")
        assert start(["--no-setup"]) == 1
    out, errors = capsys.readouterr()
    assert out == ""
    assert errors.startswith(f"Port {port} of 127.0.0.1, which the health registry needs, is busy: ")
    assert "REGISTRY_LISTEN=127.0.0.1:" in errors
    assert errors.count("\n") == 1
    assert not (tmp_path / "var" / "stand.lock").exists()


def test_a_folder_that_cannot_be_written_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "var").write_text("a file where the folder should be")  # root may write in any folder
    monkeypatch.setenv("PROPUSK_HOME", str(tmp_path))
    assert start(["--no-setup"]) == 1
    assert capsys.readouterr().err == f"The folder {tmp_path}/var cannot be written: File exists.\n"
