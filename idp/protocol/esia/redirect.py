"""Where an answer of ESIA may go: to an address whose domain is registered. Paths are not compared, ESIA's portal takes none."""

from collections.abc import Iterable
from urllib.parse import urlsplit

from idp.protocol.redirect_uri import RedirectUriUnusable, check_registrable

PORTS = {"http": 80, "https": 443}


def is_of_registered_domain(address: str, registered: Iterable[str], *, application_type: str) -> bool:
    """Is it an address that could be registered, of the scheme, host and port of one that is?

    The rules of registration keep out what browsers read otherwise than we do: backslashes, user information, control
    characters.
    """
    try:
        check_registrable(address, application_type=application_type, is_test=True)
    except RedirectUriUnusable:
        return False
    return _origin(address) in {_origin(each) for each in registered}


def _origin(address: str) -> tuple[str, str, int | None]:
    parts = urlsplit(address)
    return parts.scheme, parts.hostname or parts.netloc, parts.port or PORTS.get(parts.scheme)
