"""The only HTTP client: where it may go and how much it reads."""

import contextlib
import socket
import threading
from collections.abc import Iterator

import pytest
import requests

from ground import fetch
from ground.clock import monotonic_seconds
from ground.fetch import MAX_ANSWER_BYTES, FetchPolicy, FetchRefused, confine
from tests.wsgi_transport import WsgiTransport

POLICY = FetchPolicy(hosts=frozenset({"idp.example"}))


def session(policy: FetchPolicy = POLICY, **answers: object) -> requests.Session:
    def application(environment: dict[str, object], start_response: object) -> list[bytes]:
        start_response(answers.get("status", "200 OK"), answers.get("headers", []))  # type: ignore[operator]
        return [answers.get("body", b"fine")]  # type: ignore[list-item]

    names = ("http://idp.example", "https://idp.example", "http://evil.example", "http://localhost:8400", "http://rp.test")
    return confine(requests.Session(), policy, WsgiTransport(dict.fromkeys(names, application)))  # type: ignore[arg-type]


def test_listed_host_is_asked() -> None:
    assert session().get("https://idp.example/x").text == "fine"


@pytest.mark.parametrize(
    "address",
    [
        "http://evil.example/", "http://idp.example.evil.example/", "http://idp.example@evil.example/", "http://user@idp.example/",
        "http://user:word@idp.example/", "http://evil.example\\.idp.example/", "http://evil.example#@idp.example/", "http://127.0.0.1/",
        "http://localhost:8400/", "http://[::1]/", "http://169.254.169.254/latest", "http://0/", "http://2130706433/", "http://rp.test/",
        "http://xn--idp-example/", "http://sub.idp.example/",
    ],
)  # fmt: skip
def test_ca_10_nothing_leaves_for_a_host_that_is_not_listed(address: str) -> None:
    with pytest.raises(FetchRefused):
        session().get(address)


@pytest.mark.parametrize("address", ["ftp://idp.example/", "file:///etc/passwd", "gopher://idp.example/"])
def test_other_schemes_are_refused(address: str) -> None:
    assert not POLICY.allows(address)
    with pytest.raises(requests.RequestException):
        session().get(address)


def test_test_hosts_are_for_the_test_environment() -> None:
    open_policy = FetchPolicy(allow_test_hosts=True)
    for address in ("http://localhost:8400/", "http://rp.test/"):
        assert session(open_policy).get(address).status_code == 200
        assert not FetchPolicy().allows(address)
    for address in ("http://evil.example/", "http://test/", "http://rp.test.evil.example/", "http://127.0.0.2/"):
        assert not open_policy.allows(address)


@pytest.mark.parametrize(
    "status", ["301 Moved", "302 Found", "303 See Other", "307 Temporary Redirect", "308 Permanent Redirect"]
)
def test_redirect_is_not_followed_even_to_a_listed_host(status: str) -> None:
    with pytest.raises(FetchRefused, match="redirects"):
        session(status=status, headers=[("Location", "https://idp.example/other")]).get("https://idp.example/")


def test_answer_at_the_limit_is_read_and_one_byte_more_is_refused() -> None:
    assert len(session(body=b"x" * MAX_ANSWER_BYTES).get("https://idp.example/").content) == MAX_ANSWER_BYTES
    with pytest.raises(FetchRefused, match="is over"):
        session(body=b"x" * (MAX_ANSWER_BYTES + 1)).get("https://idp.example/")


def test_answer_that_drips_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    times = iter([0.0, 1.0, fetch.WHOLE_SECONDS + 0.1])
    monkeypatch.setattr(fetch, "monotonic_seconds", lambda: next(times))
    with pytest.raises(FetchRefused, match="takes over"):
        session(body=b"x" * 40_000).get("https://idp.example/")


@pytest.mark.parametrize(
    ("start", "drop"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n", b"x"),
        (b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n", b"x"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
        (b"HTTP/1.1 200 OK\r\nX-Long: ", b"x"),
        (b"", b""),
    ],
    ids=["body", "body without a length", "chunks", "header", "silence"],
)
def test_lm_44_answer_is_cut_off_in_time_however_it_drips(start: bytes, drop: bytes) -> None:
    """Every byte began the time-out of the socket anew: one a second was listened to for more than a minute."""
    with _dripping(start, drop) as port:
        confined = fetch.open_session(FetchPolicy(allow_test_hosts=True))
        began = monotonic_seconds()
        with pytest.raises(requests.RequestException):
            confined.get(f"http://127.0.0.1:{port}/", timeout=0.3)
        assert monotonic_seconds() - began < 3


def test_caller_who_has_no_time_left_asks_nobody() -> None:
    with pytest.raises(FetchRefused, match="no time left"):
        session().get("https://idp.example/", timeout=-0.1)


def test_proxy_and_netrc_of_the_machine_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://evil.example:3128")
    confined = session()
    assert confined.trust_env is False
    assert confined.verify is True
    assert confined.get("https://idp.example/").status_code == 200


@contextlib.contextmanager
def _dripping(start: bytes, drop: bytes) -> Iterator[int]:
    """A server that begins an answer and goes on a few bytes at a time, until the test is over; its port."""
    over = threading.Event()

    def serve(listener: socket.socket) -> None:
        connection, _ = listener.accept()
        with connection, contextlib.suppress(OSError):
            connection.recv(4096)
            connection.sendall(start)
            while not over.wait(0.02):
                connection.sendall(drop)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, args=(listener,))
        thread.start()
        yield listener.getsockname()[1]
        over.set()
        thread.join()
