"""At which of our addresses a request came: resources name each other by it, so that clients find their way on.

What a request names is compared with the addresses of the settings. It is never written into an answer.
"""

from urllib.parse import urlsplit

from ground.wire import Request
from idp.realm import Realm


def address_named(realm: Realm, request: Request) -> str | None:
    """The listed address that this request was sent to, with the path that the issuer has; None where it is not listed."""
    return _addresses(realm).get(_plain(request.named_host))


def _addresses(realm: Realm) -> dict[str, str]:
    """What may be named, and the address that it stands for."""
    return realm.remember("public addresses", lambda: _listed(realm))


def _listed(realm: Realm) -> dict[str, str]:
    issuer = urlsplit(realm.issuer)
    listed: dict[str, str] = {}
    for address in (realm.issuer, *realm.settings.esia.public_addresses):
        parts = urlsplit(address)
        listed.setdefault(_plain(parts.netloc), f"{parts.scheme}://{parts.netloc}{issuer.path}")
    return listed


def _plain(host: str) -> str:
    """A host as it is compared: a port that goes without saying is not said."""
    return host.lower().removesuffix(":80").removesuffix(":443")
