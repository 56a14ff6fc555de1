"""Where an answer may go.

A redirect URI is compared byte for byte with the registered ones (RFC 9700, 4.1.3). The one exception is the port of a
loopback address of a native client, which its system chooses at run time (RFC 8252, 7.3).
"""

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

LOOPBACK_ADDRESSES = ("127.0.0.1", "[::1]")
MAX_LENGTH = 2048
AUTHORITY = re.compile(r"(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?\Z")
"""Host and port. The authority is also written into a Content-Security-Policy, where `;` or `,` would begin something new."""


class RedirectUriUnusable(ValueError):
    """The text cannot be registered as a redirect URI. The message says why, in ASCII."""


def is_registered(redirect_uri: str, registered: Iterable[str], *, application_type: str) -> bool:
    """Judge whether `redirect_uri` is one of the client's own."""
    if redirect_uri in registered:
        return True
    if application_type != "native":
        return False
    portless = _without_loopback_port(redirect_uri)
    return portless is not None and any(portless == _without_loopback_port(candidate) for candidate in registered)


def _without_loopback_port(uri: str) -> str | None:
    """The URI with its port cut out when it is http to a loopback address, else None."""
    scheme, separator, rest = uri.partition("://")
    if scheme != "http" or not separator:
        return None
    authority, slash, path = rest.partition("/")
    for address in LOOPBACK_ADDRESSES:
        if authority == address:
            return f"{scheme}://{address}{slash}{path}"
        host, colon, port = authority.rpartition(":")
        if colon and host == address and port.isascii() and port.isdecimal() and len(port) <= 5:
            return f"{scheme}://{address}{slash}{path}"
    return None


def check_registrable(uri: str, *, application_type: str, is_test: bool) -> None:
    """Judge a redirect URI at registration. Raises RedirectUriUnusable.

    Absolute, without a fragment (RFC 6749, 3.1.2) and without user information. A web client uses https; http is for
    loopback and, on a test stand, for hosts under `.test` and names without a dot. A native client may use a private
    scheme with a dot in it (RFC 8252, 7.1).
    """
    if len(uri) > MAX_LENGTH or not uri.isascii() or not uri.isprintable() or " " in uri or "\\" in uri:
        raise RedirectUriUnusable("a redirect URI is at most 2048 printable ASCII characters without spaces and backslashes")
    try:
        parts = urlsplit(uri)
        host = parts.hostname
        _ = parts.port
    except ValueError:
        raise RedirectUriUnusable("a redirect URI must be a valid URI") from None
    if "#" in uri:
        raise RedirectUriUnusable("a redirect URI must not have a fragment")
    if parts.username is not None or parts.password is not None:
        raise RedirectUriUnusable("a redirect URI must not have user information")
    if parts.netloc and not AUTHORITY.match(parts.netloc):
        raise RedirectUriUnusable("the host of a redirect URI is written with letters, digits, dots, hyphens and underscores")
    if parts.scheme == "https":
        if not host:
            raise RedirectUriUnusable("a redirect URI must name a host")
    elif parts.scheme == "http":
        if not host or not (_is_loopback(host) or (is_test and is_test_host(host))):
            raise RedirectUriUnusable("http is for loopback addresses only: use https")
    elif application_type != "native" or "." not in parts.scheme:
        raise RedirectUriUnusable("the scheme must be https, or for a native client a private one with a dot in it")


def is_test_host(host: str) -> bool:
    """Is this a host that http without TLS leads to on a test stand?

    A name without a dot is no public one: a service of a compose file, or the `testserver` of a framework's test client.
    """
    return _is_loopback(host) or host.endswith(".test") or not set(host) & set(".:")


def _is_loopback(host: str) -> bool:
    return host in ("localhost", "127.0.0.1", "::1") or host.endswith(".localhost")


def host_of(uri: str) -> str:
    """What a person may recognise of a URI: its host and port, or the private scheme."""
    parts = urlsplit(uri)
    return parts.netloc or parts.scheme
