"""The application under test, as its own test client reaches it: Werkzeug's and Flask's, Django's, httpx's and Starlette's, and
a requests.Session for one that is served.

They are told apart by the library that they come from, and nothing of these libraries is imported.
"""

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urljoin, urlsplit, urlunsplit

from propusk.errors import PropuskError, SignInFailed
from propusk.walking import Way

NOT_FOLLOWING: dict[str, dict[str, Any]] = {
    "werkzeug": {"follow_redirects": False},
    "django": {"follow": False},
    "httpx": {"follow_redirects": False},
    "httpx2": {"follow_redirects": False},
    "starlette": {"follow_redirects": False},
    "requests": {"allow_redirects": False},
}
MOST_REDIRECTS = 20
AUTHORIZATION_REQUEST = frozenset({"client_id", "response_type"})
"""The parameters of every authorization request (RFC 6749, 4.1.1)."""


@dataclass(frozen=True)
class Answer:
    """A response of the application: the object of its own library, and where it sends the browser."""

    response: Any
    status: int
    location: str | None


class Application:
    """The application behind one test client, visited by one person."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self._library = _library_of(client)

    def open(self, address: str) -> Answer:
        return _read(self._client.get(address, **self._options(address)))

    def come_back(self, way: Way, *, by_path: bool) -> Answer:
        """Arrive from the provider. With `by_path` the host of the redirect URI is left out, so that the cookies which the test
        client got at its own host are sent, whatever host the redirect URI names."""
        address = path_of(way.address) if by_path else way.address
        if way.fields is None:
            return self.open(address)
        return _read(self._client.post(address, data=dict(way.fields), **self._options(address)))

    def _options(self, address: str) -> dict[str, Any]:
        options = NOT_FOLLOWING[self._library]
        if self._library == "django" and address.startswith("https:"):  # its client looks at the path only
            return options | {"secure": True}
        return options


def start_of(application: Application, start: Any) -> Answer:
    """The answer that sends a person to the provider: of an address that is opened now, or one that the test already has."""
    return application.open(start) if isinstance(start, str) else _read(start)


def path_of(address: str) -> str:
    """An address without scheme and host."""
    parts = urlsplit(address)
    return urlunsplit(("", "", parts.path or "/", parts.query, ""))


def next_address(current: str, answer: Answer, *, issuer: str) -> str:
    """Where the answer leads. Raises SignInFailed when it leads nowhere."""
    if answer.location is not None:
        return urljoin(current, answer.location)
    place = current.partition("?")[0]
    if dict(parse_qsl(urlsplit(current).query)).keys() >= AUTHORIZATION_REQUEST:
        raise SignInFailed(
            f"the application sends people to {place} to sign in, and the provider of this test is {issuer}: "
            "give the application esia.issuer or esia.discovery_url, and check that it keeps no metadata of another test"
        )
    raise SignInFailed(f"the application answered {answer.status} at {place} and did not send the person to the provider")


def _library_of(client: Any) -> str:
    for ancestor in type(client).__mro__:
        library = ancestor.__module__.partition(".")[0]
        if library in NOT_FOLLOWING and ancestor.__name__ not in ("AsyncClient",):
            return library
    raise PropuskError(
        f"sign_in knows no {type(client).__module__}.{type(client).__name__}, only clients of {', '.join(NOT_FOLLOWING)} and "
        "Playwright pages. Give the provider's address to esia.visit(address, as_=…), and its answer to your client."
    )


def _read(response: Any) -> Answer:
    status = int(response.status_code)
    location = response.headers.get("Location") if 300 <= status < 400 else None
    return Answer(response, status, location)
