"""The same over real sockets: what a server's threads do while a file does not come."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import requests

from ground.clock import FileClock
from tests.rp.conftest import NOW, Stand
from tests.rp.documents import files
from tests.rp.documents.handing import FORM, files_on_disk, form, signed_in, token
from tests.running_stand import ROOT, clean_environment, free_ports, wait_for

MEGABYTE = 1024 * 1024


@dataclass
class Served:
    """A registry that listens, and the cookies of somebody who is signed in."""

    stand: Stand
    port: int
    cookies: dict[str, str]
    csrf: str

    def post(self, content: bytes) -> int:
        answer = requests.post(
            f"http://127.0.0.1:{self.port}/documents",
            data=form(self.csrf, content),
            headers={"Content-Type": FORM},
            cookies=self.cookies,
            allow_redirects=False,
            timeout=30,
        )
        return answer.status_code

    def begin(self, length: str, body: bytes = b"") -> socket.socket:
        """A connection on which a file was begun."""
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        head = (
            f"POST /documents HTTP/1.1\r\nHost: localhost:8500\r\nCookie: {cookies}\r\nContent-Type: {FORM}\r\n{length}\r\n\r\n"
        )
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=30)
        connection.sendall(head.encode() + body)
        return connection


@pytest.fixture
def served(stand: Stand) -> Iterator[Served]:
    vera, (port,) = signed_in(stand), free_ports(1)
    csrf = token(vera)
    cookies = {cookie.key: cookie.value for cookie in vera.client._cookies.values()}
    FileClock(stand.home.clock_file).freeze(NOW)
    process = subprocess.Popen(
        [sys.executable, "-m", "rp.cli", "serve"],
        cwd=ROOT,
        env=clean_environment(stand.home.root, REGISTRY_LISTEN=f"127.0.0.1:{port}"),
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(lambda: _is_there(port), "the registry answers")
        yield Served(stand, port, cookies, csrf)
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _is_there(port: int) -> bool | None:
    try:
        return requests.get(f"http://127.0.0.1:{port}/health", timeout=5).status_code == 200 or None
    except requests.RequestException:
        return None


def _status(connection: socket.socket) -> bytes:
    return connection.recv(1000).split(b"\r\n")[0]


def test_rg_09_a_served_registry_takes_files_and_reads_no_more_than_it_must(served: Served) -> None:
    assert served.post(files.jpeg()) == 303
    assert served.post(files.jpeg() + bytes(11 * MEGABYTE)) == 413
    with served.begin(f"Content-Length: {20 * MEGABYTE}") as connection:
        assert _status(connection) == b"HTTP/1.1 413 Payload Too Large"
    with served.begin("Transfer-Encoding: chunked", b"5\r\nhello\r\n0\r\n\r\n") as connection:
        assert _status(connection) == b"HTTP/1.1 400 Bad Request"
    assert len(files_on_disk(served.stand)) == 1


def test_rg_09_while_files_do_not_come_a_served_registry_serves_others(served: Served) -> None:
    slow = [served.begin(f"Content-Length: {MEGABYTE}", b"--boundary\r\n") for _number in range(6)]
    try:
        page = requests.get(f"http://127.0.0.1:{served.port}/documents", cookies=served.cookies, timeout=5)
        assert page.status_code == 200
        # Two are waited for; whoever has no place is told so at once.
        wait_for(lambda: served.post(files.jpeg()) == 503 or None, "both places are taken")
    finally:
        for connection in slow:
            connection.close()
    assert wait_for(lambda: served.post(files.jpeg()) == 303 or None, "whoever hung up has left a place")
