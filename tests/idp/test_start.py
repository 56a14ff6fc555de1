"""`propusk start`: one process that makes what is missing, tells where it is, and goes when it is no longer needed."""

import fcntl
import http.client
import shutil
import signal
import socket
import stat
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

from idp.audit.heads import heads_file, verified
from idp.cli.lease import PATIENCE_SECONDS, Lease, is_held
from idp.realm import open_realm
from idp.settings import read_settings
from tests.running_stand import free_ports, wait_for
from tests.started import Started

TOKEN = "an operator's own token, long enough"


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Started]:
    """A stand that began with an empty home."""
    stand = Started(tmp_path_factory.mktemp("start") / "home").start()
    yield stand
    assert stand.stop() == 0, stand.said


@pytest.fixture
def home(started: Started, tmp_path: Path) -> Path:
    """A copy of a home that lacks nothing."""
    for name in ("config", "keys", "var"):
        shutil.copytree(started.home / name, tmp_path / "home" / name)
    return tmp_path / "home"


def ended(stand: Started) -> str:
    """What a stand says that refuses to start."""
    stand.launch()
    assert stand.process.wait(30) == 1, stand.said
    assert not stand.announcement.exists()
    return stand.said


def test_empty_home_becomes_a_test_stand_that_says_so(started: Started) -> None:
    for url in (started.announced["issuer"], started.announced["control_url"]):
        assert requests.get(f"{url}/health", timeout=5).json() == {"status": "ok", "environment": "test"}
    assert "environment = test" in started.said
    assert "+70000000017" in started.said and f"/open?token={started.token}" in started.said
    assert f"its token                {started.announced['token_file']}\n" in started.said
    assert (started.home / "config" / "idp.toml").exists()


def test_announcement_tells_the_addresses_the_token_and_the_process(started: Started) -> None:
    told = started.announced
    assert set(told) == {"issuer", "control_url", "token_file", "pid"}
    assert told["pid"] == started.process.pid
    metadata = requests.get(told["issuer"] + "/.well-known/openid-configuration", timeout=5).json()
    assert metadata["issuer"] == told["issuer"]
    outbox = told["control_url"] + "/outbox"
    assert requests.get(outbox, timeout=5).status_code in (401, 403)
    assert requests.get(outbox, headers={"Authorization": f"Bearer {started.token}"}, timeout=5).status_code == 200
    assert stat.S_IMODE(started.announcement.stat().st_mode) == 0o600


def test_connection_is_kept_and_tells_no_server(started: Started) -> None:
    parts = urlsplit(started.announced["issuer"])
    connection = http.client.HTTPConnection("127.0.0.1", int(parts.port or 0), timeout=5)
    sockets = []
    for _ in range(3):
        connection.request("GET", "/health")
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 200 and answer.getheader("Server") is None
        sockets.append(connection.sock)
    assert len(set(sockets)) == 1 and sockets[0] is not None
    connection.close()


def test_body_and_header_beyond_the_limits_are_refused(started: Started) -> None:
    url = started.announced["issuer"]
    assert requests.post(f"{url}/oauth2/token", data=b"x" * (1024 * 1024), timeout=5).status_code == 413
    assert requests.get(f"{url}/health", headers={"X-Long": "x" * 100_000}, timeout=5).status_code == 431


@pytest.mark.parametrize("by", [signal.SIGTERM, signal.SIGINT])
def test_stops_within_a_second_while_somebody_waits_for_a_message(home: Path, by: signal.Signals) -> None:
    stand = Started(home).start()
    with socket.create_connection(("127.0.0.1", int(urlsplit(stand.announced["control_url"]).port or 0))) as waiting:
        host = urlsplit(stand.announced["control_url"]).netloc
        request = f"GET /outbox?wait_for=20 HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {stand.token}\r\n\r\n"
        waiting.sendall(request.encode())
        began = time.monotonic()
        assert stand.stop(by) == 0, stand.said
        assert time.monotonic() - began < 1
    assert "Traceback" not in stand.said and stand.said.endswith("asked to stop: stopped\n")


def test_second_start_makes_nothing_and_keeps_everything(home: Path) -> None:
    stand = Started(home).start()
    assert stand.stop() == 0
    assert "made " not in stand.said and "the database is up to date" in stand.said


def test_stand_ends_when_nobody_holds_its_lease(home: Path, tmp_path: Path) -> None:
    lease = tmp_path / "lease"
    with lease.open("w") as first, lease.open() as second:
        for holder in (first, second):
            fcntl.flock(holder, fcntl.LOCK_SH)
        stand = Started(home, ("--ports", "any", "--lease", str(lease))).start()
        fcntl.flock(first, fcntl.LOCK_UN)
        assert requests.get(stand.announced["issuer"] + "/health", timeout=5).status_code == 200
        assert stand.process.poll() is None
        fcntl.flock(second, fcntl.LOCK_UN)
    began = time.monotonic()
    wait_for(stand.process.poll, "the end of the process")
    assert stand.process.returncode == 0 and time.monotonic() - began < 3
    assert f"nobody holds {lease}" in stand.said


