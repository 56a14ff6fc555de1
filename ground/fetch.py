"""The only HTTP client: where it may go, how long it waits and how much it reads are decided here.

An outgoing request goes to a listed host or not at all (no redirect is followed, no proxy or netrc of the machine is
used), and an answer over the limit is cut off with an error, so a hostile or broken peer costs little. The time-outs of a
socket begin anew with every byte: whoever sends one a second would be listened to for hours, so a watch ends the whole.
"""

import contextlib
import socket
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http.cookiejar import DefaultCookiePolicy
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import requests
from requests.adapters import BaseAdapter, HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

from ground.clock import monotonic_seconds

CONNECT_SECONDS = 3.05
READ_SECONDS = 5.0
WHOLE_SECONDS = 8.0
"""From the question to the last byte of the answer. A caller who has less time says so by `timeout`."""
MAX_ANSWER_BYTES = 1024 * 1024
CHUNK_BYTES = 16 * 1024
Transport = BaseAdapter
"""What carries a request: the network, or in tests an application of the same process."""
Session = requests.Session
FetchFailed = requests.RequestException
"""Everything that can go wrong on the way: refused by the policy, unreachable, broken, too slow."""
SessionKind = TypeVar("SessionKind", bound=requests.Session)
LOOPBACK_HOSTS = frozenset({"localhost", "127.0.0.1", "[::1]", "::1"})


class FetchRefused(requests.RequestException):
    """The address is not on the list, or the answer redirects, is too large or takes too long."""


@dataclass(frozen=True)
class FetchPolicy:
    """Where we may go.

    `hosts` are exact names; `allow_test_hosts` adds loopback and `*.test`, for the test environment only. `addresses`
    maps a host name to the address to connect to, as `curl --resolve` does; certificates are still checked by name.
    """

    hosts: frozenset[str] = frozenset()
    allow_test_hosts: bool = False
    trusted_ca_file: Path | None = None
    addresses: Mapping[str, str] = field(default_factory=dict)

    def allows(self, url: str) -> bool:
        """Judge whether a request to `url` may leave."""
        parts = urlsplit(url)
        host = (parts.hostname or "").lower()
        if parts.scheme not in ("http", "https") or parts.username is not None:
            return False
        if host in self.hosts:
            return True
        return self.allow_test_hosts and (host in LOOPBACK_HOSTS or host.endswith(".test"))


class _Watch:
    """Ends a request whose time is over by shutting its socket, whatever waits for it."""

    def __init__(self, seconds: float) -> None:
        self.is_over = False
        self._socket: socket.socket | None = None
        self._lock = threading.Lock()
        self._timer = threading.Timer(seconds, self._cut)
        self._timer.daemon = True

    def over(self, connected: socket.socket) -> None:
        """From now on it is this socket."""
        with self._lock:
            self._socket = connected
        if self.is_over:
            self._cut()

    def _cut(self) -> None:
        with self._lock:
            self.is_over = True
            if self._socket is not None:
                with contextlib.suppress(OSError):
                    self._socket.shutdown(socket.SHUT_RDWR)

    @classmethod
    @contextlib.contextmanager
    def of_this_thread(cls, seconds: float) -> Iterator["_Watch"]:
        watch = _WATCHING.watch = cls(seconds)
        watch._timer.start()
        try:
            yield watch
        finally:
            watch._timer.cancel()
            _WATCHING.watch = None


class _Watching(threading.local):
    watch: _Watch | None = None


_WATCHING = _Watching()


class _Connection(HTTPConnection):
    def getresponse(self) -> Any:
        _be_watched(self)
        return super().getresponse()


class _TlsConnection(HTTPSConnection):
    def getresponse(self) -> Any:
        _be_watched(self)
        return super().getresponse()


def _be_watched(connection: HTTPConnection) -> None:
    if _WATCHING.watch is not None and connection.sock is not None:
        _WATCHING.watch.over(connection.sock)


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _TlsConnection


