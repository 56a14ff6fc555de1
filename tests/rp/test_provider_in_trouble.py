"""RP-16 and R108: the provider is down, slow, broken or beside itself, and the registry stays a registry.

Whatever answers in the provider's place, the person sees a page with a number within the time-out, nobody is let in, and
the next try works without a restart.
"""

import contextlib
import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from ground import fetch
from ground.clock import monotonic_seconds
from rp.trust.patience import PATIENCE_SECONDS
from rp.trust.provider import FAILURE_PAUSE_SECONDS
from tests.rp.conftest import Browser, Stand
from tests.rp.fake_provider import ISSUER

BEFORE_LEAVING = ("/.well-known/openid-configuration",)
AFTER_COMING_BACK = ("/oauth2/token", "/oauth2/jwks", "/oauth2/userinfo")
TROUBLES = {
    "500": ("500 Internal Server Error", b"broken"),
    "503 in JSON": ("503 Service Unavailable", b'{"error": "temporarily_unavailable"}'),
    "404": ("404 Not Found", b"{}"),
    "HTML": ("200 OK", b"<!doctype html><p>hello"),
    "redirect": ("302 Found", b""),
    "nothing": ("200 OK", b""),
    "too much": ("200 OK", b"x" * (fetch.MAX_ANSWER_BYTES + 1)),
    "list": ("200 OK", b"[]"),
    "list of lists": ("200 OK", b'[["error", "x"]]'),
    "text": ("200 OK", b'"error"'),
    "number": ("200 OK", b"1"),
    "null": ("200 OK", b"null"),
    "empty object": ("200 OK", b"{}"),
    "deep": ("200 OK", b"[" * 100_000),
    "no UTF-8": ("200 OK", b'{"access_token": "\xff"}'),
    "error that is no word": ("400 Bad Request", b'{"error": {"a": 1}}'),
    "error without a word": ("400 Bad Request", b"[]"),
}


def technical_trouble(page_text: str) -> str:
    """The number of the page «Технические неполадки»."""
    assert "<h1>Технические неполадки</h1>" in re.sub(r"<h1[^>]*>\s*", "<h1>", page_text).replace("\n", "")
    found = re.search(r"ТН-\d{8}-[0-9a-f]{6}", page_text)
    assert found is not None
    return found.group()


@pytest.mark.parametrize("trouble", TROUBLES)
@pytest.mark.parametrize("path", AFTER_COMING_BACK)
def test_rp_16_trouble_midway_lets_nobody_in_and_the_next_try_works(browser: Browser, path: str, trouble: str) -> None:
    browser.stand.provider.broken[path] = TROUBLES[trouble]
    page = browser.refusal(browser.sign_in())
    assert page.status_code in (400, 503), page.text
    assert "ТН-" in page.text
    browser.stand.provider.broken.clear()
    browser.stand.monotonic.seconds += FAILURE_PAUSE_SECONDS
    assert browser.sign_in().headers["Location"] == "/"
    assert browser.get("/").status_code == 200


@pytest.mark.parametrize("trouble", TROUBLES)
def test_r108_rp_16_trouble_before_leaving_is_a_page_with_a_number_and_passes_by_itself(browser: Browser, trouble: str) -> None:
    browser.stand.provider.broken[BEFORE_LEAVING[0]] = TROUBLES[trouble]
    page = browser.get("/")
    assert page.status_code == 503
    first = technical_trouble(page.text)
    assert technical_trouble(browser.get("/").text) != first
    browser.stand.provider.broken.clear()
    browser.stand.monotonic.seconds += FAILURE_PAUSE_SECONDS
    assert browser.sign_in().headers["Location"] == "/"


def test_r108_what_needs_no_provider_goes_on(browser: Browser) -> None:
    browser.sign_in()
    browser.stand.transport.hosts[ISSUER] = None
    assert browser.get("/").status_code == 200
    assert browser.get("/regions").status_code == 200
    assert browser.stand.browser().get("/regions").status_code == 200


def test_r108_number_of_the_page_finds_its_cause_in_the_log(browser: Browser, caplog: pytest.LogCaptureFixture) -> None:
    browser.stand.transport.hosts[ISSUER] = None
    number = technical_trouble(browser.get("/").text)
    told = next(record.getMessage() for record in caplog.records if number in record.getMessage())
    assert "the provider cannot be reached" in told


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """The time-outs of the network, a twentieth of themselves."""
    for name in ("CONNECT_SECONDS", "READ_SECONDS", "WHOLE_SECONDS"):
        monkeypatch.setattr(fetch, name, getattr(fetch, name) / 20)


@contextmanager
def answering(answer: Callable[[socket.socket, threading.Event], None]) -> Iterator[str]:
    """A server on loopback that does as it likes with every connection: its address."""
    over = threading.Event()
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(0.05)
    threads: list[threading.Thread] = []

    def serve(connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):  # the registry had enough
            answer(connection, over)

    def listen() -> None:
        while not over.is_set():
            try:
                connection, _ = listener.accept()
            except TimeoutError:
                continue
            threads.append(threading.Thread(target=serve, args=(connection,)))
            threads[-1].start()

    accepting = threading.Thread(target=listen)
    accepting.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        over.set()
        accepting.join()
        for thread in threads:
            thread.join()
        listener.close()


def say_nothing(connection: socket.socket, over: threading.Event) -> None:
    over.wait()


def trickle(connection: socket.socket, over: threading.Event) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n")
    while not over.wait(0.02):
        connection.sendall(b" ")


def hang_up(connection: socket.socket, over: threading.Event) -> None:
    connection.recv(1)


@pytest.mark.parametrize("answer", [say_nothing, trickle, hang_up], ids=lambda answer: answer.__name__)
@pytest.mark.usefixtures("impatient")
def test_rp_16_slow_provider_costs_no_more_than_the_time_out(
    make_stand: Callable[..., Stand], answer: Callable[[socket.socket, threading.Event], None]
) -> None:
    with answering(answer) as issuer:
        stand = make_stand(issuer=issuer)
        object.__setattr__(stand.realm, "transport", None)  # the real network
        began = monotonic_seconds()
        page = stand.browser().get("/")
        assert page.status_code == 503
        assert technical_trouble(page.text)
        assert monotonic_seconds() - began < 10 / 2, "a busy machine may take ten times as long as the time-outs"


def test_rp_16_every_question_of_one_sign_in_shares_one_time_out(browser: Browser) -> None:
    """Four answers, each in time, may not add up to a page that never comes."""
    callback = browser.stand.provider.approve(browser.leave_for())
    provider, monotonic = browser.stand.provider, browser.stand.monotonic

    def slow(environment: dict[str, object], start_response: Callable[..., object]) -> object:
        monotonic.seconds += PATIENCE_SECONDS / 2
        return provider(environment, start_response)

    browser.stand.transport.hosts[ISSUER] = slow  # type: ignore[assignment]
    asked = len(provider.calls)
    page = browser.refusal(browser.come_back(callback))
    assert page.status_code == 503
    assert len(provider.calls) - asked <= 3  # two of the sign-in, one of the page that was tried afterwards
    assert PATIENCE_SECONDS < 10