def test_lease_nobody_holds_yet_leaves_time_to_come(home: Path, tmp_path: Path) -> None:
    lease = tmp_path / "lease"
    lease.touch()
    stand = Started(home, ("--ports", "any", "--lease", str(lease))).start()
    with pytest.raises(AssertionError, match="not within"):
        wait_for(stand.process.poll, "the end of the process", seconds=1.5)
    assert stand.stop() == 0
    assert PATIENCE_SECONDS == 30


def test_lease_is_held_by_a_shared_lock_and_by_nobody_when_it_is_not_there(tmp_path: Path) -> None:
    lease = tmp_path / "lease"
    assert not is_held(lease)
    with lease.open("w") as holder:
        assert not is_held(lease)
        fcntl.flock(holder, fcntl.LOCK_SH)
        assert is_held(lease) and is_held(lease)
    assert not is_held(lease)


def test_lease_that_ended_a_stand_is_not_had_before_its_process_is_gone(tmp_path: Path) -> None:
    """A test run that came while the stand was ending found it still answering, and then lost it."""
    file = tmp_path / "lease"
    with file.open("w") as holder:
        fcntl.flock(holder, fcntl.LOCK_SH)
        lease = Lease(file)
    assert lease.wait_for_end(threading.Event()) == f"nobody holds {file}"
    with file.open("w") as newcomer, pytest.raises(BlockingIOError):
        fcntl.flock(newcomer, fcntl.LOCK_SH | fcntl.LOCK_NB)


def test_second_stand_in_one_home_and_busy_port_are_refused_in_a_sentence(home: Path, tmp_path: Path) -> None:
    idp, control = free_ports(2)
    addresses = {
        "PROPUSK_LISTEN": f"127.0.0.1:{idp}",
        "PROPUSK_ISSUER": f"http://localhost:{idp}",
        "PROPUSK_CONTROL_LISTEN": f"127.0.0.1:{control}",
    }
    stand = Started(home, (), addresses).start()
    assert (stand.announced["issuer"], stand.announced["control_url"]) == (
        f"http://localhost:{idp}", f"http://127.0.0.1:{control}",
    )  # fmt: skip
    stand.announcement.unlink()
    assert f"a stand is running in {home} (process {stand.process.pid})" in ended(Started(home, ()))
    assert f"127.0.0.1:{idp} is busy" in ended(Started(tmp_path / "other", (), addresses))
    assert stand.stop() == 0


def test_lb_01_production_is_not_started(tmp_path: Path) -> None:
    said = ended(Started(tmp_path, variables={"PROPUSK_ENVIRONMENT": "production", "PROPUSK_ISSUER": "https://idp.test"}))
    assert "propusk serve" in said and said.count("\n") == 1
    assert not (tmp_path / "config").exists() and not (tmp_path / "keys").exists()


def test_address_beyond_loopback_needs_the_operators_own_token(home: Path) -> None:
    options = ("--ports", "any", "--bind", "0.0.0.0")
    assert "PROPUSK_CONTROL_TOKEN" in ended(Started(home, options))
    assert "at least 32" in ended(Started(home, options, {"PROPUSK_CONTROL_TOKEN": "short"}))
    names = {"PROPUSK_CONTROL_TOKEN": TOKEN, "PROPUSK_CONTROL_NAMES": "stand,other:9999", "PROPUSK_ISSUER": "http://idp:8400"}
    stand = Started(home, options, names).start()
    port = urlsplit(stand.announced["control_url"]).port
    assert stand.token == TOKEN
    statuses = {}
    for host in (f"127.0.0.1:{port}", f"stand:{port}", f"idp:{port}", "other:9999", f"other:{port}", f"evil.test:{port}"):
        headers = {"Authorization": f"Bearer {TOKEN}", "Host": host}
        statuses[host.partition(":")[0] + (":9999" if host.endswith(":9999") else "")] = requests.get(
            f"http://127.0.0.1:{port}/outbox", headers=headers, timeout=5
        ).status_code
    assert statuses == {"127.0.0.1": 200, "stand": 200, "idp": 200, "other:9999": 200, "other": 403, "evil.test": 403}
    assert stand.stop() == 0


def test_stand_that_stops_leaves_a_head_of_its_last_event_outside_the_database(home: Path) -> None:
    stand = Started(home).start()
    issuer, bearer = stand.announced["issuer"], {"Authorization": "Bearer no-token"}
    assert requests.get(f"{issuer}/oauth2/userinfo", headers=bearer, timeout=5).status_code == 401
    assert stand.stop() == 0, stand.said
    realm = open_realm(read_settings({"PROPUSK_HOME": str(home)}))
    report, last = verified(realm), heads_file(realm).read().last
    realm.database.close()
    assert report.is_whole, report.sentence
    assert last is not None
    assert last.seq == report.last