class _NetworkAdapter(HTTPAdapter):
    """Connects to a listed address instead of asking the resolver, keeping the name for TLS and for the Host header."""

    def __init__(self, addresses: Mapping[str, str]) -> None:
        self._addresses = addresses
        super().__init__(max_retries=0)

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        super().init_poolmanager(*arguments, **options)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _TlsPool}

    def build_connection_pool_key_attributes(self, request: Any, verify: Any, cert: Any = None) -> Any:
        host, pool = super().build_connection_pool_key_attributes(request, verify, cert)
        name = host["host"]
        if name in self._addresses:
            request.headers["Host"] = urlsplit(request.url).netloc
            host["host"] = self._addresses[name]
            if host["scheme"] == "https":
                tls: dict[str, Any] = {"server_hostname": name, "assert_hostname": name}
                pool.update(tls)  # type: ignore[typeddict-item]
        return host, pool


class ConfinedAdapter(BaseAdapter):
    """Lets a request out only as the policy says, and reads no more of the answer than it must."""

    def __init__(self, policy: FetchPolicy, transport: BaseAdapter | None = None) -> None:
        super().__init__()
        self._policy = policy
        self._transport = transport or _NetworkAdapter(policy.addresses)

    def allows(self, url: str) -> bool:
        """Judge whether a request to `url` may leave."""
        return self._policy.allows(url)

    def send(self, request: requests.PreparedRequest, *_: Any, **options: Any) -> requests.Response:
        if not self._policy.allows(request.url or ""):
            raise FetchRefused(f"{urlsplit(request.url or '').netloc} is not a host we talk to", request=request)
        given = options.get("timeout")
        whole = min(WHOLE_SECONDS, given) if isinstance(given, (int, float)) else WHOLE_SECONDS
        if whole <= 0:
            raise FetchRefused("there is no time left to ask", request=request)
        options |= {"stream": True, "timeout": (min(CONNECT_SECONDS, whole), min(READ_SECONDS, whole)), "proxies": None}
        deadline = monotonic_seconds() + whole
        with _Watch.of_this_thread(whole) as watch:
            try:
                response = self._transport.send(request, **options)
                if response.is_redirect:
                    response.close()
                    raise FetchRefused("the answer redirects", request=request, response=response)
                _read_within_limits(response, deadline)
            except requests.RequestException as error:
                if watch.is_over:
                    raise FetchRefused(f"the answer takes over {whole:.1f} seconds", request=request) from error
                raise
        if watch.is_over:  # what was read may end where it was cut
            raise FetchRefused(f"the answer takes over {whole:.1f} seconds", request=request)
        return response

    def close(self) -> None:
        self._transport.close()


def _read_within_limits(response: requests.Response, deadline: float) -> None:
    body = bytearray()
    for chunk in response.iter_content(CHUNK_BYTES):
        body += chunk
        if len(body) > MAX_ANSWER_BYTES:
            response.close()
            raise FetchRefused(f"the answer is over {MAX_ANSWER_BYTES} bytes", response=response)
        if monotonic_seconds() > deadline:
            response.close()
            raise FetchRefused("the answer takes over its time", response=response)
    response._content = bytes(body)  # what `Response.content` caches; requests offers no other way to set it


def confine(session: SessionKind, policy: FetchPolicy, transport: BaseAdapter | None = None) -> SessionKind:
    """Put a session, ours or a library's, under a policy. `transport` replaces the network, for tests in one process."""
    session.trust_env = False
    session.verify = str(policy.trusted_ca_file) if policy.trusted_ca_file else True
    adapter = ConfinedAdapter(policy, transport)
    for scheme in ("http://", "https://"):
        session.mount(scheme, adapter)
    return session


def may_fetch(session: requests.Session, url: str) -> bool:
    """Would a confined session let a request to `url` out?"""
    try:
        adapter = session.get_adapter(url)
    except requests.RequestException:
        return False
    return isinstance(adapter, ConfinedAdapter) and adapter.allows(url)


def open_session(policy: FetchPolicy, transport: BaseAdapter | None = None) -> Session:
    """A session for documents of many peers: it keeps no cookies, so threads may share it."""
    session = confine(requests.Session(), policy, transport)
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    return session
