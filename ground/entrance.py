"""The entrance of an application: who really asks and over what, decided once, before anything else runs.

Addresses of our own come from the public URL of the settings and from nowhere else: whatever a Host header says, what is
behind the entrance sees the public host, and what was named only where it is compared with a list of ours. What a proxy says
about its client is believed of listed proxies only, and is taken away from everybody else, so that nothing behind the entrance
can believe it by accident.

Where the public URL is https, plain http gets no service: pages are sent to https, everything that a program calls is
refused (it must not learn to send its credentials in the clear), and only /health answers.
"""

from collections.abc import Callable, Iterable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import quote, urlsplit

from ground.wire import NAMED_HOST, Response, StartResponse, Wsgi, WsgiEnvironment, send

HSTS_SECONDS = 365 * 24 * 3600
HEALTH = "/health"
SAFE_METHODS = frozenset({"GET", "HEAD"})
CLAIMED = (
    "HTTP_FORWARDED",
    "HTTP_X_FORWARDED_FOR",
    "HTTP_X_FORWARDED_PROTO",
    "HTTP_X_FORWARDED_HOST",
    "HTTP_X_FORWARDED_PORT",
    "HTTP_X_FORWARDED_PREFIX",
    "HTTP_X_FORWARDED_SSL",
    "HTTP_X_ORIGINAL_HOST",
    "HTTP_X_ORIGINAL_URL",
    "HTTP_X_REAL_IP",
    "HTTP_X_REWRITE_URL",
    "HTTP_X_HTTP_METHOD_OVERRIDE",
)
"""What a client says about itself in the name of a proxy, or to be taken for something else. Nobody behind us sees it."""

Network = IPv4Network | IPv6Network
Address = IPv4Address | IPv6Address


def read_networks(texts: Iterable[str]) -> tuple[Network, ...]:
    """Addresses and networks in CIDR notation. Raises ValueError with a sentence that names the wrong one."""
    networks = []
    for text in texts:
        try:
            networks.append(ip_network(text, strict=False))
        except ValueError:
            raise ValueError(f"trusted_proxies holds addresses and networks such as 10.0.0.0/8, not {text!r}") from None
    return tuple(networks)


class Entrance:
    """A WSGI application in front of another.

    `is_for_programs` tells by its path whether an address is called by programs rather than opened in browsers.
    """

    def __init__(
        self,
        application: Wsgi,
        *,
        public_url: str,
        trusted_proxies: Sequence[str] = (),
        is_for_programs: Callable[[str], bool] = lambda path: False,
    ) -> None:
        parts = urlsplit(public_url)
        self._application = application
        self._origin = f"{parts.scheme}://{parts.netloc}"
        self._host = parts.netloc
        self._is_secure = parts.scheme == "https"
        self._proxies = read_networks(trusted_proxies)
        self._is_for_programs = is_for_programs

    def __call__(self, environment: WsgiEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        self._settle(environment)
        if not self._is_secure:
            return self._application(environment, start_response)
        if environment["wsgi.url_scheme"] == "https":
            return self._application(environment, _with_hsts(start_response))
        if environment.get("PATH_INFO") == HEALTH:
            return self._application(environment, start_response)
        return send(_plain_answer(self._origin, environment, self._is_for_programs), start_response)

    def _settle(self, environment: WsgiEnvironment) -> None:
        """Write down the client and the scheme that hold, and remove every claim about them."""
        claims = [environment.pop(name, "") for name in CLAIMED]
        environment[NAMED_HOST] = environment.get("HTTP_HOST", "")
        environment["HTTP_HOST"] = self._host
        if self._proxies:
            # By position in CLAIMED: dictionaries would cost every request.
            self._believe(environment, forwarded_for=claims[1], forwarded_proto=claims[2])

    def _believe(self, environment: WsgiEnvironment, *, forwarded_for: str, forwarded_proto: str) -> None:
        peer = _address(environment.get("REMOTE_ADDR", ""))
        if peer is None or not self._is_trusted(peer):
            return
        client, hops = self._walk(peer, forwarded_for)
        environment["REMOTE_ADDR"] = str(client)
        # Each proxy may have added a word; the one that counts was written by the proxy that the client reached.
        schemes = [word.strip().lower() for word in forwarded_proto.split(",")]
        scheme = schemes[-min(hops, len(schemes))]
        if scheme in ("http", "https"):
            environment["wsgi.url_scheme"] = scheme

    def _walk(self, peer: Address, forwarded_for: str) -> tuple[Address, int]:
        """The nearest address that is no proxy of ours, and how many of ours there are before it."""
        client, hops = peer, 1
        for text in reversed(forwarded_for.split(",")):
            address = _address(text)
            if address is None:
                break
            client = address
            if not self._is_trusted(address):
                break
            hops += 1
        return client, hops

    def _is_trusted(self, address: Address) -> bool:
        return any(address in network for network in self._proxies)


def make_redirector(public_url: str, is_for_programs: Callable[[str], bool]) -> Wsgi:
    """The application of a listener of plain http beside that of https: it shows the way and serves nobody."""
    parts = urlsplit(public_url)
    origin = f"{parts.scheme}://{parts.netloc}"

    def application(environment: WsgiEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        return send(_plain_answer(origin, environment, is_for_programs), start_response)

    return application


def _plain_answer(origin: str, environment: WsgiEnvironment, is_for_programs: Callable[[str], bool]) -> Response:
    """What a request over plain http gets where `origin` is https."""
    path = environment.get("PATH_INFO", "") or "/"
    if environment.get("REQUEST_METHOD") not in SAFE_METHODS or is_for_programs(path):
        error = {"error": "invalid_request", "error_description": f"this address is served over https only, at {origin}"}
        return Response.of_json(error, status=403)
    # The server has decoded the path; encoded again it cannot break out of the header.
    location = origin + quote(path.encode("latin-1"), safe="/:@!$&'()*+,;=~")
    query = quote(environment.get("QUERY_STRING", ""), safe="/:@!$&'()*+,;=~?%")
    return Response(301, (("Location", location + (f"?{query}" if query else "")), ("Cache-Control", "no-store")))


def _with_hsts(start_response: StartResponse) -> StartResponse:
    def start(status: str, headers: list[tuple[str, str]], *rest: object) -> object:
        if not any(name.lower() == "strict-transport-security" for name, _ in headers):
            headers = [*headers, ("Strict-Transport-Security", f"max-age={HSTS_SECONDS}")]
        return start_response(status, headers, *rest)

    return start


def _address(text: str) -> Address | None:
    """An address as proxies write it: with a port, in brackets, IPv4 inside IPv6."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
