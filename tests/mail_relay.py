"""A real relay of mail on loopback, and a real gateway of SMS: what is handed to them is kept, and they can be told to refuse."""

import asyncio
import base64
import json
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

import trustme
from aiosmtpd.smtp import SMTP, Envelope, Session

NAME = "localhost"
USER, PASSWORD = "postman", "a password only the relay knows"


@dataclass
class Relay:
    """What a relay was given, and what it says to whom: `refusals` are answers by the word (`RCPT`, `DATA`, …)."""

    port: int = 0
    knows_passwords: bool = True
    letters: list[EmailMessage] = field(default_factory=list)
    envelopes: list[Envelope] = field(default_factory=list)
    were_private: list[bool] = field(default_factory=list)
    refusals: dict[str, str] = field(default_factory=dict)

    async def handle_AUTH(self, _server: SMTP, session: Session, _envelope: Envelope, args: list[str]) -> str:
        """Judged here, so that nothing writes the session's `login_data`, which aiosmtpd has deprecated."""
        if "AUTH" in self.refusals:
            return self.refusals["AUTH"]
        _, user, password = base64.b64decode(args[1]).decode().split("\0")
        session.authenticated = (user, password) == (USER, PASSWORD)
        return "235 2.7.0 welcome" if session.authenticated else "535 5.7.8 no"

    async def handle_MAIL(self, _server: SMTP, session: Session, envelope: Envelope, address: str, _options: Any) -> str:
        if "MAIL" in self.refusals:
            return self.refusals["MAIL"]
        if self.knows_passwords and not session.authenticated:
            return "530 5.7.0 who are you?"
        envelope.mail_from = address
        return "250 fine"

    async def handle_RCPT(self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: Any) -> str:
        if "RCPT" in self.refusals:
            return self.refusals["RCPT"]
        envelope.rcpt_tos.append(address)
        return "250 fine"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:
        if "DATA" in self.refusals:
            return self.refusals["DATA"]
        self.envelopes.append(envelope)
        letter = message_from_bytes(envelope.content or b"", policy=default)  # type: ignore[arg-type]
        assert isinstance(letter, EmailMessage)
        self.letters.append(letter)
        assert server.transport is not None
        self.were_private.append(server.transport.get_extra_info("ssl_object") is not None)
        return "250 taken"

    async def handle_QUIT(self, server: SMTP, _session: Session, _envelope: Envelope) -> str:
        if "QUIT" in self.refusals:
            assert server.transport is not None
            server.transport.abort()
        return "221 bye"


@contextmanager
def running_relay(authority: trustme.CA, security: str = "starttls") -> Iterator[Relay]:
    """A relay that takes nothing without a password, unless it speaks in the clear."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(NAME).configure_cert(context)
    relay, loop = Relay(knows_passwords=security != "none"), asyncio.new_event_loop()

    def meet() -> SMTP:
        return SMTP(
            relay,
            hostname=NAME,
            loop=loop,
            tls_context=context if security == "starttls" else None,
            require_starttls=security == "starttls",
            auth_require_tls=security != "tls",  # it does not see that the whole conversation is in TLS
        )

    implicit = context if security == "tls" else None
    # The loop runs in its own thread from the start: the thread of the tests may have one already, that of a browser.
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    server = asyncio.run_coroutine_threadsafe(_open(loop, meet, implicit), loop).result(10)
    relay.port = server.sockets[0].getsockname()[1]
    try:
        yield relay
    finally:
        asyncio.run_coroutine_threadsafe(_leave(server), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _open(loop: asyncio.AbstractEventLoop, meet: Callable[[], SMTP], context: ssl.SSLContext | None) -> asyncio.Server:
    return await loop.create_server(meet, "127.0.0.1", 0, ssl=context)


async def _leave(server: asyncio.Server) -> None:
    server.close()
    talks = asyncio.all_tasks() - {asyncio.current_task()}
    for talk in talks:
        talk.cancel()
    await asyncio.gather(*talks, return_exceptions=True)
    await asyncio.sleep(0)


@dataclass
class Gateway:
    """What a gateway was asked, and the status and text it answers with."""

    url: str = ""
    asked: list[dict[str, Any]] = field(default_factory=list)
    authorizations: list[str | None] = field(default_factory=list)
    status: int = 200
    answer: str = "{}"

    def says(self, document: object, status: int = 200) -> None:
        self.answer, self.status = document if isinstance(document, str) else json.dumps(document), status


@contextmanager
def running_gateway() -> Iterator[Gateway]:
    """A gateway in a thread of its own."""
    gateway = Gateway()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(gateway))
    server.daemon_threads = True
    gateway.url = f"http://127.0.0.1:{server.server_address[1]}/send"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield gateway
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(gateway: Gateway) -> Callable[..., BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            is_json = self.headers["Content-Type"] == "application/json"
            form = json.loads(body) if is_json else {name: values[0] for name, values in parse_qs(body).items()}
            gateway.asked.append(form)
            gateway.authorizations.append(self.headers["Authorization"])
            answer = gateway.answer.encode()
            self.send_response(gateway.status)
            self.send_header("Content-Length", str(len(answer)))
            if 300 <= gateway.status < 400:
                self.send_header("Location", gateway.url)
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    return Handler
