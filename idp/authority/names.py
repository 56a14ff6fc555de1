"""The names the test authority may vouch for: its root says the same, and browsers hold it to that."""

import re
from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Network, ip_address

from cryptography import x509

from idp.errors import StandUnusable

DOMAINS = ("localhost", "test")
NETWORKS = (IPv4Network("127.0.0.0/8"), IPv6Network("::1/128"))
LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
MAX_NAMES = 20


def constraints() -> x509.NameConstraints:
    """What the root is confined to (RFC 5280, 4.2.1.10): a name permits itself and everything under it."""
    permitted: list[x509.GeneralName] = [x509.DNSName(domain) for domain in DOMAINS]
    permitted += [x509.IPAddress(network) for network in NETWORKS]
    return x509.NameConstraints(permitted_subtrees=permitted, excluded_subtrees=None)


def read_names(names: Iterable[str]) -> tuple[x509.GeneralName, ...]:
    """The names of a server as a certificate holds them, each once. Raises StandUnusable for one that we cannot vouch for."""
    read: dict[x509.GeneralName, None] = {}
    for name in names:
        read[_read(name.strip().lower())] = None
    if not 0 < len(read) <= MAX_NAMES:
        raise StandUnusable(f"a server certificate is for 1 to {MAX_NAMES} names, not {len(read)}")
    return tuple(read)


def _read(name: str) -> x509.GeneralName:
    try:
        address = ip_address(name.strip("[]"))
    except ValueError:
        return x509.DNSName(_domain(name))
    if not any(address in network for network in NETWORKS):
        raise _not_ours(name)
    return x509.IPAddress(address)


def _domain(name: str) -> str:
    labels = name.split(".")
    if len(name) > 253 or not all(LABEL.fullmatch(label) for label in labels):
        raise StandUnusable(f"{name!r} is not a host name; a name in other letters is written in its xn-- form")
    # `test` itself and nothing before it is no host.
    if labels[-1] not in DOMAINS or name == "test":
        raise _not_ours(name)
    return name


def _not_ours(name: str) -> StandUnusable:
    return StandUnusable(
        f"the test authority certifies localhost, *.localhost, *.test and loopback addresses only, and {name!r} is none of these"
    )
