"""Listeners of one process: a socket that is bound before anything else is loaded, and Waitress on it.

For test stands: `propusk start`, and the control planes, where people and tests wait for news and leave before there is any.
Granian has been seen to die of that. Everything else it serves: processes, TLS, and a hundred times the load.
"""

import errno
import http.client
import logging
import os
import signal
import socket
import threading
from ipaddress import ip_address
from types import FrameType
from typing import Any

from waitress.server import create_server
from waitress.wasyncore import close_all

from ground.wire import Wsgi

MAX_BODY_BYTES = 256 * 1024
"""As much as the applications read."""
MAX_HEADER_BYTES = 64 * 1024
CONNECTIONS = 500
IDLE_SECONDS = 60
STOP_SECONDS = 0.3
ANSWER_SECONDS = 30.0
ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - compared, not bound


class AddressUnusable(Exception):
    """An address cannot be listened at. The text names it and says what to do."""


class Listener:
    """One address of the stand: held from the beginning, so that nobody takes it, and served later."""

    def __init__(self, listen: str) -> None:
        """Bind an address and a port; port 0 is any that is free. Raises AddressUnusable when it cannot be had."""
        host, _, port = listen.rpartition(":")
        self.host = host.strip("[]")
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        self._socket = socket.socket(family, socket.SOCK_STREAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._server: Any = None
        self._open: dict[int, Any] = {}
        """Every socket that the server keeps, by its number: Waitress serves until none is left."""
        try:
            self._socket.bind((self.host, int(port)))
            self._socket.listen()
        except OSError as error:
            self._socket.close()
            reason = "is busy" if error.errno == errno.EADDRINUSE else f"cannot be opened ({os.strerror(error.errno or 0)})"
            raise AddressUnusable(f"{listen} {reason}: choose another address, or let --ports any find free ports") from None

    @property
    def port(self) -> int:
        """The port that was had."""
        return int(self._socket.getsockname()[1])

    @property
    def listen(self) -> str:
        """The address and the port as settings have them."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    def serve(self, application: Wsgi, *, threads: int) -> None:
        """Answer from now on, in threads of its own."""
        logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # a queue is no news on a stand
        self._server = create_server(
            application,
            map=self._open,
            sockets=[self._socket],
            threads=threads,
            ident=None,
            max_request_body_size=MAX_BODY_BYTES,
            max_request_header_size=MAX_HEADER_BYTES,
            connection_limit=CONNECTIONS,
            channel_timeout=IDLE_SECONDS,
            asyncore_use_poll=True,  # select() fails beyond 1 024 open files, and sandboxes keep many
            clear_untrusted_proxy_headers=False,  # the entrance judges them
        )
        self._thread = threading.Thread(target=self._server.run, name=f"listener-{self.port}", daemon=True)
        self._thread.start()

    def ask_health(self) -> bool:
        """Does it answer, asked through its own door?"""
        connection = http.client.HTTPConnection(ANYWHERE.get(self.host, self.host), self.port, timeout=ANSWER_SECONDS)
        try:
            connection.request("GET", "/health", headers={"Host": f"127.0.0.1:{self.port}"})
            return connection.getresponse().status == 200
        finally:
            connection.close()

    def stop(self) -> None:
        """Let what is being answered be answered, for a moment."""
        if self._server is not None:
            self._server.task_dispatcher.shutdown(timeout=STOP_SECONDS)
            # Its own thread has to close what it polls.
            self._server.trigger.pull_trigger(lambda: close_all(self._open))
            self._thread.join(STOP_SECONDS)
        self._socket.close()


def is_loopback(listen: str) -> bool:
    """Is this address and port out of reach of other machines? A name other than localhost may mean anything."""
    host = listen.rpartition(":")[0].strip("[]")
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def listen_to_signals(stop: threading.Event) -> None:
    """Have SIGTERM and SIGINT ask for the end."""

    def ask_to_stop(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, ask_to_stop)
    signal.signal(signal.SIGINT, ask_to_stop)
